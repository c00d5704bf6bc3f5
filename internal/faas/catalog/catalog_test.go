package catalog

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/labbox/labbox/internal/faas/api"
)

const images = "../../../bundle/images"

// Each entry can be deployed as faas-cli deploys it, with an image that the lab has.
func TestEntries(t *testing.T) {
	t.Parallel()
	s, err := Read()
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Functions) < 5 {
		t.Fatalf("%d functions in the store", len(s.Functions))
	}
	for _, f := range s.Functions {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			for _, platform := range []string{"x86_64", "arm64", "armhf"} {
				image := f.Images[platform]
				d := api.Deployment{Service: f.Name, Image: image, EnvProcess: f.Fprocess, EnvVars: f.Environment,
					Labels: f.Labels, Annotations: f.Annotations, ReadOnlyRootFilesystem: f.ReadOnlyRootFilesystem}
				if err := d.Validate(); err != nil {
					t.Errorf("%s: %v", platform, err)
				}
				name, tag, _ := strings.Cut(strings.TrimPrefix(image, "labbox.local/"), ":")
				recipe, err := os.ReadFile(filepath.Join(images, name, "recipe.yaml"))
				if err != nil || !strings.Contains(string(recipe), "\ntag: "+tag+"\n") {
					t.Errorf("the lab has no image %s (%v)", image, err)
				}
			}
			for _, text := range []string{f.Title, f.Description, f.TitleDE, f.DescriptionDE, f.Author} {
				if text == "" {
					t.Error("a text is missing")
				}
			}
			dir := f.Environment["function_dir"]
			if _, err := os.Stat(filepath.Join(images, "fn-python/rootfs", dir, "handler.py")); err != nil {
				t.Errorf("the code is not in the image: %v", err)
			}
		})
	}
}

func TestNamesAreSamples(t *testing.T) {
	t.Parallel()
	s, err := Read()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range s.Functions {
		names = append(names, f.Name)
	}
	entries, err := os.ReadDir(filepath.Join(images, "fn-python/rootfs/home/app/samples"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !slices.Contains(names, e.Name()) {
			t.Errorf("sample %s is not in the store", e.Name())
		}
	}
}

// What the samples answer, by the image's own runner and without a cluster.
func TestSamplesAnswer(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not on PATH")
	}
	tests := []struct{ name, target, body, want string }{
		{"hello", "/", "Ada", "Hello, Ada!"},
		{"hello", "/", "", "Hello, world!"},
		{"nodeinfo", "/", "", `"cpus": `},
		{"echo", "/a/b?x=1", "hi", `"path": "/a/b"`},
		{"wordcount", "/", "to be or not to be", `"words": 6`},
		{"ticker", "/?n=0", "", "data: 0"},
		{"ticker", "/?n=x", "", "n must be a number"},
		{"primes", "/", "100", "25"},
		{"primes", "/", "1", "0"},
		{"primes", "/", "0", "0"},
		{"primes", "/", "²", "must be a number"},
	}
	for _, tt := range tests {
		t.Run(tt.name+tt.target+tt.body, func(t *testing.T) {
			t.Parallel()
			out, err := exec.Command(python, "-B", "testdata/call.py", filepath.Join(images, "fn-python/rootfs/home/app"), tt.name, tt.target, tt.body).CombinedOutput()
			if err != nil || !strings.Contains(string(out), tt.want) {
				t.Errorf("%q, %v; want %q in it", out, err, tt.want)
			}
		})
	}
}
