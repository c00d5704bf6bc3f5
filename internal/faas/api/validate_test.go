package api

import (
	"strings"
	"testing"
)

func TestValidate(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		d    Deployment
		want string // part of the fault; empty: valid
	}{
		{"least", Deployment{Service: "f", Image: "i"}, ""},
		{"no name", Deployment{Image: "i"}, "service is required"},
		{"no image", Deployment{Service: "f"}, "image is required"},
		{"upper case", Deployment{Service: "Fn", Image: "i"}, "must be lower case"},
		{"ends with a dash", Deployment{Service: "fn-", Image: "i"}, "must be lower case"},
		{"64 characters", Deployment{Service: strings.Repeat("a", 64), Image: "i"}, "longer than 63"},
		{"63 characters", Deployment{Service: strings.Repeat("a", 63), Image: "i"}, ""},
		{"dot in name", Deployment{Service: "a.b", Image: "i"}, "must be lower case"},
		{"image with space", Deployment{Service: "f", Image: "a b"}, "white space"},
		{"env name", Deployment{Service: "f", Image: "i", EnvVars: map[string]string{"a b": ""}}, "environment variable"},
		{"secret name", Deployment{Service: "f", Image: "i", Secrets: []string{"../x"}}, "secrets: name"},
		{"constraint", Deployment{Service: "f", Image: "i", Constraints: []string{"disk"}}, "key=value"},
		{"constraint fine", Deployment{Service: "f", Image: "i", Constraints: []string{"kubernetes.io/arch == amd64"}}, ""},
		{"label value", Deployment{Service: "f", Image: "i", Labels: map[string]string{"a": "b c"}}, "labels: a"},
		{"annotation name", Deployment{Service: "f", Image: "i", Annotations: map[string]string{"a b": "c"}}, "annotations"},
		{"annotation value is free", Deployment{Service: "f", Image: "i", Annotations: map[string]string{"topic": "a, b\nc"}}, ""},
		{"min above max", Deployment{Service: "f", Image: "i", Labels: map[string]string{LabelMin: "5", LabelMax: "2"}}, LabelMax},
		{"min no number", Deployment{Service: "f", Image: "i", Labels: map[string]string{LabelMin: "few"}}, LabelMin},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := tt.d.Validate()
			if tt.want == "" && err != nil {
				t.Fatalf("Validate() = %v, want nil", err)
			}
			if tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Fatalf("Validate() = %v, want %q in it", err, tt.want)
			}
		})
	}
}

func TestScaleBounds(t *testing.T) {
	t.Parallel()
	least, most, err := ScaleBounds(map[string]string{LabelMin: "30"})
	if err != nil || least != 30 || most != 30 {
		t.Fatalf("ScaleBounds(min 30) = %d, %d, %v", least, most, err)
	}
	least, most, err = ScaleBounds(map[string]string{LabelMin: "0", LabelMax: "3"})
	if err != nil || least != 0 || most != 3 {
		t.Fatalf("ScaleBounds(0..3) = %d, %d, %v", least, most, err)
	}
}
