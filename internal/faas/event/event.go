// Package event lets things that happen in the lab call functions. A function
// subscribes by the annotation "topic", a list of topics with commas between:
//
//	topic                      happens when                                   source
//	cron                       the annotation "schedule" says so (5 fields)   Cron
//	git.push                   a branch or tag is pushed to the git server    Git
//	mlflow.model.promoted      an alias of a model points to a version        MLflow
//	prometheus.alert.firing    an alert begins to fire                        Alerts
//	prometheus.alert.resolved  it ends                                        Alerts
//	argocd.sync.succeeded      a sync of an application succeeds              ArgoCD
//	argocd.sync.failed         a sync fails                                   ArgoCD
//
// An event is a POST with CloudEvents 1.0 headers (binary mode). It goes through the
// queue, so it is delivered at least once, is tried again, and ends as a dead letter
// if need be. What comes twice has the same ce-id.
//
//	source ─► Bus.Publish ─► one queued call for each function that subscribes
//	   └── what it has seen is kept in State, after Publish
package event

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/labbox/labbox/internal/faas/store"
)

// Annotations of a function.
const (
	AnnotationTopic    = "topic"
	AnnotationSchedule = "schedule"
)

// The topics.
const (
	TopicCron          = "cron"
	TopicPush          = "git.push"
	TopicPromoted      = "mlflow.model.promoted"
	TopicFiring        = "prometheus.alert.firing"
	TopicResolved      = "prometheus.alert.resolved"
	TopicSyncSucceeded = "argocd.sync.succeeded"
	TopicSyncFailed    = "argocd.sync.failed"
)

// typePrefix makes a CloudEvents type of a topic.
const typePrefix = "dev.labbox."

// Event is something that happened.
type Event struct {
	// ID and Source together are unique; who sends an event again repeats them.
	ID, Source string
	Topic      string
	// Subject is what the event is about within its source.
	Subject string
	Time    time.Time
	// Data is JSON.
	Data json.RawMessage
}

// header returns the event's headers in the HTTP binding's binary mode.
func (e Event) header() http.Header {
	h := http.Header{"Content-Type": {"application/json"}}
	h.Set("Ce-Specversion", "1.0")
	h.Set("Ce-Id", escape(e.ID))
	h.Set("Ce-Source", escape(e.Source))
	h.Set("Ce-Type", typePrefix+e.Topic)
	h.Set("Ce-Time", e.Time.UTC().Format(time.RFC3339Nano))
	if e.Subject != "" {
		h.Set("Ce-Subject", escape(e.Subject))
	}
	return h
}

// escape writes what is not printable ASCII, and space, quote and percent, as %XX of
// its UTF-8 form, as CloudEvents over HTTP wants it.
func escape(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if c <= ' ' || c >= 0x7f || c == '"' || c == '%' {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// callID is the same whenever the event is delivered to that function.
func (e Event) callID(key store.Key) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(e.Source+"\x00"+e.ID+"\x00"+key.String())).String()
}

// subscribed says whether a function wants topic. "cron-function" is what OpenFaaS's
// cron connector calls cron.
func subscribed(f store.Function, topic string) bool {
	topics := strings.FieldsFunc(f.Annotations[AnnotationTopic], func(r rune) bool { return r == ',' || r == ' ' })
	return slices.Contains(topics, topic) || topic == TopicCron && slices.Contains(topics, "cron-function")
}

// digest is a short name for any text that can stand in a key of State.
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:12])
}

// mustJSON encodes what this package makes itself.
func mustJSON(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // a type of this package that JSON does not know
	}
	return text
}
