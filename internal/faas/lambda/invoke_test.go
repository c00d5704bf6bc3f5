package lambda

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/faas/lambda/lambdatest"
)

func TestInvoke(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.mustCreate(t, "f", map[string]any{"Timeout": 1})
	path := "POST " + base + "/f/invocations"
	const arnF = "arn%3Aaws%3Alambda%3Aeu-central-1%3A000000000000%3Afunction%3Af"
	tests := []struct {
		name, what string
		body       any
		header     []string
		status     int
		text       string            // a regular expression
		want       map[string]string // headers, as regular expressions
	}{
		{"plain", path, `{"a":1}`, nil, 200, `^\{"a":1\}$`, map[string]string{"X-Amz-Executed-Version": `^\$LATEST$`, "X-Amzn-Requestid": `^[-0-9a-f]{36}$`, "X-Amz-Function-Error": `^$`, "X-Amz-Log-Result": `^$`}},
		{"empty", path, nil, nil, 200, `^\{\}$`, nil},
		{"by ARN", "POST " + base + "/" + arnF + "/invocations", `1`, nil, 200, `^1$`, nil},
		{"by partial ARN", "POST " + base + "/000000000000:f:$LATEST/invocations", `1`, nil, 200, `^1$`, nil},
		{"slash behind", path + "/", `2`, nil, 200, `^2$`, nil},
		{"error has status 200", path, lambdatest.Event{Do: "error"}, nil, 200, `"errorType":"ValueError"`, map[string]string{"X-Amz-Function-Error": `^Unhandled$`}},
		{"panic", path, lambdatest.Event{Do: "panic"}, nil, 200, `"errorMessage":"oh no"`, map[string]string{"X-Amz-Function-Error": `^Unhandled$`}},
		{"restarted", path, `3`, nil, 200, `^3$`, nil},
		{"timeout", path, lambdatest.Event{Do: "sleep", Milliseconds: 5000}, nil, 200, `[-0-9a-f]{36} Task timed out after 1.00 seconds`, map[string]string{"X-Amz-Function-Error": `^Unhandled$`}},
		{"too large an answer", path, lambdatest.Event{Do: "large", Size: 7 << 20}, nil, 200, `Function.ResponseSizeTooLarge`, map[string]string{"X-Amz-Function-Error": `^Unhandled$`}},
		{"dry run", path, nil, []string{"X-Amz-Invocation-Type", "DryRun"}, 204, `^$`, nil},
		{"event", path, `{"do":"echo"}`, []string{"X-Amz-Invocation-Type", "Event"}, 202, `^$`, map[string]string{"X-Amzn-Requestid": `.`}},
		{"old async", "POST /2014-11-13/functions/f/invoke-async/", `{}`, nil, 202, `"Status":202`, nil},
		{"unknown type", path, nil, []string{"X-Amz-Invocation-Type", "Later"}, 400, `enum value set`, map[string]string{"X-Amzn-Errortype": `^ValidationException$`}},
		{"no JSON", path, `{`, nil, 400, `Could not parse request body into json`, map[string]string{"X-Amzn-Errortype": `^InvalidRequestContentException$`}},
		{"too large", path, strings.Repeat(" ", 6<<20+1), nil, 413, `"message"`, map[string]string{"X-Amzn-Errortype": `^RequestTooLargeException$`}},
		{"too large an event", path, strings.Repeat(" ", 1<<20+1), []string{"X-Amz-Invocation-Type", "Event"}, 413, `"message"`, nil},
		{"no such function", "POST " + base + "/nope/invocations", nil, nil, 404, `"Type":"User"`, map[string]string{"X-Amzn-Errortype": `^ResourceNotFoundException$`}},
		{"no such version", path + "?Qualifier=7", nil, nil, 404, `function:f:7`, nil},
		{"two qualifiers", "POST " + base + "/f:1/invocations?Qualifier=2", nil, nil, 400, `does not match`, nil},
		{"bad context", path, nil, []string{"X-Amz-Client-Context", "%%%"}, 400, `Client context`, nil},
	}
	for _, test := range tests { // one after the other: they share the process
		a := f.do(t, test.what, test.body, test.header...)
		if a.status != test.status || !regexp.MustCompile(test.text).MatchString(a.text) {
			t.Errorf("%s: %d %.300s, want %d %s", test.name, a.status, a.text, test.status, test.text)
		}
		for name, want := range test.want {
			if have := a.header.Get(name); !regexp.MustCompile(want).MatchString(have) {
				t.Errorf("%s: %s is %q, want %s", test.name, name, have, want)
			}
		}
	}
}

