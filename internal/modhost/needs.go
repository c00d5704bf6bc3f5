package modhost

import (
	"fmt"
	"slices"
	"strings"
)

// sortByNeeds orders names so that each comes after what it needs, and otherwise
// leaves them as they are.
func sortByNeeds(kind string, names []string, needs map[string][]string) ([]string, error) {
	var out []string
	const visiting, done = 1, 2
	mark := map[string]int{}
	var visit func(name string, way []string) error
	visit = func(name string, way []string) error {
		way = append(way, name)
		switch mark[name] {
		case done:
			return nil
		case visiting:
			return fmt.Errorf("%ss need each other in a circle: %s", kind, strings.Join(way, " -> "))
		}
		mark[name] = visiting
		for _, n := range needs[name] {
			if !slices.Contains(names, n) {
				return fmt.Errorf("%s %s needs %s, which is not there", kind, name, n)
			}
			if err := visit(n, way); err != nil {
				return err
			}
		}
		mark[name] = done
		out = append(out, name)
		return nil
	}
	for _, name := range names {
		if err := visit(name, nil); err != nil {
			return nil, err
		}
	}
	return out, nil
}
