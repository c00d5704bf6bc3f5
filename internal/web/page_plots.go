package web

import (
	"context"
	"net/http"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/labbox/labbox/internal/lab"
)

// plotData is one plot with what Prometheus says of it now.
type plotData struct {
	Plot
	// URL answers with its Series.
	URL string
	// Rows are the table that says the same as the picture.
	Rows  []plotRow
	Error *lab.Error
}

// plotRow sums up one line.
type plotRow struct {
	Name            string
	Last, Low, High float64
}

func (s *Server) pagePlots(c echo.Context) error {
	ctx := c.Request().Context()
	now, err := s.track.load(ctx)
	if err != nil {
		return err
	}
	chosen := spanOf(c.QueryParam("range"))
	data := plotsPage{Spans: spans(), Span: chosen, Plots: s.fillPlotsOver(ctx, Plots(), "/api/v1/query_range?range="+chosen.ID+"&query=", chosen)}
	return s.render(c, content{http.StatusOK, "plots", now, data})
}

// plotsPage is what the page of the plots shows.
type plotsPage struct {
	Spans []span
	Span  span
	Plots []plotData
}

// fillPlots asks for all of plots at once; base and its ID are the URL of each.
func (s *Server) fillPlots(ctx context.Context, plots []Plot, base string) []plotData {
	return s.fillPlotsOver(ctx, plots, base, spans()[0])
}

func (s *Server) fillPlotsOver(ctx context.Context, plots []Plot, base string, over span) []plotData {
	out := make([]plotData, len(plots))
	var group sync.WaitGroup
	for i, plot := range plots {
		group.Go(func() {
			out[i].Plot, out[i].URL = plot, base+plot.ID
			series, err := s.prometheus.over(ctx, plot, over)
			if err != nil {
				out[i].Error = lab.AsError(err)
				return
			}
			out[i].Rows = rows(series)
		})
	}
	group.Wait()
	return out
}

// rows leaves out lines without any point.
func rows(series Series) []plotRow {
	out := []plotRow{}
	for _, line := range series.Lines {
		row, any := plotRow{Name: line.Name}, false
		for _, value := range line.Values {
			if value == nil {
				continue
			}
			if !any {
				row.Low, row.High, any = *value, *value, true
			}
			row.Last, row.Low, row.High = *value, min(row.Low, *value), max(row.High, *value)
		}
		if any {
			out = append(out, row)
		}
	}
	return out
}
