package workbench

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/labtest"
	"github.com/labbox/labbox/internal/lesson"
	"github.com/labbox/labbox/internal/web"
)

// fakeExecutor notes what it is asked to run and answers as it is told.
type fakeExecutor struct {
	mu    sync.Mutex
	asked []lab.Exec
	files map[string]string // of the tar on standard input
	modes map[string]int64

	says string
	code int
	err  error
}

func (f *fakeExecutor) Exec(_ context.Context, e lab.Exec) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, e)
	if e.Stdin != nil && !e.TTY {
		f.files, f.modes = map[string]string{}, map[string]int64{}
		for in := tar.NewReader(e.Stdin); ; {
			h, err := in.Next()
			if err != nil {
				break
			}
			text, _ := io.ReadAll(in)
			f.files[h.Name], f.modes[h.Name] = string(text), h.Mode
		}
	}
	if e.Stdout != nil {
		_, _ = io.WriteString(e.Stdout, f.says)
	}
	return f.code, f.err
}

func lessonFiles() fstest.MapFS {
	return fstest.MapFS{
		"lesson.yaml":   {Data: []byte("id: drift")},
		"start.sh":      {Data: []byte("echo start")},
		"solve/heal.sh": {Data: []byte("echo solve")},
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	f := &fakeExecutor{says: "it was done\n", code: 4}
	out, err := New(Options{Executor: f}).Run(t.Context(), lesson.Script{Lesson: "gitops/drift", Name: "solve/heal.sh",
		Files: lessonFiles(), Env: map[string]string{"B": "2", "A": "one two"}})
	if err != nil || out.Code != 4 || out.Text != "it was done\n" {
		t.Fatalf("%+v, %v", out, err)
	}
	e := f.asked[0]
	if e.Namespace != "workbench" || e.Pod != "workbench-0" || e.Container != "bench" || e.TTY {
		t.Errorf("asked for %+v", e)
	}
	want := []string{"env", "LESSON=gitops/drift", "A=one two", "B=2", "sh", "-c", runScript, "sh", "/home/learner/lessons/gitops/drift", "solve/heal.sh"}
	if strings.Join(e.Command, "|") != strings.Join(want, "|") {
		t.Errorf("command %q\nwant    %q", e.Command, want)
	}
	if len(f.files) != 3 || f.files["solve/heal.sh"] != "echo solve" || f.modes["start.sh"] != 0o755 || f.modes["lesson.yaml"] != 0o644 {
		t.Errorf("copied %v with modes %v", f.files, f.modes)
	}
}

func TestRunRefuses(t *testing.T) {
	t.Parallel()
	good := lesson.Script{Lesson: "gitops/drift", Name: "start.sh", Files: lessonFiles()}
	for name, change := range map[string]func(*lesson.Script){
		"a lesson outside":        func(s *lesson.Script) { s.Lesson = "../etc" },
		"a lesson with a command": func(s *lesson.Script) { s.Lesson = "gitops/$(reboot)" },
		"a lesson without trend":  func(s *lesson.Script) { s.Lesson = "drift" },
		"a script outside":        func(s *lesson.Script) { s.Name = "../start.sh" },
		"an absolute script":      func(s *lesson.Script) { s.Name = "/bin/sh" },
		"a script that is absent": func(s *lesson.Script) { s.Name = "stop.sh" },
		"a variable with a value": func(s *lesson.Script) { s.Env = map[string]string{"A=B": "c"} },
		"an option as a variable": func(s *lesson.Script) { s.Env = map[string]string{"-S": "c"} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, s := &fakeExecutor{}, good
			change(&s)
			if _, err := New(Options{Executor: f}).Run(t.Context(), s); err == nil || len(f.asked) > 0 {
				t.Errorf("error %v, ran %v", err, f.asked)
			}
		})
	}
}

