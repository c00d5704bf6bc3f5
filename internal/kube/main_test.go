package kube

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// TestMain lets the test binary be what the daemon's binary is: the children of a
// cluster, children made for tests, and a daemon that a test kills.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "component" {
		if main, ok := testChildren[os.Args[2]]; ok {
			os.Exit(main())
		}
		os.Exit(ComponentMain(os.Args[2:]))
	}
	if len(os.Args) == 6 && os.Args[1] == "test-daemon" {
		os.Exit(testDaemon(Options{DataDir: os.Args[2], HelpersDir: os.Args[3], Cgroup: testCgroup}, os.Args[4], os.Args[5]))
	}
	os.Exit(m.Run())
}

// testChildren are programs for the tests of child.
var testChildren = map[string]func() int{
	"test-crash": func() int {
		fmt.Println("last words")
		return 3
	},
	"test-serve": func() int {
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, syscall.SIGTERM)
		fmt.Println("serving", os.Args[3:], os.Getenv("SPECIAL"))
		<-stop
		fmt.Println("stopped properly")
		return 0
	},
	"test-stubborn": func() int {
		signal.Ignore(syscall.SIGTERM)
		fmt.Println("serving")
		for { // select {} is a deadlock to the runtime where nothing else runs
			time.Sleep(time.Hour)
		}
	},
}

// runner runs Services by need, as a supervisor would, without restarts.
type runner struct {
	mu    sync.Mutex
	ready map[string]chan struct{}
	fail  chan error
	began time.Time
	at    map[string]time.Duration
}

func newRunner(services []lab.Service) *runner {
	r := &runner{ready: map[string]chan struct{}{}, fail: make(chan error, len(services)), at: map[string]time.Duration{}}
	for _, s := range services {
		r.ready[s.Name()] = make(chan struct{})
	}
	return r
}

// run starts all services and returns when all have ended after ctx.
func (r *runner) run(ctx context.Context, services []lab.Service) {
	r.began = time.Now()
	over := map[string]chan struct{}{}
	for _, s := range services {
		over[s.Name()] = make(chan struct{})
	}
	var all sync.WaitGroup
	for _, s := range services {
		all.Go(func() {
			defer close(over[s.Name()])
			for _, need := range s.Needs() {
				select {
				case <-r.ready[need]:
				case <-ctx.Done():
					return
				}
			}
			own, cancel := context.WithCancel(context.WithoutCancel(ctx))
			defer cancel()
			all.Go(func() {
				<-ctx.Done()
				for _, other := range services {
					if slices.Contains(other.Needs(), s.Name()) {
						<-over[other.Name()]
					}
				}
				cancel()
			})
			if err := s.Run(own, func() { r.note(s.Name()) }); err != nil {
				r.fail <- fmt.Errorf("%s: %w", s.Name(), err)
			}
		})
	}
	all.Wait()
}

func (r *runner) note(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at[name] = time.Since(r.began)
	close(r.ready[name])
}

// wait returns when all services are ready.
func (r *runner) wait(ctx context.Context) error {
	for _, ready := range r.ready {
		select {
		case <-ready:
		case err := <-r.fail:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// testDaemon boots a cluster, says "ready" and the sandbox's pid, and waits to be killed.
func testDaemon(o Options, layout, port string) int {
	if _, err := fmt.Sscan(port, &o.APIPort); err != nil {
		fmt.Println(err)
		return 2
	}
	o.Images = func(ctx context.Context, socket string, _ lab.Report) error {
		return importTestImages(ctx, socket, os.DirFS(layout))
	}
	c := New(o)
	r := newRunner(c.Services())
	go r.run(context.Background(), c.Services())
	if err := r.wait(context.Background()); err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("ready", c.box.pid)
	select {}
}
