package labtest_test

import (
	"context"
	"errors"
	"testing"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/labtest"
)

func TestJournal(t *testing.T) {
	t.Parallel()
	labtest.TestJournal(t, func(*testing.T) labtest.LiveJournal { return &labtest.Journal{} })
}

func TestObjectsWait(t *testing.T) {
	t.Parallel()
	objects, ref := &labtest.Objects{}, lab.ObjectRef{APIVersion: "v1", Kind: "Secret", Name: "a"}
	if _, err := objects.Get(t.Context(), ref); lab.AsError(err).Code != lab.CodeNotFound {
		t.Fatalf("Get of an absent object: %v", err)
	}
	calls := 0
	err := objects.Wait(t.Context(), ref, func(object []byte) (bool, error) {
		if calls++; object == nil {
			go objects.Set(ref, []byte(`{}`))
			return false, nil
		}
		return true, nil
	})
	if err != nil || calls != 2 {
		t.Fatalf("Wait: %v after %d calls", err, calls)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := objects.Wait(ctx, ref, func([]byte) (bool, error) { return false, nil }); !errors.Is(err, context.Canceled) {
		t.Fatalf("Wait with an ended context: %v", err)
	}
}

func TestInstallerRevisions(t *testing.T) {
	t.Parallel()
	installer := &labtest.Installer{Fail: map[string]error{"bad": errors.New("no")}}
	for _, c := range []struct {
		values   map[string]any
		revision int
	}{{map[string]any{"a": 1}, 1}, {map[string]any{"a": 1}, 1}, {map[string]any{"a": 2}, 2}} {
		release, err := installer.Install(t.Context(), lab.Chart{Release: "git", Namespace: "git", Values: c.values})
		if err != nil || release.Revision != c.revision {
			t.Fatalf("Install: %+v, %v; want revision %d", release, err, c.revision)
		}
	}
	if _, err := installer.Install(t.Context(), lab.Chart{Release: "bad"}); err == nil {
		t.Fatal("Install of a failing release succeeded")
	}
	if err := installer.Uninstall(t.Context(), "git", "git"); err != nil {
		t.Fatal(err)
	}
	if releases, _ := installer.Releases(t.Context()); len(releases) != 0 {
		t.Fatalf("still installed: %v", releases)
	}
}
