package store

import (
	"context"
	"io"
	"net/url"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
)

// RawRequest asks the API server for what no typed client is worth its size: path and
// JSON as the Kubernetes API has them.
type RawRequest struct {
	Verb, Path string
	Query      url.Values
	// Body is JSON; nil for none.
	Body []byte
}

// do streams the answer; a status of 400 and more is an error, as typed calls have it.
func (r RawRequest) do(ctx context.Context, client rest.Interface) (io.ReadCloser, error) {
	request := client.Verb(r.Verb).AbsPath(r.Path).SetHeader("Accept", "application/json")
	for name, values := range r.Query {
		for _, v := range values {
			request = request.Param(name, v)
		}
	}
	if r.Body != nil {
		request = request.SetHeader("Content-Type", "application/json").Body(r.Body)
	}
	answer, err := request.Stream(ctx)
	return answer, translate(r.Verb+" "+r.Path, err)
}

// SecretValue reads one value of any Secret that the gateway's account may read; the
// error wraps ErrNotFound when there is no such Secret.
func (c *Client) SecretValue(ctx context.Context, namespace, name, key string) ([]byte, error) {
	secret, err := c.Secrets(namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, translate("read secret "+namespace+"/"+name, err)
	}
	return secret.Data[key], nil
}
