package idp

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// mustTemplate puts a template of steps into the catalog.
func (l *lab) mustTemplate(t *testing.T, name, rest string) {
	t.Helper()
	text := "apiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nmetadata: {name: " + name + "}\nspec:\n  type: test\n  owner: team-blue\n" + rest
	l.git.Commit("t-"+name, map[string]string{"catalog-info.yaml": text, "skeleton/${{ values.name }}.txt": "Hi ${{ values.name }}{% if values.loud %}!{% endif %}\n", "skeleton/raw.bin": "${{ x }}"})
	await(t, "the template", func() bool { return l.get(t, "/api/catalog/entities/by-name/template/default/"+name).status == 200 })
}

func TestTemplatesRefuse(t *testing.T) {
	t.Parallel()
	l := mustLab(t)
	l.mustTemplate(t, "unknown", "  steps: [{id: a, action: 'publish:github', input: {}}]\n")
	r := l.post(t, "/api/scaffolder/v2/tasks", `{"templateRef":"template:default/unknown","values":{}}`)
	for _, want := range []string{`publish:github`, "publish:labbox", "fetch:template", "catalog:register"} {
		if r.status != 400 || !strings.Contains(r.at("error/message"), want) {
			t.Errorf("an unknown action is answered with %d %s", r.status, r.body)
		}
	}
	bad := l.post(t, "/api/scaffolder/v2/tasks", `{"templateRef":"web-service","values":{"name":"X!","owner":"group:default/team-blue","replicas":9,"environmentSize":"huge"}}`)
	if bad.status != 400 || !strings.Contains(bad.body, `"path":["name"]`) || !strings.Contains(bad.body, `"path":["replicas"]`) || !strings.Contains(bad.body, `"path":["environmentSize"]`) {
		t.Errorf("bad values are answered with %d %s", bad.status, bad.body)
	}
	missing := l.post(t, "/api/scaffolder/v2/tasks", `{"templateRef":"web-service","values":{}}`)
	if missing.status != 400 || !strings.Contains(missing.body, "owner") {
		t.Errorf("missing values are answered with %d %s", missing.status, missing.body)
	}
	if r := l.post(t, "/api/scaffolder/v2/tasks", `{"templateRef":"template:default/none","values":{}}`); r.status != 404 {
		t.Errorf("a template that is not there is answered with %d", r.status)
	}
	schema := l.get(t, "/api/scaffolder/v2/templates/default/template/web-service/parameter-schema")
	if schema.at("title") != "Web service" || schema.at("steps/1/title") != "Where it runs" || schema.at("steps/0/schema/properties/owner/ui:field") != "OwnerPicker" {
		t.Errorf("the schema is %s", schema.body)
	}
	if actions := l.get(t, "/api/scaffolder/v2/actions"); !strings.Contains(actions.body, `"id":"publish:labbox"`) {
		t.Errorf("the actions are %s", actions.body)
	}
}

const steps = `  parameters: {type: object, properties: {names: {type: array, items: {type: string}}, loud: {type: boolean}}}
  steps:
    - id: each
      name: One for each
      action: fetch:template
      each: ${{ parameters.names }}
      input: {url: ./skeleton, targetPath: "out/${{ each.key }}", copyWithoutTemplating: ["*.bin"], values: {name: "${{ each.value }}", loud: "${{ parameters.loud }}"}}
    - {id: never, action: 'debug:log', if: "${{ not parameters.loud }}", input: {message: not to be seen}}
    - {id: rename, action: 'fs:rename', input: {files: [{from: out/0/ada.txt, to: ada.txt}]}}
    - {id: delete, action: 'fs:delete', input: {files: ["out/**/*.bin"]}}
    - {id: list, action: 'fs:readdir', input: {paths: ["."], recursive: true}}
    - {id: say, action: 'debug:log', input: {message: "secret is ${{ secrets.token }}, type is ${{ steps.list.output.files | length }}"}}
    - {id: publish, action: 'publish:labbox', input: {repoUrl: names}}
  output:
    text: [{title: Files, content: "${{ steps.list.output.files | dump }}"}]
    links: [{title: Repo, url: "${{ steps.publish.output.remoteUrl }}"}, {title: Empty, url: ""}]
`

func TestStepsAndSecrets(t *testing.T) {
	t.Parallel()
	l := mustLab(t)
	l.mustTemplate(t, "steps", steps)
	id, task := l.mustTask(t, `{"templateRef":"template:default/steps","values":{"names":["ada","bob"],"loud":true},"secrets":{"token":"hunter2secret"}}`)
	events := l.get(t, "/api/scaffolder/v2/tasks/"+id+"/events")
	if task.at("status") != "completed" {
		t.Fatalf("the task ends with %s", events.body)
	}
	got, _ := json.Marshal(l.git.Files("names"))
	if string(got) != `{"ada.txt":"Hi ada!\n","out/1/bob.txt":"Hi bob!\n"}` {
		t.Errorf("the repository holds %s", got)
	}
	if strings.Contains(events.body+task.body, "hunter2secret") || !strings.Contains(events.body, "secret is ***, type is 2") {
		t.Errorf("the secret is told: %s", events.body)
	}
	if strings.Contains(events.body, "not to be seen") || !strings.Contains(events.body, "Skipping step never") {
		t.Error("a step whose condition is false has run")
	}
	if !strings.Contains(events.body, `"links":[{"title":"Repo","url":"http://127.0.0.1:3000/names"}]`) {
		t.Errorf("the links are not those for a browser: %s", events.body)
	}
	stream := l.get(t, "/api/scaffolder/v2/tasks/"+id+"/eventstream")
	if !strings.HasPrefix(stream.header.Get("Content-Type"), "text/event-stream") || !strings.Contains(stream.body, "event: log\ndata: {") || !strings.Contains(stream.body, "event: completion\ndata: {") {
		t.Errorf("the stream is %s", stream.body)
	}
	if later := l.get(t, "/api/scaffolder/v2/tasks/"+id+"/events?after=3"); later.at("0/id") != "4" {
		t.Errorf("the events after 3 begin with %s", later.at("0/id"))
	}
}

