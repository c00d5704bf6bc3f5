package house

import (
	"go/ast"
	"slices"
	"strings"
)

// heavy says which rooms a library may be used in. The longest prefix counts.
var heavy = []struct {
	prefix string
	rooms  []string
}{
	{"k8s.io/", []string{"internal/kube", "internal/helm"}},
	// The gateway is a client of the API and nothing more.
	{"k8s.io/client-go", []string{"internal/kube", "internal/helm", "internal/faas"}},
	{"k8s.io/api/", []string{"internal/kube", "internal/helm", "internal/faas"}},
	{"k8s.io/apimachinery/", []string{"internal/kube", "internal/helm", "internal/faas"}},
	{"sigs.k8s.io/", []string{"internal/kube", "internal/helm"}},
	// A YAML reader of a few hundred lines; it draws nothing else in.
	{"sigs.k8s.io/yaml", []string{"internal/kube", "internal/helm", "internal/app", "internal/image", "internal/faas", "internal/capstone", "internal/fn", "cmd/labbox", "cmd/mkbundle"}},
	{"helm.sh/", []string{"internal/helm"}},
	{"github.com/containerd/", []string{"internal/kube", "internal/image"}},
	{"github.com/google/go-containerregistry", []string{"internal/image"}},
	{"github.com/hashicorp/go-plugin", []string{"internal/modhost", "plugins/sdk"}},
	{"github.com/hashicorp/go-hclog", []string{"internal/modhost", "plugins/sdk"}},
	{"google.golang.org/grpc", []string{"internal/modhost", "plugins/sdk", "internal/kube"}},
	{"google.golang.org/protobuf", []string{"internal/modhost", "plugins/sdk", "internal/kube"}},
	{"github.com/labstack/echo", []string{"internal/web"}},
	// The terminal's connection; Kubernetes' own client brings it.
	{"github.com/gorilla/websocket", []string{"internal/web", "internal/kube"}},
	{"modernc.org/sqlite", []string{"internal/sqlite"}},
	{"github.com/k3s-io/kine", []string{"internal/kube"}},
	{"github.com/coredns/", []string{"internal/kube"}},
	// The commands of Kubernetes' own components are made of it.
	{"github.com/spf13/cobra", []string{"cmd/labbox", "internal/kube"}},
	{"github.com/vishvananda/", []string{"internal/kube"}},
	// The queue's store, in the gateway's own process.
	{"github.com/nats-io/", []string{"internal/faas"}},
	{"github.com/go-git/", []string{"internal/capstone", "internal/git", "internal/lesson"}},
	// The language of the lessons' conditions; Kubernetes links it for its own.
	{"github.com/google/cel-go", []string{"internal/lesson"}},
	// Helm links it for the values of charts.
	{"github.com/santhosh-tekuri/jsonschema", []string{"internal/lesson", "internal/idp"}},
	{"codeberg.org/go-pdf/", []string{"internal/report"}},
	// Its fonts; the rest of it is not linked.
	{"golang.org/x/image", []string{"internal/report"}},
	{"github.com/chromedp/", []string{"internal/web"}},
	{"github.com/evanw/esbuild", []string{"cmd/mkui"}},
}

// checkHeavy: one heavy dependency, one room.
func checkHeavy(t *Tree) []Finding {
	var out []Finding
	t.importsOf(func(file *File, spec *ast.ImportSpec, p string) {
		rooms, found := roomsOf(p)
		if found && !slices.Contains(rooms, room(file.Dir)) {
			out = append(out, t.at(file, spec, "%s is used in %s; its rooms are %s", p, room(file.Dir), strings.Join(rooms, ", ")))
		}
	})
	return out
}

// roomsOf returns the rooms of the longest prefix of an import path.
func roomsOf(p string) (rooms []string, found bool) {
	longest := 0
	for _, h := range heavy {
		if strings.HasPrefix(p, h.prefix) && len(h.prefix) > longest {
			longest, rooms, found = len(h.prefix), h.rooms, true
		}
	}
	return rooms, found
}

// big are the rooms that link a whole Kubernetes or nearly so.
var big = []string{"internal/kube", "internal/helm", "internal/app", "internal/web"}

// checkReach: the programs that run inside pods stay small, so they must not reach
// a big room, by whatever way.
func checkReach(t *Tree) []Finding {
	edges := map[string][]string{} // directory to directories, without tests
	mains := map[string]*File{}
	t.importsOf(func(file *File, _ *ast.ImportSpec, p string) {
		if dir, ours := local(p); ours && !file.Test {
			edges[file.Dir] = append(edges[file.Dir], dir)
		}
	})
	for _, file := range t.Files {
		r := room(file.Dir)
		if strings.HasPrefix(r, "cmd/") && r != "cmd/labbox" && !slices.Contains(tools, r) && !file.Test {
			mains[file.Dir] = file
		}
	}
	var out []Finding
	for dir, file := range mains {
		if way := wayToBig(dir, edges, map[string]bool{}); way != nil {
			out = append(out, t.at(file, file.AST.Name, "%s reaches a room that is too big for a pod: %s", dir, strings.Join(way, " -> ")))
		}
	}
	return out
}

// wayToBig returns the way from dir to a big room, nil if there is none.
func wayToBig(dir string, edges map[string][]string, seen map[string]bool) []string {
	if slices.Contains(big, room(dir)) {
		return []string{dir}
	}
	if seen[dir] {
		return nil
	}
	seen[dir] = true
	for _, next := range edges[dir] {
		if way := wayToBig(next, edges, seen); way != nil {
			return append([]string{dir}, way...)
		}
	}
	return nil
}
