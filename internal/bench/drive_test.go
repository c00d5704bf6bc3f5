package bench

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

func TestDriveCountsAndPaces(t *testing.T) {
	t.Parallel()
	var served atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n := served.Add(1); r.URL.Path == "/bad" && n%2 == 0 {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		_, _ = w.Write([]byte("short"))
	}))
	defer server.Close()
	good, err := drive{url: server.URL + "/good", time: time.Minute, most: 10 * connections}.run(t.Context())
	if err != nil || good.calls != 10*connections || good.failed != 0 || len(good.latencies) != good.calls || good.quantile(1) < good.quantile(0) {
		t.Errorf("%d calls, %d failed %s, %v; want %d and none", good.calls, good.failed, good.failure, err, 10*connections)
	}
	bad, err := drive{url: server.URL + "/bad", time: time.Minute, most: 2 * connections}.run(t.Context())
	if err != nil || bad.failed != connections || bad.failure == "" {
		t.Errorf("%d of %d calls failed %q, %v; want half", bad.failed, bad.calls, bad.failure, err)
	}
	paced, err := drive{url: server.URL, time: time.Second, rate: 200}.run(t.Context())
	if err != nil || paced.calls < 50 || paced.calls > 250 {
		t.Errorf("%d calls in a second at 200 a second, %v", paced.calls, err)
	}
}
