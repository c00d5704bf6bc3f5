package lambda

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/labbox/labbox/internal/faas/lambda/archive"
)

const (
	// accountConcurrency is what accountSettings tells; minUnreserved of it cannot be
	// reserved.
	accountConcurrency = 1000
	minUnreserved      = 100
	totalCode          = 75 << 30
)

func (s *Server) accountSettings(w http.ResponseWriter, _ *http.Request) error {
	list := s.state.list()
	var size int64
	for _, f := range list {
		for _, v := range f.versions() {
			size += v.CodeSize
		}
	}
	limits := archive.Default()
	s.writeJSON(w, http.StatusOK, map[string]any{
		"AccountLimit": map[string]int64{
			"TotalCodeSize": totalCode, "CodeSizeUnzipped": limits.Unzipped, "CodeSizeZipped": limits.Zipped,
			"ConcurrentExecutions": accountConcurrency, "UnreservedConcurrentExecutions": int64(accountConcurrency - reserved(list, "")),
		},
		"AccountUsage": map[string]int64{"TotalCodeSize": size, "FunctionCount": int64(len(list))},
	})
	return nil
}

// reserved is the concurrency of all functions but one.
func reserved(list []*Function, but string) int {
	sum := 0
	for _, f := range list {
		if f.Reserved != nil && f.Name != but {
			sum += *f.Reserved
		}
	}
	return sum
}

func (s *Server) getConcurrency(w http.ResponseWriter, r *http.Request) error {
	f, err := s.named(r)
	if err != nil {
		return err
	}
	body := map[string]int{}
	if f.Reserved != nil {
		body["ReservedConcurrentExecutions"] = *f.Reserved
	}
	s.writeJSON(w, http.StatusOK, body)
	return nil
}

func (s *Server) putConcurrency(w http.ResponseWriter, r *http.Request) error {
	var in struct{ ReservedConcurrentExecutions *int }
	if err := decode(w, r, &in); err != nil {
		return err
	}
	n := in.ReservedConcurrentExecutions
	if n == nil || *n < 0 {
		return breach("reservedConcurrentExecutions", "null", "Member must not be null, and have value greater than or equal to 0")
	}
	name, err := bare(r)
	if err != nil {
		return err
	}
	if left := accountConcurrency - reserved(s.state.list(), name) - *n; left < minUnreserved {
		return invalid("Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [%d].", minUnreserved)
	}
	if err := s.reserve(r, name, n); err != nil {
		return err
	}
	s.writeJSON(w, http.StatusOK, in)
	return nil
}

func (s *Server) deleteConcurrency(w http.ResponseWriter, r *http.Request) error {
	name, err := bare(r)
	if err != nil {
		return err
	}
	if err := s.reserve(r, name, nil); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// reserve sets a function's concurrency; nil lifts the bound.
func (s *Server) reserve(r *http.Request, name string, n *int) error {
	_, err := s.state.change(r.Context(), name, func(f *Function) error {
		f.Reserved = n
		return nil
	})
	if err == nil {
		s.settleLater(r.Context(), name) // the most replicas follow
	}
	return err
}

// tagged returns the name of the function that a tag call's ARN names.
func tagged(r *http.Request) (string, error) {
	text := r.PathValue("arn")
	t, err := parseName(text, "")
	if err != nil || t.qualifier != "" || !strings.HasPrefix(text, "arn:") {
		return "", invalid("The resource %s is no function's ARN.", shorten(text))
	}
	return t.name, nil
}

func checkTags(tags map[string]string) error {
	if len(tags) > 50 {
		return invalid("There are %d tags; the most is 50.", len(tags))
	}
	for k, v := range tags {
		if n := utf8.RuneCountInString(k); n < 1 || n > 128 || strings.HasPrefix(k, "aws:") || utf8.RuneCountInString(v) > 256 {
			return invalid("The tag %s is not valid: keys have from 1 to 128 characters and do not begin with aws:, values have at most 256.", shorten(k))
		}
	}
	return nil
}

func (s *Server) listTags(w http.ResponseWriter, r *http.Request) error {
	name, err := tagged(r)
	if err != nil {
		return err
	}
	f, err := s.state.get(name)
	if err != nil {
		return err
	}
	tags := f.Tags
	if tags == nil {
		tags = map[string]string{}
	}
	s.writeJSON(w, http.StatusOK, map[string]any{"Tags": tags})
	return nil
}

func (s *Server) tag(w http.ResponseWriter, r *http.Request) error {
	var in struct{ Tags map[string]string }
	if err := decode(w, r, &in); err != nil {
		return err
	}
	if len(in.Tags) == 0 {
		return invalid("Tags are required.")
	}
	return s.retag(w, r, func(tags map[string]string) {
		for k, v := range in.Tags {
			tags[k] = v
		}
	})
}

func (s *Server) untag(w http.ResponseWriter, r *http.Request) error {
	keys := r.URL.Query()["tagKeys"]
	if len(keys) == 0 {
		return invalid("tagKeys are required.")
	}
	return s.retag(w, r, func(tags map[string]string) {
		for _, k := range keys {
			delete(tags, k)
		}
	})
}

func (s *Server) retag(w http.ResponseWriter, r *http.Request, do func(map[string]string)) error {
	name, err := tagged(r)
	if err != nil {
		return err
	}
	_, err = s.state.change(r.Context(), name, func(f *Function) error {
		if f.Tags == nil {
			f.Tags = map[string]string{}
		}
		do(f.Tags)
		return checkTags(f.Tags)
	})
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
