package web

import (
	"net/http"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/labbox/labbox/internal/lab"
)

// plotData is one plot with what Prometheus says of it now.
type plotData struct {
	Plot
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
	plots := make([]plotData, len(Plots()))
	var group sync.WaitGroup
	for i, plot := range Plots() {
		group.Go(func() {
			plots[i].Plot = plot
			series, err := s.query(ctx, plot)
			if err != nil {
				plots[i].Error = lab.AsError(err)
				return
			}
			plots[i].Rows = rows(series)
		})
	}
	group.Wait()
	return s.render(c, content{http.StatusOK, "plots", now, plots})
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
