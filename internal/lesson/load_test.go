package lesson

import (
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
	"testing/fstest"
)

// mustLoader reads lessons by the real schema.
func mustLoader(t testing.TB) *Loader {
	t.Helper()
	schema, err := os.ReadFile("../../plugins/sdk/lesson.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	l, err := NewLoader(schema)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// mustDrift is the lesson in testdata.
func mustDrift(t testing.TB) *Lesson {
	t.Helper()
	lessons, problems := mustLoader(t).Load("gitops", os.DirFS("testdata/lessons"))
	if len(problems) > 0 || len(lessons) != 1 {
		t.Fatalf("%d lessons: %v", len(lessons), problems)
	}
	return lessons[0]
}

// mustFiles copies the lesson in testdata, to be changed.
func mustFiles(t *testing.T) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(os.DirFS("testdata/lessons"), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path.Join("testdata/lessons", name))
		files[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestLoad(t *testing.T) {
	t.Parallel()
	l := mustDrift(t)
	if l.ID != "gitops/drift" || l.Trend != "gitops" || l.Title.DE != "Drift" || l.Minutes != 5 || len(l.Tasks) != 3 {
		t.Errorf("lesson %+v", l)
	}
	if !strings.Contains(l.Theory.DE, "## kein Titel") || l.Debrief.EN != "What is in git holds." || l.Goal.DE != "Danach kannst du **Drift** erkennen." {
		t.Errorf("texts %q %q %q", l.Theory.DE, l.Debrief.EN, l.Goal.DE)
	}
	if len(l.Pictures) != 1 || l.Pictures[0] != "loop.svg" {
		t.Errorf("pictures %v", l.Pictures)
	}
	heal, why, count := l.Tasks[0], l.Tasks[1], l.Tasks[2]
	if heal.Asks || !why.Asks || !count.Asks || heal.Watch["pods"].Kubernetes.Selector != "app=web" {
		t.Errorf("tasks %+v %+v %+v", heal, why, count)
	}
	if heal.Watch["pods"].key() != count.Watch["pods"].key() {
		t.Error("two watches of the same thing differ")
	}
}

// TestProblems: what an author does wrong is named with its file, its line and what is
// allowed instead.
func TestProblems(t *testing.T) {
	t.Parallel()
	loader := mustLoader(t)
	for _, c := range []struct {
		name string
		file string // below drift/
		old  string
		new  string // empty with an empty old: the file is removed
		want string
	}{
		{"unknown key", "lesson.yaml", "    watch:\n", "    wach: 1\n    watch:\n", "gitops/drift/lesson.yaml:13: unknown key tasks[0].wach; allowed are choices, done, evidence"},
		{"unknown key of a watch", "lesson.yaml", "kind: Pod, namespace: learn-drift, selector: app=web}}\n    done: app", "kind: Pod, labels: app=web}}\n    done: app", "lesson.yaml:15: unknown key tasks[0].watch.pods.kubernetes.labels; allowed are apiVersion, kind, name, namespace, selector"},
		{"missing key", "lesson.yaml", "minutes: 5\n", "", "missing property 'minutes'"},
		{"ill type", "lesson.yaml", "minutes: 5\n", "minutes: five\n", "lesson.yaml:4: minutes: got string, want integer; wanted is how long a learner needs"},
		{"two hints", "lesson.yaml", "{de: zwei, en: two}, {de: drei, en: three}]\n  - id: why", "{de: zwei, en: two}]\n  - id: why", "lesson.yaml:26: tasks[0].hints: minItems: got 2, want 3; wanted is exactly three hints"},
		{"one language", "lesson.yaml", "title: {de: Drift, en: Drift}", "title: {de: Drift}", "lesson.yaml:3: title: missing property 'en'; wanted is a text in both languages"},
		{"two sources in one watch", "lesson.yaml", "app: {kubernetes:", "app: {prometheus: {query: up}, kubernetes:", "wanted is exactly one of kubernetes, git, prometheus, http, module"},
		{"unknown endpoint", "lesson.yaml", "app: {kubernetes: {apiVersion: argoproj.io/v1alpha1, kind: Application, namespace: argocd, name: learn-drift}}", "app: {http: {endpoint: jenkins, path: /}}", "value must be one of 'git', 'argocd'"},
		{"a watch that changes something", "lesson.yaml", "app: {kubernetes: {apiVersion: argoproj.io/v1alpha1, kind: Application, namespace: argocd, name: learn-drift}}", "app: {http: {endpoint: gateway, method: POST, path: /system/functions}}", "lesson.yaml:14: tasks[0].watch.app.http.path: '/system/functions' does not match pattern"},
		{"no YAML", "lesson.yaml", "order: 10", "order: [10", "lesson.yaml: yaml: "},
		{"a key twice", "lesson.yaml", "minutes: 5\n", "minutes: 5\nminutes: 6\n", "lesson.yaml:5: line 5: the key \"minutes\" is there twice"},
		{"another folder", "lesson.yaml", "id: drift", "id: other", `lesson.yaml:1: id is "other", but the folder is "drift"`},
		{"a condition that is no CEL", "lesson.yaml", "done: app.spec.syncPolicy", "done: app..spec", "lesson.yaml:16: tasks[0].done: "},
		{"a condition with an unknown name", "lesson.yaml", "&& size(pods) == 2\n", "&& size(pod) == 2\n", "undeclared reference to 'pod'"},
		{"a condition that is no condition", "lesson.yaml", "when: size(pods) > 2", "when: size(pods)", "lesson.yaml:24: tasks[0].mistakes[0].when: the expression is a int, not a bool; the names here are answer, app, now, pods, started, ticked"},
		{"a template with an unknown name", "lesson.yaml", `de: "${size(pods)} Pods`, `de: "${size(pots)} Pods`, "lesson.yaml:17: tasks[0].seen: de: ${size(pots)}"},
		{"a template without end", "lesson.yaml", `de: "2 Pods und`, `de: "2 ${Pods und`, "has no end"},
		{"a watch with a taken name", "lesson.yaml", "      app: {kub", "      now: {kub", "now has a meaning already"},
		{"two tasks of a name", "lesson.yaml", "- id: why", "- id: heal", `two tasks are called "heal"`},
		{"no German", "de.md", "", "", "gitops/drift/de.md: the file is missing"},
		{"wrong section", "en.md", "## Notice", "## Note", `en.md:9: the section "Note" is not wanted here; the sections are Goal, Theory, Notice, Debrief`},
		{"empty section", "en.md", "What is in git holds.", "", `the section "Debrief" is empty`},
		{"text before", "en.md", "## Goal", "Hello\n## Goal", "en.md:1: there is text before the first section"},
		{"HTML", "en.md", "Argo CD compares.", "Argo <b>CD</b> compares.", "en.md:5: HTML is not allowed"},
		{"a picture that is not there", "en.md", "loop.svg", "lop.svg", "en.md:7: picture lop.svg: there is no such file"},
		{"a picture from elsewhere", "en.md", "(loop.svg)", "(https://example.com/x.svg)", "only SVG files in the lesson's own folder"},
		{"a picture without words", "en.md", "![Loop]", "![]", "has no alternative text"},
		{"a picture with a script", "loop.svg", "<text", "<script>1</script><text", `a picture may not have "<script"`},
		{"a picture that loads", "loop.svg", "<text", `<image href="http://x/"/><text`, "nothing from elsewhere"},
		{"no start", "start.sh", "", "", "gitops/drift/start.sh: the file is missing"},
		{"no solution", "solve/heal.sh", "", "", "solve/heal.sh: the file is missing: it does the task"},
		{"no answer", "solve/count.sh", "", "", "solve/count.txt: the file is missing: it holds the right answer"},
		{"no sabotage", "sabotage/heal.sh", "", "", "there is no sabotage/<task>.sh"},
		{"no mistake", "mistakes/heal/scaled-by-hand.sh", "", "", "it makes the mistake that lesson.yaml names"},
		{"sleep", "start.sh", "kubectl", "sleep 5\nkubectl", "start.sh:1: sleep 5: await a condition instead"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := mustFiles(t)
			name := path.Join("drift", c.file)
			if c.old == "" {
				delete(files, name)
			} else {
				text := string(files[name].Data)
				if !strings.Contains(text, c.old) {
					t.Fatalf("%q is not in %s", c.old, name)
				}
				files[name].Data = []byte(strings.Replace(text, c.old, c.new, 1))
			}
			_, problems := loader.Load("gitops", files)
			if !strings.Contains(problems.Error(), c.want) {
				t.Errorf("got\n%v\nwant %q", problems, c.want)
			}
		})
	}
}

func TestStrayScriptsAreNamed(t *testing.T) {
	t.Parallel()
	files := mustFiles(t)
	files["drift/solve/nothing.sh"] = &fstest.MapFile{Data: []byte("true\n")}
	lessons, problems := mustLoader(t).Load("gitops", files)
	if len(problems) != 1 || !strings.Contains(problems[0].Text, "belongs to no task") || len(lessons) != 1 {
		t.Errorf("%d lessons, %v", len(lessons), problems)
	}
}

// TestBuiltinLessons reads every lesson that comes with labbox.
func TestBuiltinLessons(t *testing.T) {
	t.Parallel()
	loader := mustLoader(t)
	ids := map[string]bool{}
	needs := map[string][]string{}
	for trend, dir := range map[string]string{
		"gitops": "../../plugins/gitops/lessons", "platform": "../../plugins/platform/lessons", "mlops": "../../plugins/mlops/lessons",
		"serverless": "../../plugins/serverless/lessons", "sustainability": "../../plugins/sustainability/lessons",
		"capstone": "../capstone/lessons",
	} {
		if _, err := os.Stat(dir); os.IsNotExist(err) {
			continue
		}
		lessons, problems := loader.Load(trend, os.DirFS(dir))
		for _, p := range problems {
			t.Error(p)
		}
		for _, l := range lessons {
			ids[l.ID], needs[l.ID] = true, l.Needs
		}
	}
	for id, list := range needs {
		for _, needed := range list {
			if !ids[needed] {
				t.Errorf("%s needs %s, which is not there", id, needed)
			}
		}
	}
}
