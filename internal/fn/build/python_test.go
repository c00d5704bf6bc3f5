package build

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const handlerPy = "def handle(event, context):\n    return 'x'\n"

func TestBuildPython(t *testing.T) {
	t.Parallel()
	dir := mustFolder(t, map[string]string{
		"handler.py": handlerPy, "lib/util.py": "x = 1\n", "link.py@": "handler.py",
		"__pycache__/handler.cpython-311.pyc": "no", ".git/config": "no", "wheels/README": "no",
		"requirements.txt": "# packages\nFlask_Thing[fast] >= 1.0, <3 ; python_version >= '3.8'\nonly-windows; sys_platform == 'win32'\n",
	})
	wheels := filepath.Join(dir, "wheels")
	mustWheel(t, wheels, "flask_thing-2.0-py3-none-any.whl", map[string]string{"flask_thing/__init__.py": "2.0", "flask_thing-2.0.data/purelib/more.py": "m", "flask_thing-2.0.data/scripts/run": "no"},
		"helper (>=1.0)", "fastlib>=2 ; extra == 'fast'", "slow ; extra == 'slow'", "old ; python_version < '3'")
	mustWheel(t, wheels, "flask_thing-3.1-py3-none-any.whl", nil)
	mustWheel(t, wheels, "flask_thing-2.5-cp312-cp312-manylinux_2_17_x86_64.whl", nil)
	mustWheel(t, wheels, "helper-1.2-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", map[string]string{"helper.so": "binary"})
	mustWheel(t, wheels, "fastlib-2.0-cp37-abi3-manylinux2014_x86_64.whl", map[string]string{"fastlib.py": "f"})
	var lines []string
	res, files, err := layerOf(t, Input{Lang: "python3-http", Dir: dir, Log: func(l string) { lines = append(lines, l) }})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"home/app/function/handler.py": handlerPy, "home/app/function/lib/util.py": "x = 1\n", "home/app/function/link.py": "handler.py",
		siteDir + "/flask_thing/__init__.py": "2.0", siteDir + "/more.py": "m", siteDir + "/helper.so": "binary", siteDir + "/fastlib.py": "f",
	}
	for name, text := range want {
		if files[name] != text {
			t.Errorf("%s is %q, want %q", name, files[name], text)
		}
	}
	for name := range files {
		if strings.Contains(name, "pycache") || strings.Contains(name, ".git") || strings.Contains(name, "wheels") || strings.Contains(name, "scripts") {
			t.Errorf("%s is in the layer", name)
		}
	}
	if res.Base != "labbox.local/fn-python:dev" || res.Digest == "" || res.Size == 0 {
		t.Errorf("result %+v", res)
	}
	if !slices.Contains(lines, "installed flask-thing 2.0") {
		t.Errorf("log %q", lines)
	}
	again, _, err := layerOf(t, Input{Lang: "python3-http", Dir: dir})
	if err != nil || again.Digest != res.Digest {
		t.Errorf("the same folder gave %s and %s (%v)", res.Digest, again.Digest, err)
	}
}

func TestBuildPythonRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		files  map[string]string
		wheels map[string][]string
		want   string
	}{
		{"no handler", map[string]string{"main.py": ""}, nil, "no handler.py"},
		{"missing wheel", map[string]string{"requirements.txt": "requests==2.32.3"}, nil, "no wheel for: requests==2.32.3 (for requirements.txt)"},
		{"missing below", map[string]string{"requirements.txt": "a"}, map[string][]string{"a-1-py3-none-any.whl": {"b>=2"}, "b-1-py3-none-any.whl": nil}, "b>=2 (for a); not b-1-py3-none-any.whl"},
		{"other Python", map[string]string{"requirements.txt": "a"}, map[string][]string{"a-1-cp39-cp39-manylinux2014_x86_64.whl": nil}, "not for Python 3.11"},
		{"other machine", map[string]string{"requirements.txt": "a"}, map[string][]string{"a-1-cp311-cp311-manylinux2014_aarch64.whl": nil}, "not for Python 3.11"},
		{"musl", map[string]string{"requirements.txt": "a"}, map[string][]string{"a-1-cp311-cp311-musllinux_1_1_x86_64.whl": nil}, "not for Python 3.11"},
		{"newer glibc", map[string]string{"requirements.txt": "a"}, map[string][]string{"a-1-cp311-cp311-manylinux_2_39_x86_64.whl": nil}, "not for Python 3.11"},
		{"conflict", map[string]string{"requirements.txt": "a\nb"}, map[string][]string{"a-1-py3-none-any.whl": {"c<2"}, "b-1-py3-none-any.whl": {"c>=2"}, "c-1-py3-none-any.whl": nil, "c-2-py3-none-any.whl": nil}, "b needs c>=2, but 1 was chosen"},
		{"source only", map[string]string{"requirements.txt": "a", "wheels/a-1.tar.gz": "x"}, nil, "a wheel is needed"},
		{"no zip", map[string]string{"requirements.txt": "a", "wheels/a-1-py3-none-any.whl": "x"}, nil, "open a-1-py3-none-any.whl"},
		{"badly named", map[string]string{"requirements.txt": "a", "wheels/a.whl": "x"}, nil, "not named as a wheel"},
		{"an address", map[string]string{"requirements.txt": "a @ https://example.org/a.whl"}, nil, "without a network"},
		{"an option", map[string]string{"requirements.txt": "-r more.txt"}, nil, "without a network"},
		{"nonsense", map[string]string{"requirements.txt": "=="}, nil, "no requirement"},
		{"a link out", map[string]string{"secret@": "/etc/passwd"}, nil, "outside of the function's folder"},
		{"a link up", map[string]string{"d/secret@": "../../x"}, nil, "outside of the function's folder"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.name != "no handler" {
				tt.files["handler.py"] = handlerPy
			}
			dir := mustFolder(t, tt.files)
			for name, requires := range tt.wheels {
				mustWheel(t, filepath.Join(dir, "wheels"), name, nil, requires...)
			}
			_, _, err := layerOf(t, Input{Lang: "python3", Dir: dir})
			wantRefusal(t, err, tt.want)
		})
	}
}