func TestRunWithoutWorkbench(t *testing.T) {
	t.Parallel()
	f := &fakeExecutor{err: errors.New("no such pod")}
	_, err := New(Options{Executor: f}).Run(t.Context(), lesson.Script{Lesson: "a/b", Name: "start.sh", Files: lessonFiles()})
	var known *lab.Error
	if !errors.As(err, &known) || known.Code != lab.CodeNotReady || known.Hint == "" {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f.err = ctx.Err()
	if _, err := New(Options{Executor: f}).Shell(ctx, web.Shell{}); !errors.Is(err, context.Canceled) {
		t.Errorf("broken off: %v", err)
	}
}

func TestOutputIsCapped(t *testing.T) {
	t.Parallel()
	e := &ends{most: 4}
	for _, piece := range []string{"ab", "cdef", "g"} {
		_, _ = e.Write([]byte(piece))
	}
	if e.String() != "abcdefg" {
		t.Errorf("%q, want all of it", e)
	}
	_, _ = e.Write([]byte(strings.Repeat("x", 100) + "wxyz"))
	if e.String() != "abcd\n[...]\nwxyz" {
		t.Errorf("%q, want both ends", e)
	}
}

func TestShell(t *testing.T) {
	t.Parallel()
	f := &fakeExecutor{code: 1}
	b := New(Options{Executor: f})
	sizes := make(chan lab.TerminalSize)
	if code, err := b.Shell(t.Context(), web.Shell{In: strings.NewReader(""), Out: io.Discard, Sizes: sizes}); code != 1 || err != nil {
		t.Errorf("code %d, %v", code, err)
	}
	if _, err := b.Shell(t.Context(), web.Shell{Lesson: "gitops/drift"}); err != nil {
		t.Error(err)
	}
	if _, err := b.Shell(t.Context(), web.Shell{Lesson: "gitops/../../etc"}); err == nil {
		t.Error("a shell was opened outside of the lessons")
	}
	if len(f.asked) != 2 || !f.asked[0].TTY || f.asked[0].Sizes == nil || !strings.Contains(strings.Join(f.asked[1].Command, " "), "/home/learner/lessons/gitops/drift") {
		t.Errorf("asked for %+v", f.asked)
	}
}

func TestMakeNamespace(t *testing.T) {
	t.Parallel()
	namespace := func(name string) lab.ObjectRef { return lab.ObjectRef{APIVersion: "v1", Kind: "Namespace", Name: name} }
	objects := &labtest.Objects{}
	objects.Set(namespace("kube-system"), []byte(`{"metadata": {"name": "kube-system"}}`))
	objects.Set(namespace("learn-old"), []byte(`{"metadata": {"labels": {"labbox.dev/learner": "true"}}}`))
	b := New(Options{Objects: objects})
	for name, ok := range map[string]bool{
		"learn-drift": true, "learn-old": true, "openfaas-fn": true,
		"kube-system": false, "": false, "Learn": false, "a/b": false, strings.Repeat("x", 64): false,
	} {
		if err := b.MakeNamespace(t.Context(), name); (err == nil) != ok {
			t.Errorf("%q: %v, want it made: %t", name, err, ok)
		}
	}
	applied := objects.Applied()
	if len(applied) != 2 {
		t.Fatalf("applied %d manifests, want those of the two lessons", len(applied))
	}
	for _, want := range []string{`"labbox.dev/learner":"true"`, `"pod-security.kubernetes.io/enforce":"baseline"`, `"name":"workbench-learner-edit"`, `"namespace":"workbench"`} {
		if !strings.Contains(string(applied[0]), want) {
			t.Errorf("%s lacks %s", applied[0], want)
		}
	}
}

func TestMakeRepository(t *testing.T) {
	t.Parallel()
	made := map[string]bool{"old": true}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		body, _ := io.ReadAll(r.Body)
		_, rest, _ := strings.Cut(string(body), `"name":"`)
		name, _, _ := strings.Cut(rest, `"`)
		switch {
		case user != "learner" || password != "secret" || r.Method != "POST" || r.URL.Path != "/api/v1/repos":
			http.Error(w, "who are you", http.StatusUnauthorized)
		case name == "full":
			http.Error(w, "no space left", http.StatusInternalServerError)
		case made[name]:
			http.Error(w, "it is there", http.StatusConflict)
		default:
			made[name] = true
			w.WriteHeader(http.StatusCreated)
		}
	}))
	defer server.Close()
	url := server.URL
	b := New(Options{HTTP: server.Client(), Git: func() string { return url },
		GitLogin: func(context.Context) (string, string, error) { return "learner", "secret", nil }})
	for name, ok := range map[string]bool{"learn-drift": true, "old": true, "full": false, "../x": false} {
		if err := b.MakeRepository(t.Context(), name); (err == nil) != ok {
			t.Errorf("%s: %v, want it made: %t", name, err, ok)
		}
	}
	if !made["learn-drift"] {
		t.Error("the repository was not made")
	}
	url = ""
	if err := b.MakeRepository(t.Context(), "early"); lab.AsError(err).Code != lab.CodeNotReady {
		t.Errorf("without a git server: %v", err)
	}
}
