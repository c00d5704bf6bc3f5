package probe

import (
	"context"
	"fmt"
	"math"
	"net/url"
	"strconv"

	"github.com/labbox/labbox/plugins/sdk"
)

// Scalar asks the Prometheus at e for the present value of query, which must yield
// one series at most. found is false when there is no series, or no number.
func (c *Client) Scalar(ctx context.Context, e sdk.Endpoint, query string) (value float64, found bool, err error) {
	var answer struct {
		Status string `json:"status"`
		Error  string `json:"error"`
		Data   struct {
			Result []struct {
				Value [2]any `json:"value"`
			} `json:"result"`
		} `json:"data"`
	}
	if err := c.JSON(ctx, e, "/api/v1/query?query="+url.QueryEscape(query), &answer); err != nil {
		return 0, false, err
	}
	switch n := len(answer.Data.Result); {
	case answer.Status != "success":
		return 0, false, fmt.Errorf("refuses the query %s: %s", query, answer.Error)
	case n == 0:
		return 0, false, nil
	case n > 1:
		return 0, false, fmt.Errorf("answers the query %s with %d series, not one", query, n)
	}
	text, _ := answer.Data.Result[0].Value[1].(string)
	value, err = strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, false, fmt.Errorf("answers the query %s with %q, which is no number", query, text)
	}
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return 0, false, nil
	}
	return value, true, nil
}
