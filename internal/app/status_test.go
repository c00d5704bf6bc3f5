package app

import (
	"testing"

	"github.com/labbox/labbox/internal/lab"
)

func TestUnready(t *testing.T) {
	t.Parallel()
	apiserver := lab.Component{Name: "kube-apiserver", Namespace: "kube-system", Ready: true}
	tests := []struct {
		name  string
		other lab.Component
		want  int
	}{
		{"a part of the cluster", lab.Component{Name: "kubelet", Namespace: "kube-system"}, 1},
		{"a part of a trend", lab.Component{Name: "mlflow", Namespace: "mlops", Trend: "mlops"}, 1},
		{"a learner's function", lab.Component{Name: "broken", Namespace: "openfaas-fn"}, 0},
		{"a trend that is well", lab.Component{Name: "mlflow", Namespace: "mlops", Trend: "mlops", Ready: true}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := unready([]lab.Component{apiserver, tt.other}); len(got) != tt.want {
				t.Errorf("unready with %+v = %v, want %d", tt.other, got, tt.want)
			}
		})
	}
}