func TestWheelThatLeavesItsPlace(t *testing.T) {
	t.Parallel()
	dir := mustFolder(t, map[string]string{"handler.py": handlerPy, "requirements.txt": "a"})
	mustWheel(t, filepath.Join(dir, "w"), "a-1-py3-none-any.whl", map[string]string{"../../../../etc/passwd": "x"})
	if _, _, err := layerOf(t, Input{Lang: "python3", Dir: dir, Wheels: filepath.Join(dir, "w")}); err == nil || !strings.Contains(err.Error(), "leaves") {
		t.Errorf("error %v", err)
	}
}

// What a wheel says of a file's size is not believed.
func TestWheelThatIsABomb(t *testing.T) {
	t.Parallel()
	tr := newTree(t.TempDir())
	tr.bytes = MaxBytes - 1000 // as if so much were there already
	wantRefusal(t, tr.addStream("big", strings.NewReader(strings.Repeat("x", 5000)), 0o644), "more than 512 MB")
	if left, err := os.ReadDir(tr.spool); err != nil || len(left) != 1 {
		t.Fatalf("%v, %v", left, err)
	} else if info, err := left[0].Info(); err != nil || info.Size() > 1001 {
		t.Errorf("%d bytes were written before it was refused (%v)", info.Size(), err)
	}
}

func TestVersions(t *testing.T) {
	t.Parallel()
	order := []string{"1.0.dev1", "1.0a1", "1.0a2", "1.0b1", "1.0rc1", "1.0", "1.0.post1", "1.1", "1.10", "2", "1!0.1"}
	for i := range order {
		for j := range order {
			if got, want := compareVersions(order[i], order[j]), sign(i-j); got != want {
				t.Errorf("compare(%s, %s) = %d, want %d", order[i], order[j], got, want)
			}
		}
	}
	tests := []struct {
		spec, version string
		want          bool
	}{
		{"", "1.0", true}, {"", "1.0rc1", false}, {">=1.0rc1", "1.0rc2", true}, {"==1.0", "1.0.0", true}, {"==1.*", "1.9.2", true}, {"==1.1.*", "1.10", false},
		{"!=1.*", "2.0", true}, {"~=1.4.2", "1.4.9", true}, {"~=1.4.2", "1.5", false}, {"~=1.4", "1.9", true}, {">=1,<2,!=1.5", "1.5", false},
		{">1", "1.0", false}, {"<=2", "2.0", true}, {"===1.0", "1.0", true}, {"===1.0", "1.0.0", false}, {"==1.0", "1.0+local", true},
	}
	for _, tt := range tests {
		if got := fits(tt.spec, tt.version); got != tt.want {
			t.Errorf("fits(%q, %q) = %v", tt.spec, tt.version, got)
		}
	}
}

func TestMarkers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		marker string
		want   bool
		fail   bool
	}{
		{`python_version >= "3.8"`, true, false},
		{`python_version < "3.10"`, false, false},
		{`"3.10" < python_version`, true, false},
		{`sys_platform == "win32" or os_name == 'posix'`, true, false},
		{`sys_platform == "win32" and os_name == 'posix'`, false, false},
		{`(extra == "a" or extra == "b") and python_version > "3"`, true, false},
		{`extra == "c"`, false, false},
		{`platform_machine in "x86_64 amd64"`, true, false},
		{`platform_machine not in "arm64"`, true, false},
		{`platform_python_implementation != "PyPy"`, true, false},
		{`cats == "3"`, false, true},
		{`python_version >=`, false, true},
		{`(python_version > "3"`, false, true},
		{`python_version > "3" )`, false, true},
		{`&&`, false, true},
	}
	for _, tt := range tests {
		got, err := evalMarker(tt.marker, []string{"B"})
		if got != tt.want && !tt.fail || (err != nil) != tt.fail {
			t.Errorf("evalMarker(%s) = %v, %v", tt.marker, got, err)
		}
	}
}

func TestExtraFiles(t *testing.T) {
	t.Parallel()
	dir := mustFolder(t, map[string]string{"fn/handler.py": handlerPy, "common/a.py": "a", "one.txt": "1"})
	in := Input{Lang: "python", Dir: filepath.Join(dir, "fn"), Extra: map[string]string{"common": filepath.Join(dir, "common"), "one.txt": filepath.Join(dir, "one.txt")}}
	_, files, err := layerOf(t, in)
	if err != nil || files["home/app/function/common/a.py"] != "a" || files["home/app/function/one.txt"] != "1" || files["home/app/function/handler.py"] == "" {
		t.Errorf("files %v, %v", files, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "fn/common")); err == nil {
		t.Error("the function's own folder was written to")
	}
	in.Extra = map[string]string{"../x": dir}
	_, _, err = layerOf(t, in)
	wantRefusal(t, err, "outside")
}

func TestTooMuch(t *testing.T) {
	t.Parallel()
	tr := newTree("")
	wantRefusal(t, tr.add("big", entry{size: MaxBytes + 1}), "more than 512 MB")
	tr = newTree("")
	var err error
	for i := 0; err == nil && i < MaxFiles+2; i++ {
		err = tr.add("f"+strings.Repeat("x", i%7)+string(rune('a'+i%26))+"/"+strings.Repeat("y", i/1000)+"/"+string(rune(i)), entry{})
	}
	wantRefusal(t, err, "more than 50000 files")
}
