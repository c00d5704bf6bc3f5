package build

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/labbox/labbox/internal/fn/template"
	"github.com/labbox/labbox/internal/lab"
)

const (
	// mainDir is where the program around the handler is put, in a copy of the
	// function's own module, so that go.mod and vendor hold for it as they are.
	mainDir = "labboxmain"
	// shortModule is the module of a function that has no go.mod; handlers import
	// their own packages below this name.
	shortModule = "handler/function"
)

var moduleLine = regexp.MustCompile(`(?m)^module\s+"?([^\s"]+)"?`)

// stageGo compiles the function with the machine's own Go, without a network.
func stageGo(ctx context.Context, in Input, t *tree) error {
	shape, err := handlerShape(in.Dir)
	if err != nil {
		return err
	}
	tool, err := goTool()
	if err != nil {
		return err
	}
	work := filepath.Join(in.Scratch, "go")
	if err := copyDir(in.Dir, work); err != nil {
		return err
	}
	module, err := prepareModule(ctx, tool, work)
	if err != nil {
		return err
	}
	program, err := template.GoMain(shape, module)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(work, mainDir), 0o755); err != nil {
		return fmt.Errorf("prepare the function's module: %w", err)
	}
	if err := os.WriteFile(filepath.Join(work, mainDir, "main.go"), program, 0o644); err != nil {
		return fmt.Errorf("prepare the function's module: %w", err)
	}
	binary := filepath.Join(in.Scratch, "handler")
	if err := compile(ctx, in, tool, work, binary); err != nil {
		return err
	}
	info, err := os.Stat(binary)
	if err != nil {
		return fmt.Errorf("compile the function: %w", err)
	}
	if isDir(in.Dir, "static") {
		if err := t.addDir(filepath.Join(in.Dir, "static"), "home/app/static", nil); err != nil {
			return err
		}
	}
	return t.add("home/app/handler", entry{mode: 0o755, size: info.Size(), from: binary})
}

// goTool finds Go: on PATH, or where its own installer puts it, since a daemon's PATH
// is short.
func goTool() (string, error) {
	if tool, err := exec.LookPath("go"); err == nil {
		return tool, nil
	}
	for _, tool := range []string{"/usr/local/go/bin/go", "/usr/lib/go/bin/go", "/snap/bin/go"} {
		if isFile(tool) {
			return tool, nil
		}
	}
	return "", lab.Errorf(lab.CodeUsage, "Install Go (apt install golang-go, or go.dev/dl) and build again, or write the function in Python or Node;\n"+
		"        an image that was built elsewhere can be deployed with skip_build: true", "a Go function is compiled on this machine, and it has no go command")
}

// prepareModule returns the module path of the copy, making a go.mod where none is.
func prepareModule(ctx context.Context, tool, work string) (string, error) {
	text, err := os.ReadFile(filepath.Join(work, "go.mod"))
	if errors.Is(err, fs.ErrNotExist) {
		version, verr := goVersion(ctx, tool)
		if verr != nil {
			return "", verr
		}
		text = []byte("module " + shortModule + "\n\ngo " + version + "\n")
		err = os.WriteFile(filepath.Join(work, "go.mod"), text, 0o644)
	}
	if err != nil {
		return "", fmt.Errorf("read go.mod: %w", err)
	}
	m := moduleLine.FindSubmatch(text)
	if m == nil {
		return "", lab.Errorf(lab.CodeUsage, "Begin it with: module "+shortModule, "go.mod names no module")
	}
	return string(m[1]), nil
}

func goVersion(ctx context.Context, tool string) (string, error) {
	out, err := exec.CommandContext(ctx, tool, "env", "GOVERSION").Output()
	if err != nil {
		return "", fmt.Errorf("ask go for its version: %w", err)
	}
	parts := strings.SplitN(strings.TrimPrefix(strings.TrimSpace(string(out)), "go"), ".", 3)
	if len(parts) < 2 {
		return "", fmt.Errorf("ask go for its version: it says %q", out)
	}
	return parts[0] + "." + parts[1], nil
}

