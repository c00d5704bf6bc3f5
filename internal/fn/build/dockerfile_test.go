package build

import (
	"reflect"
	"testing"
)

func TestBuildDockerfile(t *testing.T) {
	t.Parallel()
	dir := mustFolder(t, map[string]string{
		"Dockerfile": `# comment
ARG TAG=dev
FROM --platform=linux/amd64 labbox.local/fn-python:${TAG}
ENV mode=http fprocess="python3 index.py" \
    GREETING=hello
ENV OLD the old form
LABEL a="b c"
WORKDIR /home/app
WORKDIR function
COPY --chown=app handler.py more.py ./
COPY data /srv/data/
COPY ["one file.txt", "/srv/renamed.txt"]
ADD *.cfg /etc/
USER 1000
EXPOSE 8080/tcp 9090
HEALTHCHECK CMD true
ENTRYPOINT ["/usr/bin/fwatchdog", "$NOT"]
CMD run $GREETING
`,
		"handler.py": "h", "more.py": "m", "data/d.txt": "d", "data/sub/e.txt": "e", "one file.txt": "one", "a.cfg": "a", "b.cfg": "b", "not.txt": "n",
	})
	res, files, err := layerOf(t, Input{Lang: "dockerfile", Dir: dir, Args: map[string]string{"TAG": "v2"}})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"home/app/function/handler.py": "h", "home/app/function/more.py": "m", "srv/data/d.txt": "d", "srv/data/sub/e.txt": "e",
		"srv/renamed.txt": "one", "etc/a.cfg": "a", "etc/b.cfg": "b",
	}
	if !reflect.DeepEqual(files, want) {
		t.Errorf("files %v, want %v", files, want)
	}
	config := Config{
		Env:        []string{"mode=http", "fprocess=python3 index.py", "GREETING=hello", "OLD=the old form"},
		Entrypoint: []string{"/usr/bin/fwatchdog", "$NOT"}, Cmd: []string{"/bin/sh", "-c", "run $GREETING"},
		User: "1000", Workdir: "/home/app/function", Labels: map[string]string{"a": "b c"}, Ports: []string{"8080/tcp", "9090"},
	}
	if res.Base != "labbox.local/fn-python:v2" || !reflect.DeepEqual(res.Config, config) {
		t.Errorf("base %s, config %+v", res.Base, res.Config)
	}
}

func TestBuildDockerfileRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"run", "FROM x\nRUN pip install y", "line 2: RUN needs a container"},
		{"two stages", "FROM x AS a\nFROM y", "line 2: a second FROM"},
		{"copy from a stage", "FROM x\nCOPY --from=a /b /c", "--from=a"},
		{"copy from outside", "FROM x\nCOPY ../../etc/passwd /x", "outside of the folder"},
		{"copy of nothing", "FROM x\nCOPY gone /x", "gone is not in the folder"},
		{"copy of a link", "FROM x\nCOPY link /x", "neither a file nor a folder"},
		{"address", "FROM x\nADD https://example.org/x /x", "not followed"},
		{"archive", "FROM x\nADD a.tar.gz /x", "not followed"},
		{"no from", "ENV a=b", "ENV stands before FROM"},
		{"empty", "# nothing", "there is no FROM"},
		{"unknown", "FROM x\nFLY away", "FLY cannot be followed"},
		{"onbuild", "FROM x\nONBUILD RUN y", "ONBUILD cannot be followed"},
		{"bad list", "FROM x\nCMD [a]", "no JSON"},
		{"open quote", "FROM x\nENV a=\"b", "quote is open"},
		{"no value", "FROM x\nENV a", "has no value"},
		{"says nothing", "FROM", "says nothing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := layerOf(t, Input{Lang: "Dockerfile", Dir: mustFolder(t, map[string]string{"Dockerfile": tt.text, "link@": "Dockerfile"})})
			wantRefusal(t, err, tt.want)
		})
	}
}

func TestExpand(t *testing.T) {
	t.Parallel()
	vars := map[string]string{"A": "1", "E": ""}
	for text, want := range map[string]string{
		"$A ${A} $B.": "1 1 .", "${B:-x} ${A:-x} ${E:-y}": "x 1 y", "${A:+set}${B:+set}": "set", `\$A`: "$A", "100%": "100%",
	} {
		if got := expand(text, vars); got != want {
			t.Errorf("expand(%q) = %q, want %q", text, got, want)
		}
	}
}
