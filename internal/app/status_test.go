package app

import (
	"testing"

	"github.com/labbox/labbox/internal/lab"
)

func TestAllReady(t *testing.T) {
	t.Parallel()
	apiserver := lab.Component{Name: "kube-apiserver", Namespace: "kube-system", Ready: true}
	tests := []struct {
		name  string
		other lab.Component
		want  bool
	}{
		{"a part of the cluster", lab.Component{Name: "kubelet", Namespace: "kube-system"}, false},
		{"a part of a trend", lab.Component{Name: "mlflow", Namespace: "mlops", Trend: "mlops"}, false},
		{"a learner's function", lab.Component{Name: "broken", Namespace: "openfaas-fn"}, true},
		{"a trend that is well", lab.Component{Name: "mlflow", Namespace: "mlops", Trend: "mlops", Ready: true}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := allReady([]lab.Component{apiserver, tt.other}); got != tt.want {
				t.Errorf("allReady with %+v = %v, want %v", tt.other, got, tt.want)
			}
		})
	}
}
