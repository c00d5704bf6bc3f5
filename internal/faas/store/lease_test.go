package store

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/labbox/labbox/internal/faas/api"
)

var leased = Key{"ns", "f"}

// mustTable has replicas of one function with at most limit calls each.
func mustTable(t *testing.T, limit string, addresses ...string) *Table {
	t.Helper()
	table := NewTable()
	table.SetFunction(leased, &Function{Annotations: map[string]string{api.AnnotationMaxInflight: limit}})
	table.setSlice(leased, "s", addresses)
	return table
}

func mustAcquire(t *testing.T, table *Table, not ...string) *Lease {
	t.Helper()
	avoid := map[string]bool{}
	for _, a := range not {
		avoid[a] = true
	}
	l, ok := table.Acquire(leased, avoid)
	if !ok {
		t.Fatalf("no lease though a replica is free: %+v", table.Load(leased))
	}
	return l
}

// granted returns the address that a ticket got, "" if it still waits.
func granted(k *Ticket) string {
	select {
	case l := <-k.Lease():
		return l.Address
	default:
		return ""
	}
}

func TestEqualReplicasTakeTurns(t *testing.T) {
	t.Parallel()
	table := mustTable(t, "", "b", "a")
	table.setSlice(leased, "two", []string{"c", "a"}) // one address in both, as during a move
	var got []string
	for range 6 {
		l := mustAcquire(t, table)
		got = append(got, l.Address)
		l.Release()
	}
	if strings.Join(got, "") != "abcabc" {
		t.Errorf("calls went to %v, want a, b, c in turn", got)
	}
	table.setSlice(leased, "s", nil)
	table.setSlice(leased, "two", []string{})
	if l, ok := table.Acquire(leased, nil); ok {
		t.Errorf("a lease of %s after all are gone", l.Address)
	}
}

func TestTheLeastBusyReplicaIsNext(t *testing.T) {
	t.Parallel()
	table := mustTable(t, "", "a", "b", "c")
	held := map[string][]*Lease{}
	for range 6 {
		l := mustAcquire(t, table)
		held[l.Address] = append(held[l.Address], l)
	}
	for _, l := range held["b"] {
		l.Release()
		l.Release() // again it does nothing
	}
	for range 2 {
		if l := mustAcquire(t, table); l.Address != "b" {
			t.Errorf("a call went to %s, want b, which is idle", l.Address)
		}
	}
	if load := table.Load(leased); load != (Load{Ready: 3, Running: 6}) {
		t.Errorf("load %+v", load)
	}
}

func TestLeasesAreEvenUnderConcurrency(t *testing.T) {
	t.Parallel()
	table := mustTable(t, "", "a", "b", "c", "d")
	var mu sync.Mutex
	count := map[string]int{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				l, _ := table.Acquire(leased, nil)
				mu.Lock()
				count[l.Address]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for a, n := range count {
		if n != 200 {
			t.Errorf("%s has %d calls of 800, want 200", a, n)
		}
	}
}

func TestQueueIsFirstComeFirstServed(t *testing.T) {
	t.Parallel()
	table := mustTable(t, "1", "a")
	running := mustAcquire(t, table)
	if _, ok := table.Acquire(leased, nil); ok {
		t.Fatal("a second call for a replica that may have one")
	}
	first, second, third := table.Queue(leased, nil), table.Queue(leased, nil), table.Queue(leased, nil)
	if load := table.Load(leased); load != (Load{Ready: 1, Running: 1, Waiting: 3}) {
		t.Errorf("load %+v", load)
	}
	second.Leave()
	running.Release()
	if granted(first) != "a" || granted(third) != "" {
		t.Fatal("the first in line is not the one served")
	}
	if _, ok := table.Acquire(leased, nil); ok {
		t.Error("a newcomer overtook the queue")
	}
	table.setSlice(leased, "s", []string{"a", "b"})
	if got := granted(third); got != "b" {
		t.Errorf("the next in line got %q of the new replica, want b", got)
	}
}

func TestALeaseThatNobodyTookGoesOn(t *testing.T) {
	t.Parallel()
	table := mustTable(t, "1", "a")
	running := mustAcquire(t, table)
	first, second := table.Queue(leased, nil), table.Queue(leased, nil)
	running.Release()
	first.Leave()
	if got := granted(second); got != "a" {
		t.Errorf("the second in line got %q", got)
	}
}

func TestOneThatRefusesReplicasHoldsUpNobody(t *testing.T) {
	t.Parallel()
	table := mustTable(t, "1", "a", "b")
	a := mustAcquire(t, table, "b")
	_ = mustAcquire(t, table)
	picky, easy := table.Queue(leased, map[string]bool{"a": true}), table.Queue(leased, nil)
	a.Release()
	if granted(picky) != "" || granted(easy) != "a" {
		t.Error("a free replica was not given to who takes it")
	}
	table.SetFunction(leased, &Function{}) // the bound is lifted
	if got := granted(picky); got != "b" {
		t.Errorf("the one that waits for another replica got %q", got)
	}
}

func TestUnreachableIsTheLastChoice(t *testing.T) {
	t.Parallel()
	table := mustTable(t, "", "a", "b")
	dead := mustAcquire(t, table, "b")
	dead.Unreachable()
	dead.Release()
	for range 4 {
		if l := mustAcquire(t, table); l.Address != "b" {
			t.Error("a call went to the replica that was not reached")
		}
	}
	if l := mustAcquire(t, table, "b"); l.Address != "a" {
		t.Errorf("where there is no other, the lease is of %s, want a", l.Address)
	}
	table.setSlice(leased, "s", []string{"a"})
	if l := mustAcquire(t, table); l.Address != "a" {
		t.Errorf("lease of %s, want the only replica", l.Address)
	}
}

func TestAReplicaThatLeavesKeepsItsCalls(t *testing.T) {
	t.Parallel()
	table := mustTable(t, "1", "a", "b")
	l := mustAcquire(t, table, "b")
	table.setSlice(leased, "s", []string{"b"})
	if load := table.Load(leased); load != (Load{Ready: 1, Running: 1}) {
		t.Errorf("load %+v while the replica drains", load)
	}
	table.setSlice(leased, "s", []string{"a", "b"})
	if got := mustAcquire(t, table); got.Address != "b" {
		t.Errorf("the replica that came back has forgotten its call")
	}
	l.Release()
	table.setSlice(leased, "s", []string{"b"})
	if names := table.entries[leased].replicas; len(names) != 1 || !slices.Equal(table.Addresses(leased), []string{"b"}) {
		t.Errorf("replicas that are gone stay: %v", names)
	}
}
