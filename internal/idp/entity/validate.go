package entity

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

var (
	nameRule      = regexp.MustCompile(`^[A-Za-z0-9]+(?:[-_.]+[A-Za-z0-9]+)*$`)
	namespaceRule = regexp.MustCompile(`^[a-z0-9]+(?:-[a-z0-9]+)*$`)
	tagRule       = regexp.MustCompile(`^[a-z0-9:+#]+(?:-[a-z0-9:+#]+)*$`)
	keyRule       = regexp.MustCompile(`^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9]+(?:[-_.]+[A-Za-z0-9]+)*$`)
)

// format says what a kind must have.
type format struct {
	kind       string
	apiVersion []string
	texts      []string // required, not empty
	lists      []string // required, may be empty
}

var (
	catalogVersions = []string{"backstage.io/v1alpha1", "backstage.io/v1beta1"}
	formats         = []format{
		{"Component", catalogVersions, []string{"type", "lifecycle", "owner"}, nil},
		{"API", catalogVersions, []string{"type", "lifecycle", "owner", "definition"}, nil},
		{"Resource", catalogVersions, []string{"type", "owner"}, nil},
		{"System", catalogVersions, []string{"owner"}, nil},
		{"Domain", catalogVersions, []string{"owner"}, nil},
		{"Group", catalogVersions, []string{"type"}, []string{"children"}},
		{"User", catalogVersions, nil, nil},
		{"Location", catalogVersions, nil, nil},
		{"Template", []string{"scaffolder.backstage.io/v1beta3"}, []string{"type"}, []string{"steps"}},
	}
)

// Kinds returns the kinds that the catalog knows.
func Kinds() []string {
	var out []string
	for _, f := range formats {
		out = append(out, f.kind)
	}
	return out
}

// Validate returns what is wrong with the entity, in the order of the format; none
// when it is valid.
func Validate(e Entity) []string {
	var bad []string
	add := func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) }
	if e.APIVersion() == "" {
		add("apiVersion must be a text, such as %s", catalogVersions[0])
	}
	if e.Kind() == "" {
		add("kind must be a text, one of %s", strings.Join(Kinds(), ", "))
	}
	validateMetadata(e, add)
	i := slices.IndexFunc(formats, func(f format) bool { return strings.EqualFold(f.kind, e.Kind()) })
	if e.Kind() != "" && i < 0 {
		add("kind %.60q is not known; there are %s", e.Kind(), strings.Join(Kinds(), ", "))
	}
	if i >= 0 {
		validateSpec(e, formats[i], add)
	}
	return bad
}

type adder func(format string, args ...any)

func validateMetadata(e Entity, add adder) {
	if _, ok := e["metadata"].(map[string]any); !ok {
		add("metadata must be an object with a name")
		return
	}
	meta := e.Metadata()
	if n := e.Name(); n == "" || len(n) > 63 || !nameRule.MatchString(n) {
		add("metadata.name %.80q must be 1 to 63 of a-z A-Z 0-9, with single - _ . between them", fmt.Sprint(valueOr(meta["name"], "")))
	}
	if v, there := meta["namespace"]; there && (len(text(v)) > 63 || !namespaceRule.MatchString(text(v))) {
		add("metadata.namespace %.80q must be 1 to 63 of a-z 0-9, with single - between them", fmt.Sprint(v))
	}
	for _, key := range []string{"title", "description"} {
		if v, there := meta[key]; there && text(v) == "" {
			add("metadata.%s must be a text that is not empty", key)
		}
	}
	for _, key := range []string{"labels", "annotations"} {
		validatePairs(meta[key], key, add)
	}
	if v, there := meta["tags"]; there {
		if _, ok := v.([]any); !ok {
			add("metadata.tags must be a list")
		}
		for _, tag := range list(v) {
			if t := text(tag); len(t) > 63 || !tagRule.MatchString(t) {
				add("metadata.tags: %.80q must be 1 to 63 of a-z 0-9 : + #, with single - between them", fmt.Sprint(tag))
			}
		}
	}
	for i, link := range list(meta["links"]) {
		u, err := url.Parse(text(object(link)["url"]))
		if err != nil || u.Scheme == "" {
			add("metadata.links.%d.url must be a URL", i)
		}
	}
}

func valueOr(v, other any) any {
	if v == nil {
		return other
	}
	return v
}

func validatePairs(v any, key string, add adder) {
	if v == nil {
		return
	}
	m, ok := v.(map[string]any)
	if !ok {
		add("metadata.%s must be an object", key)
	}
	for _, k := range sortedKeys(m) {
		if !keyRule.MatchString(k) {
			add("metadata.%s: %.80q is no key of the form [prefix/]name", key, k)
		}
		if _, ok := m[k].(string); !ok {
			add("metadata.%s.%s must be a text; put it in quotes", key, k)
		}
	}
}

func validateSpec(e Entity, f format, add adder) {
	if e.APIVersion() != "" && !slices.Contains(f.apiVersion, e.APIVersion()) {
		add("apiVersion of a %s must be %s, not %.60q", f.kind, strings.Join(f.apiVersion, " or "), e.APIVersion())
	}
	spec := e.Spec()
	for _, key := range f.texts {
		if strings.TrimSpace(text(spec[key])) == "" {
			add("spec.%s of a %s must be a text that is not empty", key, f.kind)
		}
	}
	for _, key := range f.lists {
		if _, ok := spec[key].([]any); !ok {
			add("spec.%s of a %s must be a list", key, f.kind)
		}
	}
	kind := strings.ToLower(f.kind)
	for _, field := range fields {
		if !field.on(kind) {
			continue
		}
		for _, s := range texts(spec[field.name]) {
			if _, err := ParseRef(s, field.kind); err != nil {
				add("spec.%s: %v", field.name, err)
			}
		}
	}
}
