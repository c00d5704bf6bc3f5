package gateway

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/faas/store"
	"github.com/labbox/labbox/internal/faas/storetest"
)

// The two together give what the gateway adds to a call:
//
//	go test -run - -bench Call ./internal/faas/gateway
func BenchmarkCallDirect(b *testing.B) {
	_, port := replica(b, "127.0.0.1", 0, http.HandlerFunc(answerShortly))
	measureCalls(b, fmt.Sprintf("http://127.0.0.1:%d/", port))
}

func BenchmarkCallThroughGateway(b *testing.B) {
	_, port := replica(b, "127.0.0.1", 0, http.HandlerFunc(answerShortly))
	cluster := storetest.New(b, function("f", 1))
	cluster.SetReady(b, "f", port, "127.0.0.1")
	config, err := FromEnv(func(string) string { return "" })
	if err != nil {
		b.Fatal(err)
	}
	config.BasicAuth = false
	gateway, err := New(config, store.New(cluster.Client(), store.Config{Namespaces: config.Namespaces}), slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	synced := make(chan struct{})
	go func() { _ = gateway.Watch(b.Context(), func() { close(synced) }) }()
	<-synced
	measureCalls(b, served(b, gateway)+"/function/f")
}

func answerShortly(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	_, _ = w.Write([]byte("short"))
}

// measureCalls calls url over 32 connections at a time.
func measureCalls(b *testing.B, url string) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	b.SetParallelism(16) // times GOMAXPROCS
	b.ReportAllocs()
	before := cpuTime(b)
	// CPU time says the same on a busy machine as on an idle one.
	defer func() { b.ReportMetric(float64(cpuTime(b)-before)/float64(b.N), "cpu-ns/op") }()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			resp, err := client.Post(url, "text/plain", strings.NewReader("body"))
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				b.Errorf("status %d", resp.StatusCode)
			}
		}
	})
}

func cpuTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
