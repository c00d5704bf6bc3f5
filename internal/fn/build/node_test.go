package build

import (
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

const handlerJs = "module.exports = async () => 1;\n"

func TestBuildNode(t *testing.T) {
	t.Parallel()
	nm := "home/app/function/node_modules/"
	t.Run("installed modules come along", func(t *testing.T) {
		t.Parallel()
		dir := mustFolder(t, map[string]string{
			"handler.js": handlerJs, "package.json": `{"dependencies":{"a":"^1"}}`,
			"node_modules/a/package.json": `{"name":"a"}`, "node_modules/.bin/a@": "../a/cli.js", "node_modules/a/cli.js": "x",
			"node_modules/a/build/x.js": "kept",
		})
		res, files, err := layerOf(t, Input{Lang: "node20", Dir: dir})
		if err != nil || files[nm+"a/package.json"] == "" || files[nm+".bin/a"] != "../a/cli.js" || files[nm+"a/build/x.js"] != "kept" {
			t.Fatalf("%v, %v", files, err)
		}
		if res.Base != "labbox.local/fn-node:dev" {
			t.Errorf("base %s", res.Base)
		}
	})
	t.Run("tarballs without a lock", func(t *testing.T) {
		t.Parallel()
		dir := mustFolder(t, map[string]string{"handler.js": handlerJs, "package.json": `{"dependencies":{"@s/a":"^1"}}`})
		mustTarball(t, filepath.Join(dir, "npm"), "s-a-1.0.0.tgz", map[string]string{"package.json": `{"name":"@s/a","version":"1.0.0","dependencies":{"b":"*"}}`, "index.js": "a"})
		mustTarball(t, filepath.Join(dir, "npm"), "b-2.0.0.tgz", map[string]string{"package.json": `{"name":"b","version":"2.0.0"}`, "lib/b.js": "b"})
		_, files, err := layerOf(t, Input{Lang: "node", Dir: dir})
		if err != nil || files[nm+"@s/a/index.js"] != "a" || files[nm+"b/lib/b.js"] != "b" {
			t.Errorf("%v, %v", files, err)
		}
	})
	t.Run("tarballs by lock", func(t *testing.T) {
		t.Parallel()
		dir := mustFolder(t, map[string]string{"handler.js": handlerJs, "package.json": `{"dependencies":{"a":"^1"}}`})
		npm := filepath.Join(dir, "npm")
		mustTarball(t, npm, "a.tgz", map[string]string{"package.json": `{"name":"a","version":"1.0.0"}`})
		mustTarball(t, npm, "b1.tgz", map[string]string{"package.json": `{"name":"b","version":"1.0.0"}`, "v": "1"})
		mustTarball(t, npm, "b2.tgz", map[string]string{"package.json": `{"name":"b","version":"2.0.0"}`, "v": "2"})
		data, err := os.ReadFile(filepath.Join(npm, "a.tgz"))
		if err != nil {
			t.Fatal(err)
		}
		sum := sha512.Sum512(data)
		lock := `{"lockfileVersion":3,"packages":{"":{},"node_modules/a":{"version":"1.0.0","integrity":"sha512-%s"},
			"node_modules/a/node_modules/b":{"version":"1.0.0"},"node_modules/b":{"version":"2.0.0"},
			"node_modules/dev":{"version":"1.0.0","dev":true},"node_modules/opt":{"version":"1.0.0","optional":true}}}`
		mustWrite(t, filepath.Join(dir, "package-lock.json"), fmt.Appendf(nil, lock, base64.StdEncoding.EncodeToString(sum[:])))
		_, files, err := layerOf(t, Input{Lang: "node", Dir: dir})
		if err != nil || files[nm+"a/node_modules/b/v"] != "1" || files[nm+"b/v"] != "2" {
			t.Errorf("%v, %v", files, err)
		}
		mustWrite(t, filepath.Join(dir, "package-lock.json"), fmt.Appendf(nil, lock, base64.StdEncoding.EncodeToString(make([]byte, 64))))
		_, _, err = layerOf(t, Input{Lang: "node", Dir: dir})
		wantRefusal(t, err, "not the file that package-lock.json means")
	})
}

func TestBuildNodeRefuses(t *testing.T) {
	t.Parallel()
	pack := func(name, version string) map[string]string {
		return map[string]string{"package.json": `{"name":"` + name + `","version":"` + version + `","dependencies":{"gone":"1"}}`}
	}
	tests := []struct {
		name     string
		files    map[string]string
		tarballs map[string]map[string]string
		want     string
	}{
		{"no handler", map[string]string{"index.js": ""}, nil, "no handler.js"},
		{"bad package.json", map[string]string{"handler.js": "", "package.json": "{"}, nil, "read package.json"},
		{"missing", map[string]string{"handler.js": "", "package.json": `{"dependencies":{"a":"^1"}}`}, nil, "not there: a@^1"},
		{"missing in node_modules", map[string]string{"handler.js": "", "package.json": `{"dependencies":{"a":"^1"}}`, "node_modules/b/package.json": ""}, nil, "not there: a@^1"},
		{"missing below", map[string]string{"handler.js": "", "package.json": `{"dependencies":{"a":"^1"}}`}, map[string]map[string]string{"a.tgz": pack("a", "1")}, "gone (for a)"},
		{"two versions", map[string]string{"handler.js": "", "package.json": `{"dependencies":{"a":"^1"}}`}, map[string]map[string]string{"a.tgz": pack("a", "1"), "b.tgz": pack("a", "2")}, "several versions of a"},
		{"old lock", map[string]string{"handler.js": "", "package.json": `{"dependencies":{"a":"^1"}}`, "package-lock.json": `{"lockfileVersion":1}`}, nil, "version before 2"},
		{"lock of what is not there", map[string]string{"handler.js": "", "package.json": `{"dependencies":{"a":"^1"}}`, "package-lock.json": `{"packages":{"node_modules/a":{"version":"9"}}}`}, nil, "a@9"},
		{"no gzip", map[string]string{"handler.js": "", "package.json": `{"dependencies":{"a":"^1"}}`, "npm/a.tgz": "x"}, nil, "read a.tgz"},
		{"no name", map[string]string{"handler.js": "", "package.json": `{"dependencies":{"a":"^1"}}`}, map[string]map[string]string{"a.tgz": {"index.js": ""}}, "no good name"},
		{"leaves its place", map[string]string{"handler.js": "", "package.json": `{"dependencies":{"a":"^1"}}`}, map[string]map[string]string{"a.tgz": {"package.json": `{"name":"a"}`, "../../../etc/x": ""}}, "leaves the package"},
		{"evil name", map[string]string{"handler.js": "", "package.json": `{"dependencies":{"a":"^1"}}`}, map[string]map[string]string{"a.tgz": {"package.json": `{"name":"../../../../etc"}`}}, "no good name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := mustFolder(t, tt.files)
			for file, files := range tt.tarballs {
				mustTarball(t, filepath.Join(dir, "npm"), file, files)
			}
			_, _, err := layerOf(t, Input{Lang: "node", Dir: dir})
			wantRefusal(t, err, tt.want)
		})
	}
}
