package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

func TestDecodeMatrix(t *testing.T) {
	t.Parallel()
	start := time.Unix(1_700_000_000, 0)
	body := `{"status":"success","data":{"resultType":"matrix","result":[
		{"metric":{"namespace":"b"},"values":[[1700000000,"1.5"],[1700000030,"NaN"]]},
		{"metric":{"namespace":"a"},"values":[[1700000015.25,"2"],[1699999000,"9"],[1700000030,"+Inf"]]}]}}`
	got, err := decodeMatrix(Plot{ID: "cpu", Legend: "namespace"}, []byte(body), axis{start, start.Add(30 * time.Second), 15 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Times) != 3 || got.Times[2] != 1_700_000_030 || len(got.Lines) != 2 || got.Lines[0].Name != "a" {
		t.Fatalf("%+v", got)
	}
	a, b := got.Lines[0].Values, got.Lines[1].Values
	if a[0] != nil || *a[1] != 2 || a[2] != nil || *b[0] != 1.5 || b[1] != nil || b[2] != nil {
		t.Errorf("a %v, b %v", a, b)
	}
	if table := rows(got); len(table) != 2 || table[1].Last != 1.5 {
		t.Errorf("table %+v", table)
	}
	for _, bad := range []string{"", "<html>", `{"status":"error","error":"too many samples"}`} {
		if _, err := decodeMatrix(Plot{ID: "cpu"}, []byte(bad), axis{start, start, 15 * time.Second}); lab.AsError(err).Code != lab.CodeNotReady {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestQueryAsksWhatIsDeclared(t *testing.T) {
	t.Parallel()
	asked := make(chan *http.Request, 1)
	prometheus := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r
		_, _ = io.WriteString(w, `{"status":"success","data":{"result":[]}}`)
	}))
	t.Cleanup(prometheus.Close)
	s := mustServer(t, func(o *Options) { o.Prometheus, o.PrometheusURL = prometheus.Client(), prometheus.URL })
	s.prometheus.ranges.age = 0
	w := ask(t, call{s.Handler(), "GET", "/api/v1/query_range?query=power&start=0&end=9e9&step=1", nil, nil})
	if w.Code != 200 || !strings.Contains(w.Body.String(), `"lines":[]`) {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	r := <-asked
	plot, _ := plotByID("power")
	if r.URL.Path != "/api/v1/query_range" || r.FormValue("query") != plot.Query || r.FormValue("step") != "15" || r.FormValue("start") == "0" {
		t.Errorf("asked %s", r.URL)
	}
	prometheus.Close()
	if w := ask(t, call{s.Handler(), "GET", "/api/v1/query_range?query=power", nil, nil}); w.Code != 503 {
		t.Errorf("without Prometheus: %d %s", w.Code, w.Body)
	}
}

func TestPlotsAreNamed(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, p := range Plots() {
		if seen[p.ID] || p.Query == "" {
			t.Errorf("plot %q is there twice or empty", p.ID)
		}
		seen[p.ID] = true
		for _, key := range []string{".title", ".text", ".empty"} {
			if mustCatalogue(t, "en").textOr("plot."+p.ID+key, "") == "" {
				t.Errorf("no text plot.%s%s", p.ID, key)
			}
		}
	}
}