func TestLogTailAndContext(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.mustCreate(t, "f", nil)
	flood := strings.Repeat("0123456789\n", 1000)
	a := f.must(t, 200, "POST "+base+"/f/invocations", lambdatest.Event{Print: flood}, "X-Amz-Log-Type", "Tail")
	raw, err := base64.StdEncoding.DecodeString(a.header.Get("X-Amz-Log-Result"))
	if err != nil || len(raw) != 4096 || !strings.Contains(string(raw), "0123456789\nEND RequestId: "+a.header.Get("x-amzn-RequestId")) {
		t.Errorf("%d bytes (%v), %.200q...", len(raw), err, raw)
	}
	a = f.must(t, 200, "POST "+base+"/f/invocations", lambdatest.Event{Do: "environ"},
		"X-Amz-Client-Context", base64.StdEncoding.EncodeToString([]byte(`{"custom":1}`)), "X-Amzn-Trace-Id", "Root=1-x")
	var got struct{ Headers map[string][]string }
	if err := json.Unmarshal([]byte(a.text), &got); err != nil || got.Headers["Lambda-Runtime-Client-Context"][0] != `{"custom":1}` ||
		got.Headers["Lambda-Runtime-Trace-Id"][0] != "Root=1-x" || got.Headers["Lambda-Runtime-Invoked-Function-Arn"][0] != arn("f", "") {
		t.Errorf("%v %v", err, got.Headers)
	}
}

// An invocation after an update meets the new code.
func TestInvocationAfterAnUpdate(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.mustCreate(t, "f", nil)
	for _, want := range []string{"one", "two", "three"} {
		env := map[string]any{"Environment": map[string]any{"Variables": map[string]string{lambdatest.ChildVariable: "1", "WORD": want}}}
		f.must(t, 200, "PUT "+base+"/f/configuration", env)
		if a := f.must(t, 200, "POST "+base+"/f/invocations", lambdatest.Event{Do: "environ"}); !strings.Contains(a.text, "WORD="+want) {
			t.Errorf("not %s: %s", want, a.text)
		}
	}
}

