package entity

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
)

// Names of annotations that the catalog writes or reads.
const (
	AnnotationLocation  = "backstage.io/managed-by-location"
	AnnotationOrigin    = "backstage.io/managed-by-origin-location"
	AnnotationOrphan    = "backstage.io/orphan"
	AnnotationSource    = "backstage.io/source-location"
	AnnotationViewURL   = "backstage.io/view-url"
	AnnotationTechDocs  = "backstage.io/techdocs-ref"
	AnnotationArgoApp   = "argocd/app-name"
	AnnotationKubeID    = "backstage.io/kubernetes-id"
	AnnotationKubeSpace = "backstage.io/kubernetes-namespace"
)

// Entity is one entity as JSON: apiVersion, kind, metadata, spec and, on the way out,
// relations and status. The methods read and never fail; what is missing is empty.
type Entity map[string]any

// Kind returns the kind as it was written.
func (e Entity) Kind() string { return text(e["kind"]) }

// APIVersion returns the version of the format.
func (e Entity) APIVersion() string { return text(e["apiVersion"]) }

// Metadata returns the metadata; never nil.
func (e Entity) Metadata() map[string]any { return object(e["metadata"]) }

// Spec returns the spec; never nil.
func (e Entity) Spec() map[string]any { return object(e["spec"]) }

// Name returns metadata.name.
func (e Entity) Name() string { return text(e.Metadata()["name"]) }

// Namespace returns metadata.namespace, "default" where there is none.
func (e Entity) Namespace() string {
	if n := text(e.Metadata()["namespace"]); n != "" {
		return n
	}
	return DefaultNamespace
}

// Title returns metadata.title, else the name.
func (e Entity) Title() string {
	if t := text(e.Metadata()["title"]); t != "" {
		return t
	}
	return e.Name()
}

// Text returns a text of the metadata, such as "description".
func (e Entity) Text(key string) string { return text(e.Metadata()[key]) }

// SpecText returns a text of the spec, such as "owner".
func (e Entity) SpecText(key string) string { return text(e.Spec()[key]) }

// Annotation returns an annotation.
func (e Entity) Annotation(key string) string {
	return text(object(e.Metadata()["annotations"])[key])
}

// Ref returns the entity's own reference.
func (e Entity) Ref() Ref { return Ref{Kind: e.Kind(), Namespace: e.Namespace(), Name: e.Name()} }

// Related returns the targets of the relations of a type, such as "ownedBy".
func (e Entity) Related(kind string) []string {
	var out []string
	for _, r := range list(e["relations"]) {
		if m := object(r); text(m["type"]) == kind {
			out = append(out, text(m["targetRef"]))
		}
	}
	return out
}

// Clone copies the entity so deep that metadata, annotations and spec can be changed.
func (e Entity) Clone() Entity {
	out := maps.Clone(e)
	for _, key := range []string{"metadata", "spec"} {
		if m, ok := e[key].(map[string]any); ok {
			out[key] = maps.Clone(m)
		}
	}
	if meta, ok := out["metadata"].(map[string]any); ok {
		if a, ok := meta["annotations"].(map[string]any); ok {
			meta["annotations"] = maps.Clone(a)
		}
	}
	return out
}

// Annotate sets annotations on an entity that Clone returned.
func (e Entity) Annotate(pairs map[string]string) {
	meta, ok := e["metadata"].(map[string]any)
	if !ok {
		meta = map[string]any{}
		e["metadata"] = meta
	}
	all, ok := meta["annotations"].(map[string]any)
	if !ok {
		all = map[string]any{}
		meta["annotations"] = all
	}
	for k, v := range pairs {
		all[k] = v
	}
}

// UID returns the id of an entity; it follows from the reference, so that it is the
// same after a restart.
func UID(r Ref) string {
	sum := sha256.Sum256([]byte("labbox:" + r.String()))
	h := hex.EncodeToString(sum[:16])
	return fmt.Sprintf("%s-%s-8%s-a%s-%s", h[:8], h[8:12], h[13:16], h[17:20], h[20:32])
}

// Etag returns the digest of the entity's content.
func Etag(e Entity) string {
	data, err := json.Marshal(e)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:20])
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func object(v any) map[string]any {
	switch m := v.(type) {
	case map[string]any:
		return m
	case Entity:
		return m
	}
	return map[string]any{}
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

// texts returns the texts of a list, or the one text that stands for a list.
func texts(v any) []string {
	if s := text(v); s != "" {
		return []string{s}
	}
	var out []string
	for _, item := range list(v) {
		if s := text(item); strings.TrimSpace(s) != "" {
			out = append(out, s)
		}
	}
	return out
}