// compile makes the same static program from the same folder, always.
func compile(ctx context.Context, in Input, tool, work, binary string) error {
	mod := "-mod=mod" // the copy's go.mod and go.sum may be completed from the cache
	if isDir(work, "vendor") {
		mod = "-mod=vendor"
	}
	cmd := exec.CommandContext(ctx, tool, "build", mod, "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o", binary, "./"+mainDir)
	cmd.Dir = work
	cmd.Env = goEnv(in)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	text := strings.TrimSpace(strings.ReplaceAll(out.String(), work+"/", ""))
	if strings.Contains(text, "GOPROXY=off") || strings.Contains(text, "cannot find module providing") || strings.Contains(text, "no required module provides") {
		return lab.Errorf(lab.CodeUsage, "Where there is a network: go mod tidy && go mod vendor, in the function's folder; then build again",
			"compile the function: it needs modules that are not on this machine:\n%s", text)
	}
	return lab.Errorf(lab.CodeUsage, "", "compile the function:\n%s", text)
}

// goEnv is the environment of the compiler: the caller's, with what makes the program
// static and keeps the network out. Build arguments that begin with GO are added.
func goEnv(in Input) []string {
	env := os.Environ()
	if os.Getenv("HOME") == "" && os.Getenv("GOCACHE") == "" {
		env = append(env, "GOCACHE="+filepath.Join(in.Scratch, "gocache"), "GOPATH="+filepath.Join(in.Scratch, "gopath"))
	}
	for name, value := range in.Args {
		if name == "GOFLAGS" || name == "GOEXPERIMENT" || name == "GOAMD64" {
			env = append(env, name+"="+value)
		}
	}
	if in.Args["GOFLAGS"] == "" {
		env = append(env, "GOFLAGS=")
	}
	return append(env, "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64", "GOTOOLCHAIN=local", "GOPROXY=off", "GOSUMDB=off", "GOWORK=off")
}

// handlerShape finds out which of the templates' signatures the handler has.
func handlerShape(dir string) (template.Shape, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return "", err
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return "", lab.Errorf(lab.CodeUsage, "", "read the handler: %s", strings.ReplaceAll(err.Error(), dir+"/", ""))
		}
		for _, decl := range parsed.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Recv != nil || f.Name.Name != "Handle" {
				continue
			}
			if parsed.Name.Name != "function" {
				return "", lab.Errorf(lab.CodeUsage, "", "%s is of package %s; a handler's is called function", filepath.Base(file), parsed.Name.Name)
			}
			return shapeOf(f, filepath.Base(file))
		}
	}
	return "", lab.Errorf(lab.CodeUsage, "Give it one: package function; func Handle(w http.ResponseWriter, r *http.Request)", "%s has no func Handle", dir)
}

func shapeOf(f *ast.FuncDecl, file string) (template.Shape, error) {
	var in []string
	for _, p := range f.Type.Params.List {
		for range max(1, len(p.Names)) {
			in = append(in, typeText(p.Type))
		}
	}
	switch text := strings.Join(in, ","); {
	case text == "http.ResponseWriter,*http.Request":
		return template.ShapeMiddleware, nil
	case text == "[]byte":
		return template.ShapeBytes, nil
	case len(in) == 1 && strings.HasSuffix(text, ".Request"):
		return template.ShapeRequest, nil
	}
	return "", lab.Errorf(lab.CodeUsage, "func Handle(w http.ResponseWriter, r *http.Request) always does", "%s: func Handle(%s) is none of the signatures that the templates have", file, strings.Join(in, ", "))
}

func typeText(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return typeText(e.X) + "." + e.Sel.Name
	case *ast.StarExpr:
		return "*" + typeText(e.X)
	case *ast.ArrayType:
		return "[]" + typeText(e.Elt)
	}
	return "?"
}
