package capstone

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestSetVersion(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, values, before, after string }{
		{"empty", "# c\nmodelVersion: \"\"\nx: 1\n", "", "# c\nmodelVersion: \"4\"\nx: 1\n"},
		{"quoted", "modelVersion: \"3\"\n", "3", "modelVersion: \"4\"\n"},
		{"single quotes", "modelVersion: '3'\n", "3", "modelVersion: \"4\"\n"},
		{"bare with comment", "modelVersion: 3 # rolled back\nimage: y\n", "3", "modelVersion: \"4\"\nimage: y\n"},
		{"no value", "modelVersion:\nimage: y\n", "", "modelVersion: \"4\"\nimage: y\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			after, before, err := setVersion([]byte(tt.values), "4")
			if err != nil || before != tt.before || string(after) != tt.after {
				t.Errorf("before %q, after %q, error %v", before, after, err)
			}
		})
	}
	if _, _, err := setVersion([]byte("a: 1\n"), "4"); err == nil {
		t.Error("no error without the line")
	}
}

func TestDraw(t *testing.T) {
	t.Parallel()
	pixels := make([]int, side*side)
	pixels[0], pixels[9], pixels[63] = 16, 8, 1
	content, err := draw(pixels)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	for i, value := range pixels {
		x, y := (i%side)*scale+scale-1, (i/side)*scale
		shade, _, _, _ := img.At(x, y).RGBA()
		if got := (255 - float64(shade>>8)) * ink / 255; got < float64(value)-0.1 || got > float64(value)+0.1 {
			t.Errorf("pixel %d is %.2f, want %d", i, got, value)
		}
	}
	if _, err := draw([]int{1}); err == nil {
		t.Error("no error for one pixel")
	}
}

func TestQuantile(t *testing.T) {
	t.Parallel()
	times := []time.Duration{9, 1, 2, 3, 4, 5, 6, 7, 8, 10}
	tests := []struct {
		times []time.Duration
		q     float64
		want  time.Duration
	}{{times, 0.5, 6}, {times, 0.95, 10}, {times, 1, 10}, {times, 0, 1}, {nil, 0.5, 0}}
	for _, tt := range tests {
		if got := quantile(tt.times, tt.q); got != tt.want {
			t.Errorf("quantile %v of %v is %v, want %v", tt.q, tt.times, got, tt.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	tests := []struct{ value, want float64 }{{0, 0}, {0.00171032, 0.00171}, {123456, 123000}, {-2.3456, -2.35}, {1, 1}}
	for _, tt := range tests {
		if got := significant(tt.value); got != tt.want {
			t.Errorf("significant %v is %v, want %v", tt.value, got, tt.want)
		}
	}
	// 1 kWh at 342.06 g/kWh
	if got := (grid{gramsPerKilowattHour: 342.06}).grams(3.6e6); got != 342.06 {
		t.Errorf("1 kWh is %v g", got)
	}
}

func TestAbsent(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		err  error
		want bool
	}{
		{"unknown model", &statusError{status: 404, body: `{"error_code":"RESOURCE_DOES_NOT_EXIST"}`}, true},
		{"unknown alias", &statusError{status: 400, body: `{"error_code":"INVALID_PARAMETER_VALUE","message":"Registered model alias x not found."}`}, true},
		{"server down", &statusError{status: 500, body: "oops"}, false},
		{"refused host", &statusError{status: 403, body: "Invalid Host header"}, false},
		{"no connection", errors.New("connection refused"), false},
		{"none", nil, false},
	}
	for _, tt := range tests {
		if got := absent(tt.err); got != tt.want {
			t.Errorf("%s: %t", tt.name, got)
		}
	}
}

func TestGrowthCountsOnlyPodsOfBothMoments(t *testing.T) {
	t.Parallel()
	answers := map[string]string{
		"1.000": `[{"metric":{"pod_name":"a"},"value":[1,"2"]},{"metric":{"pod_name":"old"},"value":[1,"50"]}]`,
		"9.000": `[{"metric":{"pod_name":"a"},"value":[9,"5"]},{"metric":{"pod_name":"new"},"value":[9,"70"]}]`,
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(`{"data":{"resultType":"vector","result":` + answers[r.FormValue("time")] + `}}`))
	}))
	defer srv.Close()
	p := prometheus{api{name: "Prometheus", Endpoint: Endpoint{URL: srv.URL}, http: srv.Client()}}
	got, err := p.growth(context.Background(), "x", time.Unix(1, 0), time.Unix(9, 0))
	if err != nil || got != 3 {
		t.Errorf("growth %v, error %v", got, err)
	}
}

func TestMissingOptionsAreRefused(t *testing.T) {
	t.Parallel()
	if _, err := New(Options{}); err == nil {
		t.Error("no error without systems")
	}
}

func TestDialServicesFindsTheService(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("here")) }))
	defer srv.Close()
	var asked string
	client := DialServices(func(_ context.Context, namespace, service string, port int) (net.Conn, error) {
		asked = fmt.Sprintf("%s/%s:%d", namespace, service, port)
		return net.Dial("tcp", srv.Listener.Addr().String())
	})
	a := api{name: "x", Endpoint: Endpoint{URL: modelURL}, http: client}
	body, _, err := a.send(context.Background(), http.MethodGet, "/", "", nil)
	if err != nil || string(body) != "here" || asked != "digits/model-server:8080" {
		t.Errorf("body %q, asked for %s, error %v", body, asked, err)
	}
	if _, _, _, err := splitService("nowhere:1"); err == nil {
		t.Error("no error without a namespace")
	}
}
