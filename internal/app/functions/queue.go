package functions

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labbox/labbox/internal/web"
)

// State implements web.FunctionQueue. The gateway's depth counts those at work, too.
func (c *Client) State(ctx context.Context) (web.QueueState, error) {
	var in struct {
		Depth   int64 `json:"depth"`
		Running int64 `json:"running"`
		Dead    int64 `json:"deadLetters"`
	}
	if err := c.call(ctx, http.MethodGet, "/system/queue", nil, &in); err != nil {
		return web.QueueState{}, optional(err)
	}
	return web.QueueState{Waiting: max(0, in.Depth-in.Running), Running: in.Running, Dead: in.Dead}, nil
}

// deadLetter is one as the gateway lists it.
type deadLetter struct {
	ID        string    `json:"id"`
	CallID    string    `json:"callId"`
	Function  string    `json:"functionName"`
	Namespace string    `json:"namespace"`
	Tries     int       `json:"tries"`
	Status    int       `json:"status"`
	Error     string    `json:"error"`
	Answer    string    `json:"answer"`
	Failed    time.Time `json:"failedAt"`
}

// reason is what the last try ended with, in one line.
func (d deadLetter) reason() string {
	text := oneLine(cmp.Or(d.Error, d.Answer))
	if d.Status == 0 {
		return text
	}
	return strings.TrimSuffix(fmt.Sprintf("%d: %s", d.Status, text), ": ")
}

// oneLine shortens text.
func oneLine(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > 160 {
		return string(runes[:160]) + "…"
	}
	return text
}

// mostDead is how many dead letters are read to find the newest: the gateway lists
// the oldest first.
const mostDead = 1000

// DeadLetters implements web.FunctionQueue.
func (c *Client) DeadLetters(ctx context.Context, limit int) ([]web.DeadLetter, error) {
	var list []deadLetter
	if err := c.call(ctx, http.MethodGet, "/system/dead-letters?limit="+strconv.Itoa(mostDead), nil, &list); err != nil {
		return nil, optional(err)
	}
	slices.SortStableFunc(list, func(a, b deadLetter) int { return b.Failed.Compare(a.Failed) })
	out := []web.DeadLetter{}
	for _, d := range list[:min(limit, len(list))] {
		out = append(out, web.DeadLetter{
			ID: d.ID, Function: d.Function + "." + d.Namespace, Time: d.Failed, Attempts: d.Tries, Reason: d.reason(), CallID: d.CallID,
		})
	}
	return out, nil
}

// Replay implements web.FunctionQueue.
func (c *Client) Replay(ctx context.Context, id string) error {
	return about("replay "+id, c.call(ctx, http.MethodPost, "/system/dead-letters/"+url.PathEscape(id)+"/replay", nil, nil))
}

// delivery is an event on its way to one function, as the gateway lists it.
type delivery struct {
	ID        string    `json:"id"`
	Topic     string    `json:"topic"`
	Source    string    `json:"source"`
	Subject   string    `json:"subject"`
	Time      time.Time `json:"time"`
	Function  string    `json:"functionName"`
	Namespace string    `json:"namespace"`
	State     string    `json:"state"`
	Tries     int       `json:"tries"`
	Error     string    `json:"error"`
}

// Events implements web.FunctionQueue. The gateway lists the newest first.
func (c *Client) Events(ctx context.Context, limit int) ([]web.FunctionEvent, error) {
	var list []delivery
	if err := c.call(ctx, http.MethodGet, "/system/events?limit="+strconv.Itoa(limit), nil, &list); err != nil {
		return nil, optional(err)
	}
	out := []web.FunctionEvent{}
	for _, d := range list {
		e := web.FunctionEvent{
			ID: d.ID, Time: d.Time, Source: d.Source, Topic: d.Topic, Subject: d.Subject, State: d.State, Tries: d.Tries, Error: oneLine(d.Error),
		}
		if d.Function != "" {
			e.Function = d.Function + "." + d.Namespace
		}
		out = append(out, e)
	}
	return out, nil
}
