package runtime

import (
	"encoding/json"
	"io"
	"net/http"
	"sync"

	"github.com/google/uuid"
)

// extensions is the least of Lambda's Extensions API: whoever registers is told of
// invocations and of the end. Logs and telemetry are not sent.
type extensions struct {
	config Config

	mu  sync.Mutex
	all map[string]*extension
}

// extension has a queue that drops what it does not fetch.
type extension struct {
	wants  map[string]bool
	events chan map[string]any
}

func newExtensions(config Config) *extensions {
	return &extensions{config: config, all: map[string]*extension{}}
}

const extensionID = "Lambda-Extension-Identifier"

func (e *extensions) routes(mux *http.ServeMux) {
	const base = "/2020-01-01/extension/"
	mux.HandleFunc("POST "+base+"register", e.register)
	mux.HandleFunc("GET "+base+"event/next", e.next)
	mux.HandleFunc("POST "+base+"init/error", e.noted)
	mux.HandleFunc("POST "+base+"exit/error", e.noted)
	for _, path := range []string{"PUT /2020-08-15/logs", "PUT /2022-07-01/telemetry"} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			refuse(w, http.StatusAccepted, failure{Message: "This API is not supported here.", Type: "Telemetry.NotSupported"})
		})
	}
}

func (e *extensions) register(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Events []string `json:"events"`
	}
	if err := json.NewDecoder(io.LimitReader(r.Body, 64<<10)).Decode(&in); err != nil || r.Header.Get("Lambda-Extension-Name") == "" {
		refuse(w, http.StatusBadRequest, failure{Message: "A name and a list of events are required.", Type: "InvalidRequestFormat"})
		return
	}
	x := &extension{wants: map[string]bool{}, events: make(chan map[string]any, 16)}
	for _, event := range in.Events {
		if event != "INVOKE" && event != "SHUTDOWN" {
			refuse(w, http.StatusBadRequest, failure{Message: "There is no event " + event + ".", Type: "Extension.InvalidEventType"})
			return
		}
		x.wants[event] = true
	}
	id := uuid.NewString()
	e.mu.Lock()
	e.all[id] = x
	e.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set(extensionID, id)
	_ = json.NewEncoder(w).Encode(map[string]string{
		"functionName": e.config.Function, "functionVersion": e.config.Version, "handler": e.config.Handler,
	})
}

func (e *extensions) of(w http.ResponseWriter, r *http.Request) *extension {
	e.mu.Lock()
	defer e.mu.Unlock()
	x := e.all[r.Header.Get(extensionID)]
	if x == nil {
		refuse(w, http.StatusForbidden, failure{Message: "There is no such extension.", Type: "Extension.UnknownExtensionIdentifier"})
	}
	return x
}

func (e *extensions) next(w http.ResponseWriter, r *http.Request) {
	x := e.of(w, r)
	if x == nil {
		return
	}
	select {
	case event := <-x.events:
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Lambda-Extension-Event-Identifier", uuid.NewString())
		_ = json.NewEncoder(w).Encode(event)
	case <-r.Context().Done():
	}
}

func (e *extensions) noted(w http.ResponseWriter, r *http.Request) {
	if e.of(w, r) != nil {
		accepted(w)
	}
}

func (e *extensions) invoke(i *Invocation) {
	e.tell("INVOKE", map[string]any{
		"eventType": "INVOKE", "deadlineMs": i.deadline.UnixMilli(), "requestId": i.ID, "invokedFunctionArn": i.ARN,
		"tracing": map[string]string{"type": "X-Amzn-Trace-Id", "value": i.Trace},
	})
}

func (e *extensions) shutdown() {
	e.tell("SHUTDOWN", map[string]any{"eventType": "SHUTDOWN", "shutdownReason": "spindown"})
}

func (e *extensions) tell(kind string, event map[string]any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, x := range e.all {
		if x.wants[kind] {
			select {
			case x.events <- event:
			default:
			}
		}
	}
}
