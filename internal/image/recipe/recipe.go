// Package recipe reads the descriptions of container images, shared layers and
// helper programs under bundle/. It only parses and checks; building is the work
// of package assemble.
package recipe

// Image is one container image: bundle/images/<name>/recipe.yaml.
type Image struct {
	// Name is the last part of the reference labbox.local/<name>:<tag> and equals
	// the name of the recipe's directory.
	Name string `json:"name"`
	Tag  string `json:"tag"`
	// Order is the position at import, smaller first; 50 when not given.
	Order int `json:"order,omitempty"`
	// From names another image, whose layers come below these: they are stored and
	// unpacked once for both.
	From    string  `json:"from,omitempty"`
	Prepare []Stage `json:"prepare,omitempty"`
	Layers  []Layer `json:"layers"`
	Config  Config  `json:"config,omitempty"`
	CRDs    []CRDs  `json:"crds,omitempty"`
	// Licenses are further licence texts, as paths in the prepared directory.
	Licenses []string `json:"licenses,omitempty"`

	// Dir is the recipe's directory.
	Dir string `json:"-"`
}

// Stage is a list of shell commands that make files which layers need: a web UI,
// a generated main.go.
type Stage struct {
	Name string `json:"name"`
	// Inputs are the files and directories of the recipe directory that are copied
	// to the scratch directory; they are the cache key of the stage.
	Inputs []string `json:"inputs,omitempty"`
	// Modules maps environment variables to Go module paths; each variable holds
	// the module's directory in the module cache.
	Modules map[string]string `json:"modules,omitempty"`
	// Tools must be on PATH; their versions are part of the key.
	Tools []string          `json:"tools,omitempty"`
	Env   map[string]string `json:"env,omitempty"`
	Run   []string          `json:"run"`
	// Outputs are kept and laid over the recipe directory.
	Outputs []string `json:"outputs"`
	// Heavy stages run one at a time.
	Heavy bool `json:"heavy,omitempty"`
}

// Layer is one layer of an image: either Use alone, or one or more sources that
// are laid over each other in the order of the fields.
type Layer struct {
	// Use is the name of a shared layer, bundle/layers/<name>.yaml.
	Use   string `json:"use,omitempty"`
	Debs  *Debs  `json:"debs,omitempty"`
	Pip   *Pip   `json:"pip,omitempty"`
	Go    *Go    `json:"go,omitempty"`
	CC    *CC    `json:"cc,omitempty"`
	Files *Files `json:"files,omitempty"`
	// Bytecode compiles the Python sources of the layer.
	Bytecode *Bytecode `json:"bytecode,omitempty"`
}

// Debs is a list of Debian packages, unpacked without maintainer scripts.
type Debs struct {
	Packages []string `json:"packages"`
	// Trim are globs of paths to leave out; "**" crosses directories.
	Trim []string `json:"trim,omitempty"`
	// Pick keeps only these files, symbolic links followed: source to destination.
	// A destination that ends in a slash keeps the file's name.
	Pick map[string]string `json:"pick,omitempty"`
	// ICU are globs of what stays of the data in libicudata, if it is there.
	ICU   []string          `json:"icu,omitempty"`
	Links map[string]string `json:"links,omitempty"`
}

// Go is one Go program.
type Go struct {
	// Module is "main" for labbox's own module or "." for the recipe's.
	Module  string            `json:"module,omitempty"`
	Package string            `json:"package"`
	Output  string            `json:"output"`
	Tags    []string          `json:"tags,omitempty"`
	Ldflags string            `json:"ldflags,omitempty"`
	Env     map[string]string `json:"env,omitempty"`
	// BuildDeps are Debian packages unpacked to $SYSROOT for the build only.
	BuildDeps []string `json:"buildDeps,omitempty"`
	// Links are further names of the program in the image.
	Links []string `json:"links,omitempty"`
	// Heavy programs are built one at a time.
	Heavy bool `json:"heavy,omitempty"`
}

// Pip is a part of one lock file's distributions.
type Pip struct {
	// Lock is a file in pip's requirements format with a hash for each line.
	Lock string `json:"lock"`
	// Dists and what they require, as far as the lock names it.
	Dists []string `json:"dists"`
	// Below are shared layers of the same lock whose distributions are left out.
	Below []string `json:"below,omitempty"`
	// Without are distributions that are left out although required.
	Without []string `json:"without,omitempty"`
	Trim    []string `json:"trim,omitempty"`
	// Keep are globs that no trimming touches.
	Keep []string `json:"keep,omitempty"`
}

// CC is one static C program of a single file.
type CC struct {
	Source  string            `json:"source"`
	Modules map[string]string `json:"modules,omitempty"`
	Flags   []string          `json:"flags,omitempty"`
	Output  string            `json:"output"`
}

// Files is a tree of files from the recipe.
type Files struct {
	// From is a directory or file in the prepared recipe directory.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	// Dirs are directories to make, with their octal mode.
	Dirs  map[string]string `json:"dirs,omitempty"`
	Links map[string]string `json:"links,omitempty"`
}

// Bytecode compiles Python sources with the Python of the image itself.
type Bytecode struct {
	// With are the shared layers that hold the interpreter's libraries.
	With []string `json:"with"`
	// Dirs are compiled recursively.
	Dirs []string `json:"dirs"`
}

// Config is how a container of the image starts.
type Config struct {
	Entrypoint []string `json:"entrypoint,omitempty"`
	Cmd        []string `json:"cmd,omitempty"`
	Env        []string `json:"env,omitempty"`
	User       string   `json:"user,omitempty"`
	Workdir    string   `json:"workdir,omitempty"`
	Ports      []int    `json:"ports,omitempty"`
}

// CRDs are manifests taken from a Go module for a chart.
type CRDs struct {
	Chart  string   `json:"chart"`
	Module string   `json:"module"`
	Files  []string `json:"files"`
}

// Set is everything under bundle/.
type Set struct {
	// Root is the directory of labbox's go.mod.
	Root   string
	Images []Image
	// Layers are the shared layers by name.
	Layers map[string]Layer
	// LayerDir is where the shared layers' own files are.
	LayerDir string
	// Helpers is the tree of programs beside the cluster.
	Helpers Helpers
}

// Helpers is bundle/helpers/recipe.yaml: layers laid over each other into one
// tree.
type Helpers struct {
	Layers []Layer `json:"layers"`
	Dir    string  `json:"-"`
}
