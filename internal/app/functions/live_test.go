package functions

import (
	"cmp"
	"context"
	"net/http"
	"os"
	"testing"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/labtest"
	"github.com/labbox/labbox/internal/web"
	"github.com/labbox/labbox/ui"
)

// TestLiveServer serves the dashboard of this tree over the functions of a lab that
// runs, for people who work on its pages:
//
//	LABBOX_LIVE=127.0.0.1:8899 LABBOX_LIVE_PASSWORD=... go test -run TestLiveServer -timeout 0 ./internal/app/functions
func TestLiveServer(t *testing.T) {
	addr := os.Getenv("LABBOX_LIVE")
	if addr == "" {
		t.Skip("set LABBOX_LIVE to a loopback address to look at the pages over a lab that runs")
	}
	client := New(Options{
		URL:   func() string { return cmp.Or(os.Getenv("LABBOX_LIVE_GATEWAY"), "http://127.0.0.1:8080") },
		Login: func(context.Context) (string, string, error) { return "admin", os.Getenv("LABBOX_LIVE_PASSWORD"), nil },
	})
	server, err := web.New(web.Options{
		Addr: addr, Version: "live", Assets: ui.FS(), Events: &labtest.Journal{}, Functions: client.Parts(),
		Status:     func(context.Context) lab.Status { return lab.Status{Ready: true, Phase: lab.StateReady} },
		Prometheus: http.DefaultClient, PrometheusURL: cmp.Or(os.Getenv("LABBOX_LIVE_PROMETHEUS"), "http://127.0.0.1:9090"),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Fatal(http.ListenAndServe(addr, server.Handler()))
}
