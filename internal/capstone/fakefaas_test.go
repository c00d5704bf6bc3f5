package capstone

import (
	"encoding/json"
	"fmt"
	"image"
	_ "image/png"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// fakeFaaS is the gateway with the function classify, and the Prometheus that sees it.
type fakeFaaS struct {
	fn       sync.Mutex
	deployed *deployment
	replicas int
	called   []time.Time
	down     bool
	wrong    int // the first so many calls of a run are answered wrongly
	served   func() string
	// model answers for the pixels of an image; by the first pixel's shade when nil.
	model func(pixels []int) int
}

func (f *fakeFaaS) routes(mux *http.ServeMux) {
	mux.HandleFunc("PUT /system/functions", func(o http.ResponseWriter, r *http.Request) { f.deploy(o, r, false) })
	mux.HandleFunc("POST /system/functions", func(o http.ResponseWriter, r *http.Request) { f.deploy(o, r, true) })
	mux.HandleFunc("DELETE /system/functions", func(o http.ResponseWriter, _ *http.Request) {
		f.fn.Lock()
		defer f.fn.Unlock()
		f.deployed = nil
		o.WriteHeader(http.StatusAccepted)
	})
	mux.HandleFunc("GET /system/function/classify", func(o http.ResponseWriter, _ *http.Request) {
		f.fn.Lock()
		defer f.fn.Unlock()
		reply(o, function{Name: "classify", Replicas: f.replicas, Available: f.replicas, Calls: len(f.called)})
	})
	mux.HandleFunc("POST /system/scale-function/classify", func(o http.ResponseWriter, r *http.Request) {
		var body struct{ Replicas int }
		_ = json.NewDecoder(r.Body).Decode(&body)
		f.fn.Lock()
		defer f.fn.Unlock()
		f.replicas = body.Replicas
		o.WriteHeader(http.StatusAccepted)
	})
	mux.HandleFunc("POST /function/classify", f.classify)
}

func (f *fakeFaaS) deploy(o http.ResponseWriter, r *http.Request, create bool) {
	f.fn.Lock()
	defer f.fn.Unlock()
	if f.down {
		http.Error(o, "starting", http.StatusServiceUnavailable)
		return
	}
	if f.deployed == nil && !create {
		http.Error(o, "no such function", http.StatusNotFound)
		return
	}
	f.deployed = &deployment{}
	_ = json.NewDecoder(r.Body).Decode(f.deployed)
	f.replicas = 1
	o.WriteHeader(http.StatusAccepted)
}

// classify reads the digit from the shade of the image's first pixel.
func (f *fakeFaaS) classify(o http.ResponseWriter, r *http.Request) {
	img, _, err := image.Decode(r.Body)
	if err != nil {
		http.Error(o, err.Error(), http.StatusBadRequest)
		return
	}
	pixels := make([]int, side*side)
	for i := range pixels {
		shade, _, _, _ := img.At((i%side)*scale, (i/side)*scale).RGBA()
		pixels[i] = ((255-int(shade>>8))*ink + 127) / 255
	}
	digit := pixels[0]
	if f.model != nil {
		digit = f.model(pixels)
	}
	f.fn.Lock()
	defer f.fn.Unlock()
	f.replicas = 1
	f.called = append(f.called, time.Now())
	if len(f.called) <= f.wrong {
		digit = (digit + 1) % 10
	}
	o.Header().Set("X-Call-Id", "c-1")
	reply(o, map[string]any{"digit": digit, "confidence": 0.93, "model": "digits", "model_version": f.served()})
}

// query is Prometheus: it knows the answers to the capstone's questions.
func (w *world) query(o http.ResponseWriter, r *http.Request) {
	q := r.FormValue("query")
	at := time.Now()
	if seconds, err := strconv.ParseFloat(r.FormValue("time"), 64); err == nil {
		at = time.UnixMilli(int64(seconds * 1000))
	}
	result := []any{}
	if w.noSeries == "" || !strings.Contains(q, w.noSeries) {
		for labels, value := range w.series(q, at) {
			var set map[string]string
			_ = json.Unmarshal([]byte(labels), &set)
			result = append(result, map[string]any{"metric": set, "value": []any{0, fmt.Sprint(value)}})
		}
	}
	reply(o, map[string]any{"data": map[string]any{"resultType": "vector", "result": result}})
}

func (w *world) series(q string, at time.Time) map[string]float64 {
	w.fn.Lock()
	defer w.fn.Unlock()
	calls := 0
	for _, c := range w.called {
		if !c.After(at) {
			calls++
		}
	}
	version, _ := strconv.ParseFloat(w.promoted(), 64)
	switch {
	case strings.HasPrefix(q, "min(timestamp("):
		return map[string]float64{"{}": float64(time.Now().UnixMicro()) / 1e6}
	case strings.HasPrefix(q, "labbox_energy_method"):
		return map[string]float64{`{"method":"ccf"}`: 1}
	case strings.HasPrefix(q, "labbox_grid_intensity"):
		return map[string]float64{`{"zone":"DE","year":"2024"}`: 342.06}
	case strings.HasPrefix(q, "max(max_over_time("):
		return map[string]float64{"{}": 18}
	case strings.HasPrefix(q, "kepler_pod_cpu_joules_total"):
		return map[string]float64{`{"pod_name":"p"}`: 0.02*float64(calls) + float64(at.UnixMilli()%1e6)/1e6}
	case strings.HasPrefix(q, "labbox_pod_reserved_joules"), strings.HasPrefix(q, "labbox_pod_memory_joules"):
		return map[string]float64{`{"pod_name":"p"}`: float64(at.UnixMilli()%1e6) / 1e6}
	case strings.HasPrefix(q, "kepler_pod_cpu_watts"), strings.HasPrefix(q, "labbox_pod_reserved_watts"), strings.HasPrefix(q, "labbox_pod_memory_watts"):
		if w.replicas == 0 {
			return nil
		}
		return map[string]float64{"{}": 0.05}
	case strings.HasPrefix(q, "model_server_model_info"):
		return map[string]float64{fmt.Sprintf(`{"version":%q}`, w.promoted()): 1}
	case strings.HasPrefix(q, "max(classify_model_version"):
		return map[string]float64{"{}": version}
	case strings.Contains(q, "code!~"):
		return map[string]float64{"{}": 0}
	}
	return map[string]float64{"{}": 0.5}
}
