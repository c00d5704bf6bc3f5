package lambda

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"github.com/labbox/labbox/internal/faas/lambda/lambdatest"
)

// bomb is a small zip file that says it is large, and is.
func bomb(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("bootstrap")
	if err != nil {
		t.Fatal(err)
	}
	block := make([]byte, 1<<20)
	for range 251 {
		if _, err := w.Write(block); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestBadFunctions(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	zipped := func(name string) map[string]any {
		return map[string]any{"ZipFile": lambdatest.MustZip(t, map[string]string{name: "x"})}
	}
	const validation, parameter = "ValidationException", "InvalidParameterValueException"
	tests := map[string]struct {
		change map[string]any
		status int
		name   string
	}{
		"no name":             {map[string]any{"FunctionName": ""}, 400, validation},
		"bad name":            {map[string]any{"FunctionName": "no good"}, 400, validation},
		"traversal in a name": {map[string]any{"FunctionName": "../x"}, 400, validation},
		"long name":           {map[string]any{"FunctionName": strings.Repeat("a", 65)}, 400, validation},
		"foreign region":      {map[string]any{"FunctionName": "arn:aws:lambda:us-east-1:000000000000:function:f"}, 404, "ResourceNotFoundException"},
		"name of wrong type":  {map[string]any{"FunctionName": 7}, 400, "InvalidRequestContentException"},
		"bad role":            {map[string]any{"Role": "me"}, 400, validation},
		"no role":             {map[string]any{"Role": nil}, 400, validation},
		"no handler":          {map[string]any{"Handler": nil}, 400, parameter},
		"node":                {map[string]any{"Runtime": "nodejs22.x"}, 400, parameter},
		"retired":             {map[string]any{"Runtime": "go1.x"}, 400, parameter},
		"timeout 0":           {map[string]any{"Timeout": 0}, 400, validation},
		"timeout 901":         {map[string]any{"Timeout": 901}, 400, validation},
		"timeout of text":     {map[string]any{"Timeout": "3"}, 400, "InvalidRequestContentException"},
		"memory 127":          {map[string]any{"MemorySize": 127}, 400, validation},
		"memory 10241":        {map[string]any{"MemorySize": 10241}, 400, validation},
		"storage":             {map[string]any{"EphemeralStorage": map[string]int{"Size": 1}}, 400, validation},
		"arm":                 {map[string]any{"Architectures": []string{"arm64"}}, 400, parameter},
		"layers":              {map[string]any{"Layers": []string{"arn:x"}}, 400, parameter},
		"large environment":   {map[string]any{"Environment": map[string]any{"Variables": map[string]string{"AA": strings.Repeat("x", 4096)}}}, 400, parameter},
		"reserved variable":   {map[string]any{"Environment": map[string]any{"Variables": map[string]string{"AWS_REGION": "x"}}}, 400, parameter},
		"bad variable":        {map[string]any{"Environment": map[string]any{"Variables": map[string]string{"1A": "x"}}}, 400, validation},
		"package type":        {map[string]any{"PackageType": "Tar"}, 400, validation},
		"no code":             {map[string]any{"Code": map[string]any{}}, 400, parameter},
		"garbage base64":      {map[string]any{"Code": map[string]any{"ZipFile": "%%%"}}, 400, "InvalidRequestContentException"},
		"no zip":              {map[string]any{"Code": map[string]any{"ZipFile": []byte("hello")}}, 400, parameter},
		"bucket":              {map[string]any{"Code": map[string]any{"S3Bucket": "b", "S3Key": "k"}}, 400, parameter},
		"image as zip":        {map[string]any{"Code": map[string]any{"ImageUri": "x"}}, 400, parameter},
		"zip as image":        {map[string]any{"PackageType": "Image", "Runtime": nil, "Handler": nil}, 400, parameter},
		"traversal":           {map[string]any{"Code": zipped("../evil")}, 400, parameter},
		"absolute path":       {map[string]any{"Code": zipped("/etc/passwd")}, 400, parameter},
		"zip bomb":            {map[string]any{"Code": map[string]any{"ZipFile": bomb(t)}}, 400, parameter},
		"over 50 MB":          {map[string]any{"Code": map[string]any{"ZipFile": make([]byte, 50<<20+1)}}, 413, "RequestTooLargeException"},
		"over all":            {map[string]any{"Code": map[string]any{"ZipFile": make([]byte, 60<<20)}}, 413, "RequestTooLargeException"},
		"tags":                {map[string]any{"Tags": map[string]string{"aws:x": ""}}, 400, parameter},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a := f.do(t, "POST "+base, creation(t, "f", test.change))
			if a.status != test.status || a.header.Get("x-amzn-ErrorType") != test.name || a.field(t, "message") == "" || a.field(t, "Type") != "User" {
				t.Errorf("%d %v %.300s, want %d %s", a.status, a.header["X-Amzn-Errortype"], a.text, test.status, test.name)
			}
		})
	}
	f.server.Wait()
	if n, m, k := f.codeFiles(t), len(f.deployments(t)), len(f.server.state.list()); n+m+k != 0 {
		t.Errorf("left behind: %d files, %d deployments, %d functions", n, m, k)
	}
}

func TestBadRequests(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.mustCreate(t, "f", nil)
	tests := map[string]struct {
		what   string
		body   any
		status int
	}{
		"same name":         {"POST " + base, creation(t, "f", nil), 409},
		"no JSON":           {"POST " + base, "{", 400},
		"array":             {"POST " + base, "[]", 400},
		"unknown operation": {"POST /2018-10-31/layers/x/versions", nil, 404},
		"unknown method":    {"PATCH " + base + "/f", nil, 404},
		"no function":       {"GET " + base + "/g", nil, 404},
		"no version":        {"GET " + base + "/f?Qualifier=3", nil, 404},
		"bad qualifier":     {"GET " + base + "/f?Qualifier=a%20b", nil, 400},
		"code of nothing":   {"PUT " + base + "/g/code", map[string]any{"ZipFile": lambdatest.MustChildZip(t)}, 404},
		"empty code":        {"PUT " + base + "/f/code", nil, 400},
		"version's code":    {"PUT " + base + "/f/code?Qualifier=1", nil, 400},
		"tags of nothing":   {"GET /2017-03-31/tags/" + arn("g", ""), nil, 404},
		"tags of a bucket":  {"GET /2017-03-31/tags/arn:aws:s3:::b", nil, 400},
		"no tags":           {"POST /2017-03-31/tags/" + arn("f", ""), "{}", 400},
		"no policy":         {"GET " + base + "/f/policy", nil, 404},
		"no statement":      {"DELETE " + base + "/f/policy/x", nil, 404},
		"no URL":            {"GET /2021-10-31/functions/f/url", nil, 404},
		"bad URL":           {"POST /2021-10-31/functions/f/url", map[string]string{"AuthType": "MAYBE"}, 400},
		"code without key":  {"GET /lambda-code/x/y", nil, 403},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if a := f.do(t, test.what, test.body); a.status != test.status {
				t.Errorf("%d %.300s, want %d", a.status, a.text, test.status)
			}
		})
	}
}
