package stack

import (
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// noEffect are keys that are understood and change nothing in the lab.
func noEffect() map[string]string {
	return map[string]string{
		"network":       "the lab has one network",
		"build_options": "nothing is installed by a package manager at build time",
		"build_secrets": "the lab's builder needs none",
		"platforms":     "the lab builds for x86-64",
		"registry_auth": "there is no registry",
		"templates":     "labbox has its own templates",
	}
}

// unknownKeys returns a sentence for each key that has no place in a stack file, and
// for each that changes nothing here.
func unknownKeys(doc *yaml.Node) []string {
	if len(doc.Content) == 0 {
		return nil
	}
	var out []string
	root := doc.Content[0]
	each(root, func(key, value *yaml.Node) {
		switch key.Value {
		case "functions":
			each(value, func(name, function *yaml.Node) {
				out = append(out, check(function, Function{}, "functions."+name.Value)...)
			})
		case "provider":
			out = append(out, check(value, Provider{}, "provider")...)
		case "configuration":
			out = append(out, check(value, Configuration{}, "configuration")...)
		}
	})
	return append(check(root, File{}, ""), out...)
}

func check(node *yaml.Node, like any, where string) []string {
	known := map[string]bool{}
	for t, i := reflect.TypeOf(like), 0; i < t.NumField(); i++ {
		known[t.Field(i).Tag.Get("yaml")] = true
	}
	var out []string
	each(node, func(key, _ *yaml.Node) {
		full := strings.TrimPrefix(where+"."+key.Value, ".")
		if !known[key.Value] {
			out = append(out, fmt.Sprintf("line %d: %s is not known and has no effect", key.Line, full))
		} else if why, is := noEffect()[key.Value]; is {
			out = append(out, fmt.Sprintf("line %d: %s has no effect: %s", key.Line, full, why))
		}
	})
	return out
}

// each calls visit for the pairs of a mapping, merged ones left out.
func each(node *yaml.Node, visit func(key, value *yaml.Node)) {
	for node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if node.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value != "<<" {
			visit(node.Content[i], node.Content[i+1])
		}
	}
}
