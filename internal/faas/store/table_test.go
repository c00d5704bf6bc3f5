package store

import (
	"testing"
	"testing/synctest"

	discoveryv1 "k8s.io/api/discovery/v1"
)

func TestChangedWakesAndForgets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		key := Key{"ns", "f"}
		table := NewTable()
		first := table.Changed(key)
		woken := false
		go func() { <-first; woken = true }()
		synctest.Wait()
		if woken {
			t.Fatal("woken before a change")
		}
		table.SetFunction(key, &Function{Replicas: 2})
		synctest.Wait()
		if !woken {
			t.Fatal("not woken by a change")
		}
		if f, ok := table.Lookup(key); !ok || f.Replicas != 2 {
			t.Fatalf("Lookup() = %+v, %v", f, ok)
		}
		table.SetFunction(key, nil)
		if _, ok := table.Lookup(key); ok || len(table.entries) != 0 {
			t.Error("a deleted function stays in the table")
		}
	})
}

func TestReadyAddresses(t *testing.T) {
	t.Parallel()
	s := &discoveryv1.EndpointSlice{
		Ports: []discoveryv1.EndpointPort{{Name: new("metrics"), Port: new(int32(9))}, {Name: new("http"), Port: new(int32(8080))}},
		Endpoints: []discoveryv1.Endpoint{
			{Addresses: []string{"10.0.0.1"}},
			{Addresses: []string{"10.0.0.2"}, Conditions: discoveryv1.EndpointConditions{Ready: new(false)}},
			{Addresses: []string{"fd00::3"}, Conditions: discoveryv1.EndpointConditions{Ready: new(true)}},
		},
	}
	got := readyAddresses(s)
	if len(got) != 2 || got[0] != "10.0.0.1:8080" || got[1] != "[fd00::3]:8080" {
		t.Errorf("readyAddresses() = %v", got)
	}
}
