package api

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestEnvironment(t *testing.T) {
	t.Parallel()
	d := Deployment{
		EnvVars:     map[string]string{"A": "1", "exec_timeout": "5s"},
		Annotations: map[string]string{"exec_timeout": "9s", "write_timeout": "90", "topic": "x"},
	}
	env := d.Environment()
	if len(env) != 3 || env["A"] != "1" || env["exec_timeout"] != "5s" || env["write_timeout"] != "90" {
		t.Errorf("Environment() = %v", env)
	}
	if got := CallTimeout(env); got != 90*time.Second {
		t.Errorf("CallTimeout() = %s, want the longest", got)
	}
	if got := CallTimeout(map[string]string{"exec_timeout": "never"}); got != 0 {
		t.Errorf("CallTimeout() of nonsense = %s", got)
	}
	if len(d.EnvVars) != 2 {
		t.Error("Environment() changed the deployment")
	}
}

func TestParseTimeout(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"0": 0, "30": 30 * time.Second, "1m30s": 90 * time.Second, "250ms": 250 * time.Millisecond} {
		if got, err := ParseTimeout(text); err != nil || got != want {
			t.Errorf("ParseTimeout(%q) = %s, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "-1", "-1s", "1 s", "99999999999999999999", "abc"} {
		if got, err := ParseTimeout(text); err == nil {
			t.Errorf("ParseTimeout(%q) = %s, want an error", text, got)
		}
	}
}

func TestNamespaceValidate(t *testing.T) {
	t.Parallel()
	marked := map[string]string{Mark: MarkValue}
	tests := []struct {
		name string
		n    Namespace
		want string // part of the fault; empty: valid
	}{
		{"label", Namespace{Name: "a", Labels: marked}, ""},
		{"annotation", Namespace{Name: "a", Annotations: marked}, ""},
		{"neither", Namespace{Name: "a"}, "openfaas=1"},
		{"another value", Namespace{Name: "a", Labels: map[string]string{Mark: "true"}}, "openfaas=1"},
		{"name", Namespace{Name: "-a", Labels: marked}, "lower case"},
		{"label's value", Namespace{Name: "a", Annotations: marked, Labels: map[string]string{"a": "b c"}}, "labels: a"},
		{"Kubernetes' own", Namespace{Name: "a", Labels: marked, Annotations: map[string]string{"scheduler.alpha.kubernetes.io/node-selector": "a=b"}}, "not for clients"},
		{"the lab's own", Namespace{Name: "a", Labels: marked, Annotations: map[string]string{"labbox.dev/x": "y"}}, "not for clients"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := tt.n.Validate()
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("Validate() = %v, want %q", err, tt.want)
			}
		})
	}
}

func TestReserved(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"a": false, "kubernetes.io": false, "kubernetes.io/a": true, "x.k8s.io/a": true, "notkubernetes.io/a": false, "helm.sh/a": true, "example.org/a": false} {
		if got := Reserved(name); got != want {
			t.Errorf("Reserved(%q) = %v", name, got)
		}
	}
}

func TestBase64(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{`{"rawValue":"AAH/"}`: "\x00\x01\xff", `{"rawValue":null}`: "", `{"rawValue":""}`: "", `{}`: ""} {
		var s Secret
		if err := json.Unmarshal([]byte(text), &s); err != nil || string(s.RawValue) != want {
			t.Errorf("%s: %q, %v", text, s.RawValue, err)
		}
	}
	for _, text := range []string{`[1]`, `{}`, `7`, `true`, `"hunter2!"`, `"AA"`} {
		var s Secret
		if err := json.Unmarshal([]byte(`{"rawValue":`+text+`}`), &s); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", text, err)
		}
	}
	if out, err := json.Marshal(Secret{Name: "a", RawValue: Base64{0, 1}}); err != nil || string(out) != `{"name":"a","rawValue":"AAE="}` {
		t.Errorf("%s, %v", out, err)
	}
}
