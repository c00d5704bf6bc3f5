package energy

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// defaultWindow is what a query without times looks back.
const defaultWindow = 5 * time.Minute

// Handler serves /metrics, /healthz, /api/v1/energy and /api/v1/grid.
func Handler(l *Ledger, f Facts, c *Collector) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(c)
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /api/v1/grid", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, f.Grid) })
	mux.HandleFunc("GET /api/v1/energy", func(w http.ResponseWriter, r *http.Request) {
		q, err := parseQuery(r, time.Now())
		if err != nil {
			writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
			return
		}
		writeJSON(w, http.StatusOK, l.Report(q, f))
	})
	return mux
}

// parseQuery reads namespace, pod, job, owner, window or from and to, units, unit.
func parseQuery(r *http.Request, now time.Time) (Query, error) {
	in := r.URL.Query()
	q := Query{Namespace: in.Get("namespace"), Pod: in.Get("pod"), Job: in.Get("job"), Owner: in.Get("owner"), To: now, Unit: in.Get("unit")}
	window := defaultWindow
	var err error
	if text := in.Get("window"); text != "" {
		if window, err = time.ParseDuration(text); err != nil || window <= 0 || window > keepHistory {
			return Query{}, errors.New("window is a duration of at most 30m, as in window=90s")
		}
	}
	if text := in.Get("to"); text != "" {
		if q.To, err = parseTime(text); err != nil {
			return Query{}, err
		}
	}
	q.From = q.To.Add(-window)
	if text := in.Get("from"); text != "" {
		if q.From, err = parseTime(text); err != nil {
			return Query{}, err
		}
	}
	if !q.To.After(q.From) {
		return Query{}, errors.New("from must lie before to")
	}
	if text := in.Get("units"); text != "" {
		if q.Units, err = strconv.ParseFloat(text, 64); err != nil || !(q.Units > 0 && q.Units < 1e15) {
			return Query{}, errors.New("units is how many functional units were served, more than 0")
		}
	}
	return q, nil
}

// parseTime reads RFC 3339 or seconds since 1970.
func parseTime(text string) (time.Time, error) {
	if seconds, err := strconv.ParseFloat(text, 64); err == nil && seconds > 0 && seconds < 1e11 {
		return time.UnixMicro(int64(seconds * 1e6)), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, errors.New("from and to are RFC 3339 times or seconds since 1970")
	}
	return t, nil
}

func writeJSON(w http.ResponseWriter, code int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(value) // the client is gone where this fails
}

// Serve serves h on addr until ctx is done.
func Serve(ctx context.Context, addr string, h http.Handler, log *slog.Logger) error {
	srv := &http.Server{
		Addr: addr, Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.ListenAndServe() }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		return srv.Shutdown(grace)
	}
}
