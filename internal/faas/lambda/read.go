package lambda

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
)

// page is a part of a list, and where the next begins.
type page struct{ marker, max int }

// pageOf reads Marker and MaxItems. A marker is where the list goes on, in base64.
func pageOf(r *http.Request) (page, error) {
	p := page{0, 50}
	q := r.URL.Query()
	if text := q.Get("MaxItems"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 10000 {
			return p, breach("maxItems", text, "Member must have value from 1 to 10000")
		}
		p.max = min(n, 1000)
	}
	if text := q.Get("Marker"); text != "" {
		raw, err := base64.RawURLEncoding.DecodeString(text)
		n, err2 := strconv.Atoi(string(raw))
		if err != nil || err2 != nil || n < 0 {
			return p, invalid("Invalid Marker: %s", shorten(text))
		}
		p.marker = n
	}
	return p, nil
}

// cut returns the part of list that p asks for, and the next marker, nil at the end.
func cut[T any](list []T, p page) ([]T, *string) {
	from := min(p.marker, len(list))
	to := min(from+p.max, len(list))
	if to == len(list) {
		return append([]T{}, list[from:]...), nil
	}
	next := base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(to)))
	return list[from:to], &next
}

// listed is the body of an answer with the page of list that r asks for, under name.
func listed[T any](r *http.Request, name string, list []T) (map[string]any, error) {
	p, err := pageOf(r)
	if err != nil {
		return nil, err
	}
	part, next := cut(list, p)
	body := map[string]any{name: part}
	if next != nil {
		body["NextMarker"] = next
	}
	return body, nil
}

// writePage answers with what listed returns.
func (s *Server) writePage(w http.ResponseWriter, body map[string]any, err error) error {
	if err == nil {
		s.writeJSON(w, http.StatusOK, body)
	}
	return err
}

func (s *Server) listFunctions(w http.ResponseWriter, r *http.Request) error {
	all := r.URL.Query().Get("FunctionVersion")
	if all != "" && all != "ALL" {
		return breach("functionVersion", all, "Member must satisfy enum value set: [ALL]")
	}
	list := []Configuration{}
	for _, f := range s.state.list() {
		list = append(list, f.Latest.Configuration)
		if all != "" {
			for _, v := range f.Published {
				list = append(list, v.Configuration)
			}
		}
	}
	body, err := listed(r, "Functions", list)
	return s.writePage(w, body, err)
}

// look returns the function and version that a request names.
func (s *Server) look(r *http.Request) (*Function, *Version, error) {
	t, err := targetOf(r)
	if err != nil {
		return nil, nil, err
	}
	f, err := s.state.get(t.name)
	if err != nil {
		return nil, nil, err
	}
	v, err := f.resolve(t.qualifier)
	return f, v, err
}

// resolve returns the version behind a qualifier; for an alias its main one.
func (f *Function) resolve(qualifier string) (*Version, error) {
	if a := f.Aliases[qualifier]; a != nil {
		qualifier = a.FunctionVersion
	}
	if v := f.version(cmp.Or(qualifier, latest)); v != nil {
		return v, nil
	}
	return nil, notFound("Function not found: %s", arn(f.Name, qualifier))
}

// shown is a version's configuration as the request named it: by the qualified ARN, if
// it named one.
func (v *Version) shown(qualifier string) Configuration {
	c := v.Configuration
	if qualifier != "" {
		c.FunctionArn = arn(v.FunctionName, qualifier)
	}
	return c
}

func (s *Server) getConfiguration(w http.ResponseWriter, r *http.Request) error {
	_, v, err := s.look(r)
	if err != nil {
		return err
	}
	t, _ := targetOf(r)
	s.writeJSON(w, http.StatusOK, v.shown(t.qualifier))
	return nil
}

func (s *Server) getFunction(w http.ResponseWriter, r *http.Request) error {
	f, v, err := s.look(r)
	if err != nil {
		return err
	}
	t, _ := targetOf(r)
	code := map[string]string{"RepositoryType": "S3", "Location": s.codeLocation(r, f, v)}
	if v.PackageType == packageImage {
		code = map[string]string{"RepositoryType": "ECR", "ImageUri": v.ImageURI, "ResolvedImageUri": v.ImageURI}
	}
	body := map[string]any{"Configuration": v.shown(t.qualifier), "Code": code}
	if len(f.Tags) > 0 {
		body["Tags"] = f.Tags
	}
	if f.Reserved != nil {
		body["Concurrency"] = map[string]int{"ReservedConcurrentExecutions": *f.Reserved}
	}
	s.writeJSON(w, http.StatusOK, body)
	return nil
}

func (s *Server) deleteFunction(w http.ResponseWriter, r *http.Request) error {
	t, err := targetOf(r)
	if err != nil {
		return err
	}
	if t.qualifier == "" {
		if err := s.state.remove(r.Context(), t.name); err != nil {
			return err
		}
	} else if err := s.deleteVersion(r, t); err != nil {
		return err
	}
	s.collect()
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) deleteVersion(r *http.Request, t target) error {
	if t.qualifier == latest {
		return invalid("$LATEST version cannot be deleted without deleting the function.")
	}
	var gone *Version
	_, err := s.state.change(r.Context(), t.name, func(f *Function) error {
		for name, a := range f.Aliases {
			if a.FunctionVersion == t.qualifier || (a.RoutingConfig != nil && a.RoutingConfig.AdditionalVersionWeights[t.qualifier] > 0) {
				return conflict("Version %s is referenced by alias %s.", t.qualifier, name)
			}
		}
		if gone = f.version(t.qualifier); gone == nil || f.Aliases[t.qualifier] != nil {
			return notFound("Function not found: %s", arn(f.Name, t.qualifier))
		}
		f.Published = slices.DeleteFunc(f.Published, func(v *Version) bool { return v == gone })
		return nil
	})
	if err != nil {
		return err
	}
	return s.cluster.undeploy(r.Context(), gone.Deployment)
}
