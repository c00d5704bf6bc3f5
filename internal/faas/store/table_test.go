package store

import (
	"sync"
	"testing"
	"testing/synctest"

	discoveryv1 "k8s.io/api/discovery/v1"
)

func TestPickTakesEachInTurn(t *testing.T) {
	t.Parallel()
	key := Key{"ns", "f"}
	table := NewTable()
	if _, ok := table.Pick(key); ok {
		t.Fatal("an empty table has an address")
	}
	table.setSlice(key, "one", []string{"b:1", "a:1"})
	table.setSlice(key, "two", []string{"c:1", "a:1"}) // one address in both, as during a move
	var got []string
	for range 6 {
		a, _ := table.Pick(key)
		got = append(got, a)
	}
	for i, want := range []string{"a:1", "b:1", "c:1", "a:1", "b:1", "c:1"} {
		if got[i] != want {
			t.Fatalf("Pick() gave %v, want a, b, c in turn", got)
		}
	}
	table.setSlice(key, "one", nil)
	table.setSlice(key, "two", []string{})
	if a, ok := table.Pick(key); ok {
		t.Errorf("Pick() = %s after all are gone", a)
	}
}

func TestPickIsEvenUnderConcurrency(t *testing.T) {
	t.Parallel()
	key := Key{"ns", "f"}
	table := NewTable()
	table.setSlice(key, "s", []string{"a", "b", "c", "d"})
	var mu sync.Mutex
	count := map[string]int{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				a, _ := table.Pick(key)
				mu.Lock()
				count[a]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for a, n := range count {
		if n != 200 {
			t.Errorf("%s was picked %d times of 800, want 200", a, n)
		}
	}
}

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
		table.setFunction(key, &Function{Replicas: 2})
		synctest.Wait()
		if !woken {
			t.Fatal("not woken by a change")
		}
		if f, ok := table.Lookup(key); !ok || f.Replicas != 2 {
			t.Fatalf("Lookup() = %+v, %v", f, ok)
		}
		table.setFunction(key, nil)
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
