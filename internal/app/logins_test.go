package app

import "testing"

func TestLabelledLogin(t *testing.T) {
	t.Parallel()
	type m = map[string]any
	data := m{"id": "QUtJQQ==", "key": "c2VjcmV0"}
	for _, c := range []struct {
		name string
		meta m
		want Credential
		ok   bool
	}{
		{"named keys", m{"labels": m{loginLabel: "lambda"}, "annotations": m{userKeyNote: "id", passwordNote: "key"}}, Credential{"lambda", "AKIA", "secret"}, true},
		{"a login that its forward names", m{"labels": m{loginLabel: "git"}}, Credential{}, false},
		{"half of it", m{"labels": m{loginLabel: "x"}, "annotations": m{userKeyNote: "id"}}, Credential{}, false},
	} {
		if got, ok := labelledLogin(m{"metadata": c.meta, "data": data}); got != c.want || ok != c.ok {
			t.Errorf("%s: %+v, %v", c.name, got, ok)
		}
	}
}
