package recipe

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// mustWrite makes a tree of files below a new root and returns it.
func mustWrite(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		full := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestLoadOrdersImages(t *testing.T) {
	t.Parallel()
	layer := "layers: [{use: base}]\n"
	root := mustWrite(t, map[string]string{
		"bundle/layers/base.yaml":         "files: {dirs: {/tmp: \"1777\"}}",
		"bundle/images/late/recipe.yaml":  "name: late\ntag: \"1\"\norder: 60\n" + layer,
		"bundle/images/b/recipe.yaml":     "name: b\ntag: \"1\"\n" + layer,
		"bundle/images/a/recipe.yaml":     "name: a\ntag: v1.2.3\n" + layer,
		"bundle/images/early/recipe.yaml": "name: early\ntag: \"1\"\norder: 1\n" + layer,
	})
	set, err := Load(root)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, img := range set.Images {
		names = append(names, img.Name)
	}
	if got, want := strings.Join(names, " "), "early a b late"; got != want {
		t.Errorf("order is %q, want %q", got, want)
	}
}

func TestLoadRefusesBadRecipes(t *testing.T) {
	t.Parallel()
	const head = "name: x\ntag: \"1\"\n"
	tests := map[string]struct{ recipe, want string }{
		"unknown key":             {head + "layer: []\n", `unknown field "layer"`},
		"unknown key in a layer":  {head + "layers: [{debs: {package: [a]}}]", `unknown field "package"`},
		"duplicate key":           {head + "tag: \"2\"\nlayers: [{go: {package: ., output: /x}}]", `"tag" already set`},
		"wrong type":              {head + "layers: [{go: {package: [a], output: /x}}]", "cannot unmarshal"},
		"not YAML":                {"name: [", "yaml"},
		"name is not the place":   {"name: y\ntag: \"1\"\nlayers: [{files: {}}]", "must be the directory's name"},
		"bad tag":                 {"name: x\ntag: a b\nlayers: [{files: {}}]", "is not an image tag"},
		"no layers":               {head, "has no layers"},
		"from nothing":            {head + "from: nope\nlayers: [{files: {}}]", `from "nope" is no image`},
		"from itself":             {head + "from: x\nlayers: [{files: {}}]", `from "x" is no image`},
		"empty layer":             {head + "layers: [{}]", "is empty"},
		"unknown shared layer":    {head + "layers: [{use: nope}]", `no shared layer "nope"`},
		"use with another source": {head + "layers: [{use: base, files: {}}]", "use stands alone"},
		"relative output":         {head + "layers: [{go: {package: ., output: bin/x}}]", "absolute path"},
		"relative link":           {head + "layers: [{files: {links: {a: b}}}]", "absolute path"},
		"mode is not octal":       {head + "layers: [{files: {dirs: {/a: \"0799\"}}}]", "is not octal"},
		"no packages":             {head + "layers: [{debs: {}}]", "debs needs packages"},
		"pip without lock":        {head + "layers: [{pip: {dists: [a]}}]", "pip needs lock"},
		"pip above nothing":       {head + "layers: [{pip: {lock: l, dists: [a], below: [nope]}}]", `no shared layer "nope"`},
		"go module unknown":       {head + "layers: [{go: {module: other, package: ., output: /x}}]", `must be "main" or "."`},
		"stage without outputs":   {head + "prepare: [{name: a, run: [b]}]\nlayers: [{files: {}}]", "needs name, run and outputs"},
		"stage leaves its place":  {head + "prepare: [{name: a, run: [b], outputs: [../c]}]\nlayers: [{files: {}}]", "leaves the recipe directory"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := mustWrite(t, map[string]string{
				"bundle/layers/base.yaml":     "files: {dirs: {/tmp: \"1777\"}}",
				"bundle/images/x/recipe.yaml": tt.recipe,
			})
			_, err := Load(root)
			if err == nil {
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %q, want it to say %q", err, tt.want)
			}
		})
	}
}

// TestLoadOwnRecipes reads what labbox is made of.
func TestLoadOwnRecipes(t *testing.T) {
	t.Parallel()
	set, err := Load(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Images) < 8 || len(set.Helpers.Layers) == 0 {
		t.Errorf("found %d images and %d helper layers", len(set.Images), len(set.Helpers.Layers))
	}
	if first := set.Images[0].Name; first != "pause" {
		t.Errorf("first image is %s, but no pod starts without pause", first)
	}
}
