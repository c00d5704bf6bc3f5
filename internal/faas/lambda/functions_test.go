package lambda

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/labbox/labbox/internal/faas/lambda/lambdatest"
)

func (f *fixture) deployments(t *testing.T) []appsv1.Deployment {
	t.Helper()
	list, err := f.Client().Deployments(f.config.Namespace).List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return list.Items
}

func (f *fixture) codeFiles(t *testing.T) int {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(f.config.StateDir, "code", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return len(files)
}

func TestLifeOfAFunction(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	created := f.must(t, 201, "POST "+base, creation(t, "my_Func", map[string]any{"Description": "first", "Tags": map[string]string{"a": "b"}}))
	for field, want := range map[string]string{
		"State": "Pending", "FunctionName": "my_Func", "FunctionArn": "arn:aws:lambda:eu-central-1:000000000000:function:my_Func",
		"Runtime": "provided.al2023", "MemorySize": "128", "Timeout": "5", "Version": "$LATEST", "PackageType": "Zip", "Architectures": "[x86_64]",
		"LastUpdateStatus": "Successful", "EphemeralStorage.Size": "512", "TracingConfig.Mode": "PassThrough",
	} {
		if have := created.field(t, field); have != want {
			t.Errorf("%s: %q, want %q", field, have, want)
		}
	}
	f.await(t, "my_Func")
	if all := f.deployments(t); len(all) != 1 || *all[0].Spec.Replicas != 0 || all[0].Spec.Template.Annotations["labbox.dev/max-inflight"] != "1" ||
		all[0].Labels["com.openfaas.scale.zero"] != "true" || all[0].Labels["faas_function"] != all[0].Name {
		t.Errorf("deployments: %+v", all)
	}
	got := f.must(t, 200, "GET "+base+"/my_Func/", nil) // some clients put a slash behind
	if got.field(t, "Tags.a") != "b" || got.field(t, "Code.RepositoryType") != "S3" {
		t.Errorf("get: %s", got.text)
	}
	location := strings.TrimPrefix(got.field(t, "Code.Location"), f.url)
	if a := f.must(t, 200, "GET "+location, nil); !strings.HasPrefix(a.text, "PK") {
		t.Errorf("the code's location gives %.20q", a.text)
	}
	f.must(t, 403, "GET "+location+"0", nil)

	revision := got.field(t, "Configuration.RevisionId")
	update := map[string]any{"Timeout": 9, "MemorySize": 256, "RevisionId": revision}
	updated := f.must(t, 200, "PUT "+base+"/my_Func/configuration", update)
	if updated.field(t, "LastUpdateStatus") != "InProgress" || updated.field(t, "Timeout") != "9" || updated.field(t, "Description") != "first" {
		t.Errorf("update: %s", updated.text)
	}
	stale := f.must(t, 412, "PUT "+base+"/my_Func/configuration", update)
	if stale.header.Get("x-amzn-ErrorType") != "PreconditionFailedException" {
		t.Errorf("stale revision: %v", stale.header)
	}
	f.await(t, "my_Func")
	f.server.Wait()
	if all := f.deployments(t); len(all) != 1 || all[0].Spec.Template.Spec.Containers[0].Resources.Limits.Memory().Value() != 288<<20 {
		t.Errorf("the old Deployment is to be gone, and the new one larger: %+v", all)
	}
	other := lambdatest.MustZip(t, map[string]string{"bootstrap": "#!/bin/sh\nexit 1\n"})
	f.must(t, 200, "PUT "+base+"/my_Func/code", map[string]any{"ZipFile": other, "DryRun": true})
	f.must(t, 200, "PUT "+base+"/my_Func/code", map[string]any{"ZipFile": other})
	f.await(t, "my_Func")
	f.server.Wait()
	if n := f.codeFiles(t); n != 1 {
		t.Errorf("%d files of code, want the new one alone", n)
	}
	if a := f.must(t, 204, "DELETE "+base+"/my_Func", nil); a.text != "" {
		t.Errorf("delete: %q", a.text)
	}
	f.must(t, 404, "DELETE "+base+"/my_Func", nil)
	f.server.Wait()
	if n, m := f.codeFiles(t), len(f.deployments(t)); n != 0 || m != 0 {
		t.Errorf("left behind: %d files, %d deployments", n, m)
	}
}

func TestListsHavePages(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	for _, name := range []string{"a", "b", "c"} {
		f.mustCreate(t, name, nil)
	}
	var seen []string
	marker := ""
	for {
		a := f.must(t, 200, "GET "+base+"/?MaxItems=2&Marker="+marker, nil)
		var page struct {
			Functions  []struct{ FunctionName string }
			NextMarker *string
		}
		if err := json.Unmarshal([]byte(a.text), &page); err != nil {
			t.Fatal(err)
		}
		for _, one := range page.Functions {
			seen = append(seen, one.FunctionName)
		}
		if page.NextMarker == nil {
			break
		}
		marker = *page.NextMarker
	}
	if strings.Join(seen, "") != "abc" {
		t.Errorf("seen %q", seen)
	}
	f.must(t, 400, "GET "+base+"?MaxItems=0", nil)
	f.must(t, 400, "GET "+base+"?Marker=%21%21", nil)
}

func TestStateSurvivesARestart(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.mustCreate(t, "f", nil)
	f.must(t, 201, "POST "+base+"/f/versions", nil)
	f.must(t, 201, "POST "+base+"/f/aliases", map[string]string{"Name": "live", "FunctionVersion": "1"})
	url := f.must(t, 201, "POST /2021-10-31/functions/f/url", map[string]string{"AuthType": "NONE"}).field(t, "FunctionUrl")
	f.must(t, 200, "PUT /2017-10-31/functions/f/concurrency", map[string]int{"ReservedConcurrentExecutions": 3})
	f.server.Wait()
	for _, d := range f.deployments(t) { // somebody has deleted them meanwhile
		if err := f.Client().Deployments(f.config.Namespace).Delete(t.Context(), d.Name, metav1.DeleteOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	junk := filepath.Join(f.config.StateDir, "code", "new-123")
	if err := os.WriteFile(junk, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	f.restart(t)
	if _, err := os.Stat(junk); err == nil {
		t.Error("what a crash left behind is still there")
	}
	if a := f.must(t, 200, "POST "+base+"/f:live/invocations", `{"do":"echo"}`); a.text != `{"do":"echo"}` || a.header.Get("X-Amz-Executed-Version") != "1" {
		t.Errorf("%s %v", a.text, a.header)
	}
	if have := f.must(t, 200, "GET /2021-10-31/functions/f/url", nil).field(t, "FunctionUrl"); have != url {
		t.Errorf("URL %s, want %s", have, url)
	}
	if a := f.must(t, 200, "GET /2019-09-30/functions/f/concurrency", nil); a.field(t, "ReservedConcurrentExecutions") != "3" {
		t.Error(a.text)
	}
}

func TestImageFunction(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	body := map[string]any{
		"FunctionName": "img", "Role": role, "PackageType": "Image", "Code": map[string]any{"ImageUri": "localhost/mine:1"},
		"ImageConfig": map[string]any{"Command": []string{"app.handler"}}, "Environment": map[string]any{"Variables": map[string]string{"AA": "$(PATH)"}},
	}
	f.must(t, 201, "POST "+base, body)
	f.await(t, "img")
	spec := f.deployments(t)[0].Spec.Template.Spec
	if spec.InitContainers[0].Name != "runtime" || *spec.InitContainers[0].RestartPolicy != "Always" || !*spec.ShareProcessNamespace {
		t.Errorf("no sidecar: %+v", spec)
	}
	c := spec.Containers[0]
	env := map[string]string{}
	for _, e := range c.Env {
		env[e.Name] = e.Value
	}
	if c.Image != "localhost/mine:1" || c.Args[0] != "app.handler" || env["AWS_LAMBDA_RUNTIME_API"] != "127.0.0.1:9001" || env["AA"] != "$$(PATH)" {
		t.Errorf("%+v", c)
	}
	if a := f.must(t, 200, "GET "+base+"/img", nil); a.field(t, "Code.ImageUri") != "localhost/mine:1" || a.field(t, "Configuration.Runtime") != "" {
		t.Error(a.text)
	}
	f.must(t, 200, "PUT "+base+"/img/code", map[string]any{"ImageUri": "localhost/mine:2"})
	f.must(t, 400, "PUT "+base+"/img/configuration", map[string]any{"Handler": "x"})
}

func TestCodeThatIsGone(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.mustCreate(t, "f", nil)
	f.server.Wait()
	if err := os.RemoveAll(filepath.Join(f.config.StateDir, "code")); err != nil {
		t.Fatal(err)
	}
	f.restart(t)
	if a := f.must(t, 200, "GET "+base+"/f/configuration", nil); a.field(t, "State") != "Failed" || !strings.Contains(a.field(t, "StateReason"), "upload it again") {
		t.Error(a.text)
	}
	f.must(t, 409, "POST "+base+"/f/invocations", nil)
	f.must(t, 200, "PUT "+base+"/f/code", map[string]any{"ZipFile": lambdatest.MustChildZip(t)})
	f.await(t, "f")
	f.must(t, 200, "POST "+base+"/f/invocations", nil)
}
