package fn

import (
	"maps"
	"slices"
	"strings"

	"github.com/labbox/labbox/internal/lab"
)

// Kind is a way of turning a folder into a layer.
type Kind string

// The kinds of functions that can be built.
const (
	Python     Kind = "python"
	Node       Kind = "node"
	Go         Kind = "go"
	Dockerfile Kind = "dockerfile"
)

// Runtime is what a language of a stack file means here.
type Runtime struct {
	Kind Kind
	// Base is the runtime image; empty for Dockerfile, which names its own.
	Base string
	// Note says what is different from the template of that name; mostly empty.
	Note string
}

const (
	registry = "labbox.local/"
	baseTag  = ":dev"

	node18  = "it runs on Node 18, the one that the lab carries"
	noFlask = "it runs without Flask, on the lab's own runner: handle(req) and handle(event, context) work, flask's objects do not"
)

// runtimes are the names of OpenFaaS's templates, and the lab's own short ones.
func runtimes() map[string]Runtime {
	python := Runtime{Kind: Python, Base: registry + "fn-python" + baseTag}
	flask := Runtime{Kind: Python, Base: python.Base, Note: noFlask}
	node := Runtime{Kind: Node, Base: registry + "fn-node" + baseTag}
	older := Runtime{Kind: Node, Base: node.Base, Note: node18}
	golang := Runtime{Kind: Go, Base: registry + "fn-go" + baseTag}
	return map[string]Runtime{
		"python": python, "python3": python, "python3-debian": python, "python3-http": python, "python3-http-debian": python,
		"python3-flask": flask, "python3-flask-debian": flask,
		"node": node, "node18": node, "node12": older, "node14": older, "node16": older, "node17": older,
		"node20": older, "node22": older, "node24": older,
		"go": golang, "golang": golang, "golang-middleware": golang, "golang-http": golang,
		"dockerfile": {Kind: Dockerfile}, "Dockerfile": {Kind: Dockerfile},
	}
}

// Languages are all names that RuntimeOf knows, in order.
func Languages() []string { return slices.Sorted(maps.Keys(runtimes())) }

// RuntimeOf returns the runtime for the lang of a stack file. A language that the lab
// has no runtime for is a lab.Error with CodeUsage that says what to do.
func RuntimeOf(lang string) (Runtime, error) {
	if r, ok := runtimes()[lang]; ok {
		return r, nil
	}
	hint := "What there is: " + strings.Join(Languages(), ", ")
	if strings.HasPrefix(lang, "python27") || strings.HasPrefix(lang, "python2") {
		return Runtime{}, lab.Errorf(lab.CodeUsage, hint, "lang %q: Python 2 is no more; python3-http is the nearest", lang)
	}
	for _, prefix := range []string{"java", "csharp", "php", "ruby", "deno", "bun", "rust", "dotnet", "perl", "vertx", "puppeteer", "python3-fastapi", "node-express", "golang-otel", "golang-cloudevents", "cobol", "bash"} {
		if strings.HasPrefix(lang, prefix) {
			return Runtime{}, lab.Errorf(lab.CodeUsage, hint+"\n        Or bring an image of your own: skip_build: true and image: in the stack file",
				"lang %q: the lab carries no runtime for it", lang)
		}
	}
	return Runtime{}, lab.Errorf(lab.CodeUsage, hint, "lang %q is not known", lang)
}
