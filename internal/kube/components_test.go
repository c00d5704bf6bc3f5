package kube

import (
	"os"
	"slices"
	"testing"
)

func TestComponentsNameEveryPart(t *testing.T) {
	t.Parallel()
	c := New(Options{DataDir: t.TempDir()})
	var names []string
	for _, part := range c.Components(t.Context()) {
		names = append(names, part.Name)
		if part.Ready || part.Message != "does not run" || part.MemoryBytes != 0 || part.Namespace != "kube-system" {
			t.Errorf("of a cluster that does not run: %+v", part)
		}
	}
	for _, want := range []string{nameStore, nameAPI, nameControllers, nameScheduler, nameContainerd, nameKubelet, nameProxy, nameSandbox, nameDNS, nameMetrics, nameStorage} {
		if !slices.Contains(names, want) {
			t.Errorf("%s is missing in %v", want, names)
		}
	}
}

func TestComponentsSharingAProcessShareItsMemory(t *testing.T) {
	t.Parallel()
	c := New(Options{DataDir: t.TempDir()})
	var shared []string
	for _, child := range c.children {
		if child.name == nameHelpers {
			child.note(os.Getpid(), true)
			shared = child.names()
		}
	}
	var sum int64
	for _, part := range c.Components(t.Context()) {
		if part.Ready != slices.Contains(shared, part.Name) {
			t.Errorf("%s: ready is %v", part.Name, part.Ready)
		}
		sum += part.MemoryBytes
	}
	own, err := privateMemory(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if sum < own/2 || sum > own*2 {
		t.Errorf("together they have %d bytes, the process %d", sum, own)
	}
}
