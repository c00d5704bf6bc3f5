package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// task is a piece of work that may need others to be done first.
type task struct {
	name  string
	needs []string
	do    func(ctx context.Context) error
}

// runOrdered does all tasks, each as soon as those it needs are done, side by
// side where it can. A failure leaves what needs the failed one undone, lets the
// others finish, and returns every error.
func runOrdered(ctx context.Context, tasks []task) error {
	done := map[string]chan struct{}{}
	for _, t := range tasks {
		if done[t.name] != nil {
			return fmt.Errorf("%q is there twice", t.name)
		}
		done[t.name] = make(chan struct{})
	}
	if err := checkOrder(tasks); err != nil {
		return err
	}
	var (
		mu     sync.Mutex
		failed = map[string]error{}
		wg     sync.WaitGroup
	)
	for _, t := range tasks {
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer close(done[t.name])
			for _, need := range t.needs {
				<-done[need]
			}
			mu.Lock()
			blocked := anyFailed(failed, t.needs)
			mu.Unlock()
			err := blocked
			if err == nil {
				err = t.do(ctx)
			}
			if err != nil {
				mu.Lock()
				failed[t.name] = err
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
	return joinFailed(tasks, failed)
}

// errBlocked marks a task that was not tried because one it needs failed.
var errBlocked = errors.New("not tried")

func anyFailed(failed map[string]error, needs []string) error {
	for _, need := range needs {
		if failed[need] != nil {
			return errBlocked
		}
	}
	return nil
}

func joinFailed(tasks []task, failed map[string]error) error {
	var all []error
	for _, t := range tasks {
		if err := failed[t.name]; err != nil && !errors.Is(err, errBlocked) {
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}

// checkOrder finds needs that nobody meets, and circles.
func checkOrder(tasks []task) error {
	byName := map[string]task{}
	for _, t := range tasks {
		byName[t.name] = t
	}
	const open, closed = 1, 2
	state := map[string]int{}
	var visit func(name string, path []string) error
	visit = func(name string, path []string) error {
		t, known := byName[name]
		switch {
		case !known:
			return fmt.Errorf("%s needs %q, which nobody installs", path[len(path)-1], name)
		case state[name] == closed:
			return nil
		case state[name] == open:
			return fmt.Errorf("a circle of needs: %s", strings.Join(append(path, name), " > "))
		}
		state[name] = open
		for _, need := range t.needs {
			if err := visit(need, append(path, name)); err != nil {
				return err
			}
		}
		state[name] = closed
		return nil
	}
	for _, t := range tasks {
		if err := visit(t.name, nil); err != nil {
			return err
		}
	}
	return nil
}
