package lambda

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// The example of AWS's own documentation of signature version 4.
func TestSignatureOfTheDocumentation(t *testing.T) {
	t.Parallel()
	r, err := http.NewRequest(http.MethodGet, "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	r.Header.Set("X-Amz-Date", "20150830T123600Z")
	sc := scope{key: "AKIDEXAMPLE", date: "20150830", region: "us-east-1", service: "iam"}
	at, err := time.Parse(timeFormat, "20150830T123600Z")
	if err != nil {
		t.Fatal(err)
	}
	empty := "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	got := sc.sign("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", at, canonical(r, []string{"content-type", "host", "x-amz-date"}, empty))
	if want := "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"; got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

// signed signs a request as clients do.
func (f *fixture) signed(at time.Time, secret, what, sum string) []string {
	method, path, _ := strings.Cut(what, " ")
	r, _ := http.NewRequest(method, f.url+path, nil)
	r.Header.Set("X-Amz-Date", at.UTC().Format(timeFormat))
	r.Header.Set("X-Amz-Content-Sha256", sum)
	names := []string{"host", "x-amz-content-sha256", "x-amz-date"}
	sc := scope{key: "LABKEY", date: at.UTC().Format("20060102"), region: Region, service: "lambda"}
	sig := sc.sign(secret, at.UTC(), canonical(r, names, sum))
	auth := algorithm + " Credential=LABKEY/" + sc.date + "/" + Region + "/lambda/aws4_request, SignedHeaders=" + strings.Join(names, ";") + ", Signature=" + sig
	return []string{"Authorization", auth, "X-Amz-Date", r.Header.Get("X-Amz-Date"), "X-Amz-Content-Sha256", sum}
}

func TestSignatures(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *Config) { c.SigV4, c.AccessKey, c.SecretKey = true, "LABKEY", "secret" })
	const what = "GET /2015-03-31/functions/?MaxItems=1&FunctionVersion=ALL"
	empty := "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	now := time.Now()
	tests := map[string]struct {
		header []string
		status int
		name   string
	}{
		"right":             {f.signed(now, "secret", what, empty), 200, ""},
		"payload unsigned":  {f.signed(now, "secret", what, unsigned), 200, ""},
		"within skew":       {f.signed(now.Add(-14*time.Minute), "secret", what, empty), 200, ""},
		"wrong secret":      {f.signed(now, "other", what, empty), 403, "InvalidSignatureException"},
		"other path":        {f.signed(now, "secret", "GET /2015-03-31/functions/", empty), 403, "InvalidSignatureException"},
		"other sum":         {f.signed(now, "secret", what, strings.Repeat("0", 64)), 403, "InvalidSignatureException"},
		"too old":           {f.signed(now.Add(-16*time.Minute), "secret", what, empty), 403, "InvalidSignatureException"},
		"of the future":     {f.signed(now.Add(16*time.Minute), "secret", what, empty), 403, "InvalidSignatureException"},
		"none":              {nil, 403, "MissingAuthenticationTokenException"},
		"other algorithm":   {[]string{"Authorization", "Basic eA=="}, 403, "IncompleteSignatureException"},
		"no date":           {f.signed(now, "secret", what, empty)[:2], 403, "IncompleteSignatureException"},
		"nothing in it":     {[]string{"Authorization", algorithm + " Credential=a"}, 403, "IncompleteSignatureException"},
		"key that is wrong": {replaced(f.signed(now, "secret", what, empty), "LABKEY", "OTHER"), 403, "UnrecognizedClientException"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a := f.do(t, what, nil, test.header...)
			if a.status != test.status || a.header.Get("x-amzn-ErrorType") != test.name {
				t.Errorf("%d %v %s, want %d %s", a.status, a.header["X-Amzn-Errortype"], a.text, test.status, test.name)
			}
		})
	}
	large := `{"x":"` + strings.Repeat("x", 2<<20) + `"}`
	if a := f.do(t, "POST /2015-03-31/functions", large, f.signed(now, "secret", "POST /2015-03-31/functions", unsigned)...); a.status != 413 {
		t.Errorf("large body: %d %s", a.status, a.text)
	}
	if _, err := New(Options{Config: Config{SigV4: true}}); err == nil {
		t.Error("signatures without a key pair are accepted")
	}
}

func replaced(header []string, old, new string) []string {
	out := []string{}
	for _, h := range header {
		out = append(out, strings.ReplaceAll(h, old, new))
	}
	return out
}
