package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/labbox/labbox/internal/lab"
)

// span is how far a plot looks back and how far apart its points are.
type span struct {
	// ID is its name in the API and in the catalogue of texts (plots.span.<ID>).
	ID           string
	Window, Step time.Duration
}

// spans are what may be looked back on, the usual one first.
func spans() []span {
	return []span{
		{"15m", 15 * time.Minute, 15 * time.Second},
		{"1h", time.Hour, time.Minute},
		{"6h", 6 * time.Hour, 5 * time.Minute},
	}
}

// spanOf returns the span of that name, or the usual one.
func spanOf(id string) span {
	for _, s := range spans() {
		if s.ID == id {
			return s
		}
	}
	return spans()[0]
}

// Series are the answers to one Plot, on one common time axis.
type Series struct {
	ID      string `json:"id"`
	Unit    string `json:"unit"`
	Stacked bool   `json:"stacked"`
	// Times are seconds since 1970.
	Times []int64 `json:"times"`
	Lines []Line  `json:"lines"`
}

// Line is one series; a nil value means that there was none at that time.
type Line struct {
	Name   string     `json:"name"`
	Values []*float64 `json:"values"`
}

// apiQueryRange answers ?query=<id of a Plot> for the last fifteen minutes, or for the
// span that ?range= names.
func (s *Server) apiQueryRange(c echo.Context) error {
	plot, ok := plotByID(c.QueryParam("query"))
	if !ok {
		ids := []string{}
		for _, p := range Plots() {
			ids = append(ids, p.ID)
		}
		return lab.Errorf(lab.CodeNotFound, fmt.Sprintf("declared queries are %q", ids), "no query %q", c.QueryParam("query"))
	}
	series, err := s.prometheus.over(c.Request().Context(), plot, spanOf(c.QueryParam("range")))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, series)
}

// matrix is the part of Prometheus' answer that is used.
type matrix struct {
	Status string `json:"status"`
	Error  string `json:"error"`
	Data   struct {
		Result []struct {
			Metric map[string]string    `json:"metric"`
			Values [][2]json.RawMessage `json:"values"`
		} `json:"result"`
	} `json:"data"`
}

// axis is the time axis of a plot, its ends included.
type axis struct {
	start, end time.Time
	step       time.Duration
}

// decodeMatrix lays all series on one axis; lines are ordered by name.
func decodeMatrix(plot Plot, body []byte, on axis) (Series, error) {
	var m matrix
	if err := json.Unmarshal(body, &m); err != nil || m.Status != "success" {
		return Series{}, lab.Errorf(lab.CodeNotReady, "wait until the lab is ready",
			"Prometheus did not answer the query %s: %s", plot.ID, orDefault(m.Error, "no JSON"))
	}
	out := Series{ID: plot.ID, Unit: plot.Unit, Stacked: plot.Stacked, Times: []int64{}, Lines: []Line{}}
	step, start, end := int64(on.step.Seconds()), on.start, on.end
	for at := start.Unix(); at <= end.Unix(); at += step {
		out.Times = append(out.Times, at)
	}
	for _, result := range m.Data.Result {
		line := Line{Name: result.Metric[plot.Legend], Values: make([]*float64, len(out.Times))}
		for _, pair := range result.Values {
			at, value, ok := decodePoint(pair)
			if i := (at - start.Unix()) / step; ok && i >= 0 && i < int64(len(line.Values)) {
				line.Values[i] = &value
			}
		}
		out.Lines = append(out.Lines, line)
	}
	slices.SortFunc(out.Lines, func(a, b Line) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

// decodePoint reads [1700000000.5, "0.25"]; NaN and infinities are no points.
func decodePoint(pair [2]json.RawMessage) (int64, float64, bool) {
	var (
		at   float64
		text string
	)
	if json.Unmarshal(pair[0], &at) != nil || json.Unmarshal(pair[1], &text) != nil {
		return 0, 0, false
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(value) || math.IsInf(value, 0) {
		return 0, 0, false
	}
	return int64(at), value, true
}
