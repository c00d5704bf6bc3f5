package web

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/labbox/labbox/internal/lab"
)

// componentGroup is a trend and its components; the cluster's own come first.
type componentGroup struct {
	Trend      string
	Components []lab.Component
	Ready      int
	Memory     int64
}

// componentsData is what the components page shows.
type componentsData struct {
	Groups       []componentGroup
	Ready, Total int
	Memory       int64
	// Largest is the memory of the largest component; bars are relative to it.
	Largest int64
}

func (s *Server) pageComponents(c echo.Context) error {
	ctx := c.Request().Context()
	now, err := s.track.load(ctx)
	if err != nil {
		return err
	}
	return s.render(c, content{http.StatusOK, "components", now, groupComponents(s.status.load(ctx).Components)})
}

func groupComponents(components []lab.Component) componentsData {
	data := componentsData{}
	at := map[string]int{}
	for _, component := range components {
		i, ok := at[component.Trend]
		if !ok {
			i = len(data.Groups)
			at[component.Trend] = i
			data.Groups = append(data.Groups, componentGroup{Trend: component.Trend})
		}
		group := &data.Groups[i]
		group.Components = append(group.Components, component)
		group.Memory += component.MemoryBytes
		data.Total++
		data.Memory += component.MemoryBytes
		data.Largest = max(data.Largest, component.MemoryBytes)
		if component.Ready {
			group.Ready++
			data.Ready++
		}
	}
	slices.SortStableFunc(data.Groups, func(a, b componentGroup) int { return cmp.Compare(trendRank(a.Trend), trendRank(b.Trend)) })
	return data
}

// trendRank orders as the course does.
func trendRank(trend string) int {
	order := []string{"", "gitops", "platform", "mlops", "serverless", "sustainability"}
	if i := slices.Index(order, trend); i >= 0 {
		return i
	}
	return len(order)
}

// componentData is what the page of one component shows.
type componentData struct {
	Component lab.Component
	Tail      int64
	Log       string
	LogError  *lab.Error
	// HasEvents is false for what Kubernetes does not know, such as its own processes.
	HasEvents   bool
	Events      []lab.ObjectEvent
	EventsError *lab.Error
}

// pageTail is how many log lines a page begins with.
const pageTail = 200

func (s *Server) pageComponent(c echo.Context) error {
	ctx := c.Request().Context()
	now, err := s.track.load(ctx)
	if err != nil {
		return err
	}
	components := s.status.load(ctx).Components
	at := slices.IndexFunc(components, func(x lab.Component) bool { return x.Name == param(c, "name") })
	if at < 0 {
		return lab.Errorf(lab.CodeNotFound, "see all of them under Components, or: labbox status",
			"no component %q", param(c, "name"))
	}
	data := componentData{Component: components[at], Tail: pageTail}
	data.Log, data.LogError = s.readLog(ctx, components[at].Name)
	s.readEvents(ctx, &data)
	return s.render(c, content{http.StatusOK, "component", now, data})
}

// readLog returns the last lines; a cluster that is slow to answer does not hold
// up the page.
func (s *Server) readLog(ctx context.Context, name string) (string, *lab.Error) {
	if s.opt.Logs == nil {
		return "", lab.AsError(notYet("the log"))
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	const limit = 256 << 10
	var out bytes.Buffer
	err := s.opt.Logs(ctx, LogRequest{Component: name, Tail: pageTail}, &limitWriter{&out, limit})
	if err != nil && out.Len() == 0 {
		return "", lab.AsError(err)
	}
	return out.String(), nil
}

// mostObjectEvents are how many of Kubernetes' events are shown.
const mostObjectEvents = 10

func (s *Server) readEvents(ctx context.Context, data *componentData) {
	if data.HasEvents = s.opt.ObjectEvents != nil && data.Component.Namespace != ""; !data.HasEvents {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	events, err := s.opt.ObjectEvents(ctx, data.Component.Namespace, data.Component.Name)
	if err != nil {
		data.EventsError = lab.AsError(err)
	}
	data.Events = events[:min(len(events), mostObjectEvents)]
}

// limitWriter drops what is too much, without an error.
type limitWriter struct {
	out  io.Writer
	left int
}

func (w *limitWriter) Write(p []byte) (int, error) {
	keep := min(len(p), w.left)
	w.left -= keep
	if _, err := w.out.Write(p[:keep]); err != nil {
		return 0, err
	}
	return len(p), nil
}
