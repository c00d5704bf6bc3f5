package supervise

import (
	"fmt"
	"strings"

	"github.com/labbox/labbox/internal/lab"
)

// checkGraph says what is wrong with adding services to those already there.
func checkGraph(have map[string]*unit, services []lab.Service) error {
	fresh := make(map[string]lab.Service, len(services))
	for _, svc := range services {
		name := svc.Name()
		if have[name] != nil || fresh[name] != nil {
			return fmt.Errorf("two services are called %q", name)
		}
		fresh[name] = svc
	}
	for _, svc := range services {
		for _, need := range svc.Needs() {
			if have[need] == nil && fresh[need] == nil {
				return fmt.Errorf("%s needs %q, which does not exist", svc.Name(), need)
			}
		}
	}
	// What is there already cannot need what comes now, so a cycle lies within fresh.
	visited := map[string]bool{}
	for _, svc := range services {
		if err := walk(fresh, svc.Name(), nil, visited); err != nil {
			return err
		}
	}
	return nil
}

// walk follows needs depth first; path holds the names on the way to name.
func walk(fresh map[string]lab.Service, name string, path []string, visited map[string]bool) error {
	for i, p := range path {
		if p == name {
			return fmt.Errorf("services need each other in a circle: %s", strings.Join(append(path[i:], name), " -> "))
		}
	}
	svc := fresh[name]
	if svc == nil || visited[name] {
		return nil
	}
	for _, need := range svc.Needs() {
		if err := walk(fresh, need, append(path[:len(path):len(path)], name), visited); err != nil {
			return err
		}
	}
	visited[name] = true
	return nil
}
