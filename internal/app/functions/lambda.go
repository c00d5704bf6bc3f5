package functions

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"

	"github.com/labbox/labbox/internal/web"
)

// mostPages bounds how many pages of Lambda functions are read, of fifty each.
const mostPages = 10

// Lambda lists the functions of the AWS Lambda interface; web.ErrAbsent where the
// gateway has none.
func (c *Client) Lambda(ctx context.Context) ([]web.LambdaFunction, error) {
	out := []web.LambdaFunction{}
	marker := ""
	for range mostPages {
		var page struct {
			Functions []struct {
				FunctionName, Runtime, Handler, PackageType, State, Version, LastModified string
				MemorySize, Timeout                                                       int
				CodeSize                                                                  int64
			}
			NextMarker string
		}
		form := url.Values{"MaxItems": {"50"}}
		if marker != "" {
			form.Set("Marker", marker)
		}
		if err := c.call(ctx, http.MethodGet, "/2015-03-31/functions?"+form.Encode(), nil, &page); err != nil {
			return nil, optional(err)
		}
		for _, f := range page.Functions {
			if f.Runtime == "" {
				f.Runtime = strings.ToLower(f.PackageType)
			}
			out = append(out, web.LambdaFunction{
				Name: f.FunctionName, Runtime: f.Runtime, Handler: f.Handler, State: f.State, Version: f.Version, Modified: f.LastModified,
				MemoryMB: f.MemorySize, Timeout: f.Timeout, CodeBytes: f.CodeSize,
				Series: lambdaSeries(f.FunctionName),
			})
		}
		if marker = page.NextMarker; marker == "" {
			break
		}
	}
	return out, nil
}

// lambdaSeries begins the names that the gateway gives the Deployments of a Lambda
// function's versions, and so the names in its metrics; package lambda makes them.
func lambdaSeries(name string) string {
	slug := strings.Trim(strings.ReplaceAll(strings.ToLower(name), "_", "-"), "-")
	if len(slug) > 24 {
		slug = strings.Trim(slug[:24], "-")
	}
	sum := sha256.Sum256([]byte(name))
	return strings.ReplaceAll("l-"+slug+"-"+hex.EncodeToString(sum[:4]), "--", "-") + "-"
}