func TestStepsStayInside(t *testing.T) {
	t.Parallel()
	l := mustLab(t)
	for name, c := range map[string]struct{ step, want string }{
		"target":      {"{id: a, action: 'fetch:plain', input: {url: ./skeleton, targetPath: ../../etc}}", "leads out of the workspace"},
		"url":         {"{id: a, action: 'fetch:plain', input: {url: '../../../etc'}}", "leads out of the repository"},
		"elsewhere":   {"{id: a, action: 'fetch:plain', input: {url: 'https://github.com/a/b'}}", "is not in the lab's git server"},
		"namespace":   {"{id: a, action: 'argocd:create', input: {appName: x, repoUrl: 'URL/x', namespace: kube-system}}", "not to \\\"kube-system\\\""},
		"git":         {"{id: a, action: 'fetch:plain', input: {url: ./skeleton, targetPath: .git}}\n    - {id: b, action: 'publish:labbox', input: {repoUrl: evil}}", "is no path of a file in git"},
		"host":        {"{id: a, action: 'fetch:plain', input: {url: ./skeleton}}\n    - {id: b, action: 'publish:labbox', input: {repoUrl: 'github.com?owner=a&repo=b'}}", "publishes to the lab's git server only"},
		"input":       {"{id: a, action: 'fetch:template', input: {values: {}}}", "needs the input \\\"url\\\""},
		"kind":        {"{id: a, action: 'fetch:template', input: {url: [a]}}", "must be of type string"},
		"expression":  {"{id: a, action: 'debug:log', input: {message: '${{ parameters.x | nope }}'}}", "there is no filter"},
		"environment": {"{id: a, action: 'environment:create', input: {name: x, owner: nobody}}", "the catalog has no Group or User"},
	} {
		t.Run(name, func(t *testing.T) {
			l.mustTemplate(t, name, "  steps:\n    - "+strings.ReplaceAll(c.step, "URL", l.git.URL)+"\n")
			id, task := l.mustTask(t, `{"templateRef":"template:default/`+name+`","values":{}}`)
			if events := l.get(t, "/api/scaffolder/v2/tasks/"+id+"/events"); task.at("status") != "failed" || !strings.Contains(events.body, c.want) {
				t.Errorf("the task is %s, without %q: %s", task.at("status"), c.want, events.body)
			}
		})
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	l := mustLab(t)
	l.mustTemplate(t, "slow", "  steps: [{id: a, action: 'debug:wait', input: {seconds: 60}}, {id: b, action: 'debug:log', input: {message: too late}}]\n")
	r := l.post(t, "/api/scaffolder/v2/tasks", `{"templateRef":"template:default/slow","values":{}}`)
	at := "/api/scaffolder/v2/tasks/" + r.at("id")
	await(t, "the task", func() bool { return l.get(t, at).at("status") == "processing" })
	if r := l.post(t, at+"/cancel", ""); r.status != 200 {
		t.Fatalf("cancelling is answered with %d %s", r.status, r.body)
	}
	if got := l.get(t, at).at("status"); got != "cancelled" {
		t.Errorf("the task is %s", got)
	}
	if r := l.post(t, at+"/cancel", ""); r.status != 409 {
		t.Errorf("cancelling twice is answered with %d", r.status)
	}
	if r := l.post(t, "/api/scaffolder/v2/tasks/none/cancel", ""); r.status != 404 {
		t.Errorf("cancelling nothing is answered with %d", r.status)
	}
}

func TestDryRun(t *testing.T) {
	t.Parallel()
	l := mustLab(t)
	l.mustTemplate(t, "dry", steps)
	e := l.get(t, "/api/catalog/entities/by-name/template/default/dry")
	file := base64.StdEncoding.EncodeToString([]byte("Hi ${{ values.name }}\n"))
	r := l.post(t, "/api/scaffolder/v2/dry-run", `{"template":`+e.body+`,"values":{"names":["ada"],"loud":true},"directoryContents":[{"path":"skeleton/${{ values.name }}.txt","base64Content":"`+file+`"}]}`)
	if r.status != http.StatusOK || r.at("directoryContents/0/path") != "ada.txt" || r.at("directoryContents/0/base64Content") != base64.StdEncoding.EncodeToString([]byte("Hi ada\n")) {
		t.Errorf("the dry run is answered with %d %s", r.status, r.body)
	}
	if l.git.Files("names") != nil || !strings.Contains(r.body, "A dry run leaves publish:labbox out") {
		t.Error("a dry run has published something")
	}
}