func TestVersionsAndAliases(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.mustCreate(t, "f", map[string]any{"Publish": true})
	if a := f.must(t, 201, "POST "+base+"/f/versions", nil); a.field(t, "Version") != "1" {
		t.Errorf("nothing has changed, but: %s", a.text)
	}
	f.must(t, 200, "PUT "+base+"/f/configuration", map[string]any{"Description": "x", "MemorySize": 192})
	f.must(t, 412, "POST "+base+"/f/versions", map[string]any{"RevisionId": "old"})
	f.must(t, 400, "POST "+base+"/f/versions", map[string]any{"CodeSha256": "other"})
	if a := f.must(t, 201, "POST "+base+"/f/versions", map[string]any{"Description": "second"}); a.field(t, "Version") != "2" || a.field(t, "FunctionArn") != arn("f", "2") {
		t.Error(a.text)
	}
	if a := f.must(t, 200, "GET "+base+"/f/versions", nil); strings.Count(a.text, `"FunctionName"`) != 3 {
		t.Error(a.text)
	}
	f.must(t, 404, "POST "+base+"/f/aliases", map[string]any{"Name": "live", "FunctionVersion": "9"})
	f.must(t, 400, "POST "+base+"/f/aliases", map[string]any{"Name": "12", "FunctionVersion": "1"})
	f.must(t, 201, "POST "+base+"/f/aliases", map[string]any{"Name": "live", "FunctionVersion": "1"})
	f.must(t, 409, "POST "+base+"/f/aliases", map[string]any{"Name": "live", "FunctionVersion": "1"})
	weights := func(v map[string]float64) map[string]any {
		return map[string]any{"RoutingConfig": map[string]any{"AdditionalVersionWeights": v}}
	}
	f.must(t, 400, "PUT "+base+"/f/aliases/live", weights(map[string]float64{"2": 1.5}))
	f.must(t, 400, "PUT "+base+"/f/aliases/live", weights(map[string]float64{"1": 0.5}))
	f.must(t, 200, "PUT "+base+"/f/aliases/live", weights(map[string]float64{"2": 0.5}))
	seen := map[string]int{}
	for range 60 {
		seen[f.must(t, 200, "POST "+base+"/f/invocations?Qualifier=live", "1").header.Get("X-Amz-Executed-Version")]++
	}
	if seen["1"] == 0 || seen["2"] == 0 || len(seen) != 2 {
		t.Errorf("half and half gives %v", seen)
	}
	f.must(t, 409, "DELETE "+base+"/f?Qualifier=2", nil)
	f.must(t, 200, "GET "+base+"/f/aliases/live", nil)
	if a := f.must(t, 200, "GET "+base+"/f/aliases?FunctionVersion=1", nil); !strings.Contains(a.text, `"live"`) {
		t.Error(a.text)
	}
	f.must(t, 204, "DELETE "+base+"/f/aliases/live", nil)
	f.must(t, 404, "GET "+base+"/f/aliases/live", nil)
	f.must(t, 400, "DELETE "+base+"/f?Qualifier=$LATEST", nil)
	f.must(t, 204, "DELETE "+base+"/f:2", nil)
	f.must(t, 404, "POST "+base+"/f/invocations?Qualifier=2", nil)
	f.server.Wait()
	if n := len(f.deployments(t)); n != 2 {
		t.Errorf("%d deployments, want those of $LATEST and 1", n)
	}
}

func TestReservedConcurrency(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.mustCreate(t, "f", nil)
	f.must(t, 400, "PUT /2017-10-31/functions/f/concurrency", map[string]int{"ReservedConcurrentExecutions": 901})
	f.must(t, 400, "PUT /2017-10-31/functions/f/concurrency", `{}`)
	f.must(t, 200, "PUT /2017-10-31/functions/f/concurrency", map[string]int{"ReservedConcurrentExecutions": 0})
	a := f.must(t, 429, "POST "+base+"/f/invocations", nil)
	if a.header.Get("x-amzn-ErrorType") != "TooManyRequestsException" || a.field(t, "Reason") != "ReservedFunctionConcurrentInvocationLimitExceeded" || a.header.Get("Retry-After") == "" {
		t.Errorf("%v %s", a.header, a.text)
	}
	f.must(t, 200, "PUT /2017-10-31/functions/f/concurrency", map[string]int{"ReservedConcurrentExecutions": 1})
	f.server.Wait()
	if max := f.deployments(t)[0].Labels["com.openfaas.scale.max"]; max != "1" {
		t.Errorf("at most %s replicas, want 1", max)
	}
	var first sync.WaitGroup
	first.Go(func() {
		f.must(t, 200, "POST "+base+"/f/invocations", lambdatest.Event{Do: "sleep", Milliseconds: 400})
	})
	for deadline := time.Now().Add(5 * time.Second); f.server.busy.running("f") == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the first invocation does not run")
		}
	}
	f.must(t, 429, "POST "+base+"/f/invocations", nil)
	first.Wait()
	f.must(t, 204, "DELETE /2017-10-31/functions/f/concurrency", nil)
	f.must(t, 200, "POST "+base+"/f/invocations", nil)
}

