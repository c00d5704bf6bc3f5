package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/labbox/labbox/internal/app/functions"
	"github.com/labbox/labbox/internal/capstone"
	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/web"
	"github.com/labbox/labbox/ui"
)

// show opens the dashboard on its loopback port and the admin API on the socket.
func (d *daemon) show(ctx context.Context, _ lab.Report) error {
	if err := d.learn(ctx); err != nil {
		return err
	}
	password, err := keptSecret(d.paths.Password())
	if err != nil {
		return err
	}
	options := d.webOptions()
	options.Password = password
	server, err := web.New(options)
	if err != nil {
		return err
	}
	front, err := d.functions().withBuilder(server.Handler(), d.paths.BuilderSecret())
	if err != nil {
		return err
	}
	tcp, err := net.Listen("tcp", d.cfg.addr(d.cfg.Ports.Dashboard))
	if err != nil {
		return lab.Errorf(lab.CodePort, "Choose another port: labbox up --set ports.dashboard=PORT", "open the dashboard: %w", err)
	}
	socket, err := listenPrivate(ctx, d.paths.Socket())
	if err != nil {
		_ = tcp.Close()
		return fmt.Errorf("open the admin socket: %w", err)
	}
	err = d.openWorkbench(ctx, server.LessonHandler())
	if err == nil {
		err = d.showAbroad(ctx, server)
	}
	if err != nil {
		_ = tcp.Close()
		_ = socket.Close()
		return err
	}
	d.serve("dashboard", tcp, front)
	d.serve("admin socket", socket, d.adminHandler(server.AdminHandler()))
	d.later("viewers", func(context.Context) error {
		server.Close()
		return nil
	})
	return nil
}

// listenPrivate opens a unix socket that root alone can use. A socket file that a
// killed process left is removed first; the directory's lock is held.
func listenPrivate(ctx context.Context, name string) (net.Listener, error) {
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "unix", name)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(name, 0o600); err != nil {
		_ = l.Close()
		return nil, err
	}
	return l, nil
}

// serve answers on l until the lab ends.
func (d *daemon) serve(name string, l net.Listener, h http.Handler) {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			d.log.Error("serve", "what", name, "error", err)
		}
	}()
	d.later(name, func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		if err := server.Shutdown(ctx); err != nil {
			_ = server.Close() // a viewer that does not let go
		}
		<-done
		return nil
	})
}

func (d *daemon) webOptions() web.Options {
	o := web.Options{
		Addr: d.cfg.addr(d.cfg.Ports.Dashboard), Version: d.version, Assets: ui.FS(), Log: d.log,
		Events: d.store.Journal(), Status: d.status, Links: d.links, Modules: d.moduleList, Logs: d.logs,
		Capstone: d.capstone, History: d.capstone.History, Stop: d.stop,
		Functions: functions.New(functions.Options{
			URL: func() string { return d.endpoint("gateway") }, Login: d.login("gateway"), Workloads: d.cluster.Workloads,
		}).Parts(),
		Lessons: d.lessonParts(),
		Memory:  memory{d.store}, Report: d.report, ObjectEvents: d.cluster.ObjectEvents,
		Shell:      d.bench().Shell,
		Prometheus: loopbackClient(), PrometheusURL: "http://" + d.cfg.addr(d.cfg.Ports.Prometheus),
	}
	for _, s := range d.steps() {
		o.Steps = append(o.Steps, web.StepInfo{ID: s.id, Title: s.title})
	}
	for _, s := range capstone.Steps() {
		o.CapstoneSteps = append(o.CapstoneSteps, web.StepInfo{ID: s.ID, Title: s.Title})
	}
	return o
}

// adminHandler adds what only the command line asks for to the API.
func (d *daemon) adminHandler(api http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/resume", func(w http.ResponseWriter, _ *http.Request) {
		select {
		case d.resumed <- struct{}{}:
		default: // already asked
		}
		w.WriteHeader(http.StatusAccepted)
	})
	logins := func(w http.ResponseWriter, r *http.Request) {
		all, err := d.credentials(r.Context(), r.PathValue("name"))
		answer(w, all, err)
	}
	mux.HandleFunc("GET /api/v1/credentials", logins)
	mux.HandleFunc("GET /api/v1/credentials/{name}", logins)
	mux.HandleFunc("POST /api/v1/lessons-reload", func(w http.ResponseWriter, r *http.Request) {
		wrong, err := d.readLessons(r.Context())
		answer(w, wrong, err)
	})
	d.routeProgress(mux)
	d.routeReport(mux)
	d.functions().route(mux)
	d.routeModules(mux)
	mux.Handle("/", api)
	return mux
}

// answer writes v, or err in the API's own shape.
func answer(w http.ResponseWriter, v any, err error) {
	w.Header().Set("Content-Type", "application/json")
	if err == nil {
		_ = json.NewEncoder(w).Encode(v)
		return
	}
	e := lab.AsError(err)
	status := http.StatusInternalServerError
	switch e.Code {
	case lab.CodeNotFound:
		status = http.StatusNotFound
	case lab.CodeUsage:
		status = http.StatusBadRequest
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]*lab.Error{"error": e})
}

// logs writes the log of a component: a file for a process of the cluster, the
// pods' logs for a workload.
func (d *daemon) logs(ctx context.Context, q web.LogRequest, w io.Writer) error {
	for _, c := range d.status(ctx).Components {
		if c.Name != q.Component {
			continue
		}
		file := filepath.Join(d.paths.Logs(), filepath.Base(c.Name)+".log")
		err := copyLog(ctx, file, LogOptions{Follow: q.Follow, Tail: int(q.Tail)}, w)
		if !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return d.cluster.Logs(ctx, lab.LogQuery{Namespace: c.Namespace, Name: c.Name, Follow: q.Follow, Tail: q.Tail}, w)
	}
	return lab.Errorf(lab.CodeNotFound, "All there are: labbox status", "there is no component %q", q.Component)
}
