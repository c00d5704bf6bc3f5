package functions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labbox/labbox/internal/faas/api"
	"github.com/labbox/labbox/internal/web"
)

// Logs writes a function's log to w, a line each with its time and the end of its
// pod's name; with Follow until ctx is done.
func (c *Client) Logs(ctx context.Context, q web.FunctionLog, w io.Writer) error {
	form := url.Values{"name": {q.ID.Name}, "namespace": {q.ID.Namespace}, "follow": {strconv.FormatBool(q.Follow)}}
	if q.Tail > 0 {
		form.Set("tail", strconv.FormatInt(q.Tail, 10))
	}
	res, err := c.system(ctx, http.MethodGet, "/system/logs?"+form.Encode(), nil)
	if err != nil {
		return about("read the log of "+q.ID.Name, err)
	}
	defer res.Body.Close()
	decoder := json.NewDecoder(res.Body)
	for {
		var line api.LogLine
		if err := decoder.Decode(&line); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return fmt.Errorf("read the log of %s: %w", q.ID.Name, err)
		}
		pod := line.Instance[strings.LastIndexByte(line.Instance, '-')+1:]
		if _, err := fmt.Fprintf(w, "%s %s  %s\n", line.Timestamp.Local().Format("15:04:05.000"), pod, strings.TrimRight(line.Text, "\r\n")); err != nil {
			return err
		}
	}
}
