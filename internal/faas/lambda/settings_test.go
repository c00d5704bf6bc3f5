package lambda

import (
	"encoding/json"
	"testing"
)

func TestTags(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.mustCreate(t, "f", map[string]any{"Tags": map[string]string{"a": "1"}})
	path := " /2017-03-31/tags/" + arn("f", "")
	f.must(t, 204, "POST"+path, map[string]any{"Tags": map[string]string{"b": "2", "c": "3"}})
	f.must(t, 204, "DELETE"+path+"?tagKeys=a&tagKeys=c", nil)
	if a := f.must(t, 200, "GET"+path, nil); a.field(t, "Tags") != "map[b:2]" {
		t.Error(a.text)
	}
}

func TestPolicy(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.mustCreate(t, "f", nil)
	permission := map[string]any{"StatementId": "s1", "Action": "lambda:InvokeFunction", "Principal": "events.amazonaws.com", "SourceArn": "arn:x"}
	a := f.must(t, 201, "POST "+base+"/f/policy", permission)
	var st Statement
	if err := json.Unmarshal([]byte(a.field(t, "Statement")), &st); err != nil || st.Sid != "s1" || st.Condition["ArnLike"]["AWS:SourceArn"] != "arn:x" {
		t.Errorf("%v %s", err, a.text)
	}
	f.must(t, 409, "POST "+base+"/f/policy", permission)
	permission["StatementId"], permission["Action"] = "s2", "s3:Get"
	f.must(t, 400, "POST "+base+"/f/policy", permission)
	got := f.must(t, 200, "GET "+base+"/f/policy", nil)
	var policy struct{ Statement []Statement }
	if err := json.Unmarshal([]byte(got.field(t, "Policy")), &policy); err != nil || len(policy.Statement) != 1 {
		t.Errorf("%v %s", err, got.text)
	}
	f.must(t, 412, "DELETE "+base+"/f/policy/s1?RevisionId=x", nil)
	f.must(t, 204, "DELETE "+base+"/f/policy/s1?RevisionId="+got.field(t, "RevisionId"), nil)
	f.must(t, 404, "GET "+base+"/f/policy", nil)
}

func TestAccountSettings(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.mustCreate(t, "f", nil)
	f.must(t, 200, "PUT /2017-10-31/functions/f/concurrency", map[string]int{"ReservedConcurrentExecutions": 40})
	a := f.must(t, 200, "GET /2016-08-19/account-settings/", nil)
	if a.field(t, "AccountLimit.UnreservedConcurrentExecutions") != "960" || a.field(t, "AccountUsage.FunctionCount") != "1" {
		t.Error(a.text)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, name := range []string{"a", "A", "a_b", "a-b", "_", "-", "a-very-long-name-that-goes-on-and-on-to-the-limit-of-64-characters"} {
		object := ObjectName(name)
		if was, ok := seen[object]; ok {
			t.Errorf("%s and %s are both %s", was, name, object)
		}
		seen[object] = name
		if d := deploymentName(object, "12345", "r"); len(d) > 63 || !objectOK(d) {
			t.Errorf("%s gives %s, which is no name of a Service", name, d)
		}
	}
}

func objectOK(name string) bool {
	for i, r := range name {
		if !(r >= 'a' && r <= 'z' || i > 0 && (r >= '0' && r <= '9' || r == '-')) {
			return false
		}
	}
	return name[len(name)-1] != '-'
}