func TestEventsAreTriedAgain(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.mustCreate(t, "failing", nil)
	f.mustCreate(t, "sink", nil)
	f.must(t, 200, "PUT /2019-09-25/functions/failing/event-invoke-config", map[string]any{
		"MaximumRetryAttempts": 1, "DestinationConfig": map[string]any{"OnFailure": map[string]string{"Destination": arn("sink", "")}}})
	f.must(t, 400, "PUT /2019-09-25/functions/failing/event-invoke-config", map[string]any{"MaximumRetryAttempts": 3})
	f.must(t, 400, "PUT /2019-09-25/functions/failing/event-invoke-config", map[string]any{
		"DestinationConfig": map[string]any{"OnFailure": map[string]string{"Destination": "arn:aws:sqs:eu-central-1:000000000000:q"}}})
	queue := &recorder{next: f.server.enqueuer}
	f.server.enqueuer = queue
	f.must(t, 202, "POST "+base+"/failing/invocations", lambdatest.Event{Do: "error"}, "X-Amz-Invocation-Type", "Event")
	f.server.Wait()
	if len(queue.seen) != 2 || queue.seen[1].Function != "sink" {
		t.Fatalf("events: %+v", queue.seen)
	}
	var record struct {
		RequestContext struct {
			Condition              string
			ApproximateInvokeCount int
		}
		RequestPayload  lambdatest.Event
		ResponseContext struct{ FunctionError string }
		ResponsePayload struct{ ErrorType string }
	}
	if err := json.Unmarshal(queue.seen[1].Payload, &record); err != nil || record.RequestContext.Condition != "RetriesExhausted" ||
		record.RequestContext.ApproximateInvokeCount != 2 || record.RequestPayload.Do != "error" ||
		record.ResponseContext.FunctionError != "Unhandled" || record.ResponsePayload.ErrorType != "ValueError" {
		t.Errorf("%v %s", err, queue.seen[1].Payload)
	}
	f.must(t, 200, "GET /2019-09-25/functions/failing/event-invoke-config", nil)
	f.must(t, 200, "GET /2019-09-25/functions/failing/event-invoke-config/list", nil)
	f.must(t, 204, "DELETE /2019-09-25/functions/failing/event-invoke-config", nil)
	f.must(t, 404, "GET /2019-09-25/functions/failing/event-invoke-config", nil)
}

func TestDeliveries(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.mustCreate(t, "f", nil)
	payload := func(e lambdatest.Event) json.RawMessage { raw, _ := json.Marshal(e); return raw }
	now := time.Now()
	tests := map[string]struct {
		event       Event
		again, dead bool
		tries       int
	}{
		"works":          {Event{Function: "f", Payload: []byte("1"), Queued: now}, false, false, 0},
		"fails":          {Event{Function: "f", Payload: payload(lambdatest.Event{Do: "error"}), Queued: now}, true, false, 1},
		"fails again":    {Event{Function: "f", Payload: payload(lambdatest.Event{Do: "error"}), Queued: now, Tries: 1}, true, false, 2},
		"fails for ever": {Event{Function: "f", Payload: payload(lambdatest.Event{Do: "error"}), Queued: now, Tries: 2}, false, true, 3},
		"too old":        {Event{Function: "f", Payload: payload(lambdatest.Event{Do: "error"}), Queued: now.Add(-7 * time.Hour)}, false, true, 1},
		"gone":           {Event{Function: "gone", Payload: []byte("1"), Queued: now}, false, true, 0},
		"no version":     {Event{Function: "f", Qualifier: "9", Payload: []byte("1"), Queued: now}, false, true, 0},
	}
	for name, test := range tests {
		test.event.ID = "id"
		d := f.server.Deliver(t.Context(), test.event)
		if d.Again != test.again || d.Dead != test.dead || d.Tries != test.tries {
			t.Errorf("%s: %+v, want again %v, dead %v, tries %d", name, d, test.again, test.dead, test.tries)
		}
	}
	f.must(t, 200, "PUT /2017-10-31/functions/f/concurrency", map[string]int{"ReservedConcurrentExecutions": 0})
	if d := f.server.Deliver(t.Context(), Event{ID: "id", Function: "f", Payload: []byte("1"), Queued: now}); !d.Again || d.Tries != 0 || d.Wait < time.Second {
		t.Errorf("throttled: %+v; that is no failure of the function", d)
	}
}

// recorder notes events on their way to the queue.
type recorder struct {
	next Enqueuer
	mu   sync.Mutex
	seen []Event
}

// Enqueue implements Enqueuer.
func (r *recorder) Enqueue(ctx context.Context, e Event) error {
	r.mu.Lock()
	r.seen = append(r.seen, e)
	r.mu.Unlock()
	return r.next.Enqueue(ctx, e)
}
