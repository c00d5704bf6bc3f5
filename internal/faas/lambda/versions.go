package lambda

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/google/uuid"
)

func (s *Server) publishVersion(w http.ResponseWriter, r *http.Request) error {
	name, err := bareOrLatest(r)
	if err != nil {
		return err
	}
	var in struct {
		CodeSha256, Description string
		RevisionID              string `json:"RevisionId"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	if utf8.RuneCountInString(in.Description) > 256 {
		return breach("description", in.Description, "Member must have length less than or equal to 256")
	}
	var v *Version
	_, err = s.state.change(r.Context(), name, func(f *Function) error {
		if err := checkRevision(in.RevisionID, f.Latest.RevisionID); err != nil {
			return err
		}
		if in.CodeSha256 != "" && in.CodeSha256 != f.Latest.CodeSha256 {
			return invalid("CodeSHA256 (%s) is different from current CodeSHA256 in $LATEST (%s). Please try again with the CodeSHA256 in $LATEST.", shorten(in.CodeSha256), f.Latest.CodeSha256)
		}
		v = f.publish(in.Description)
		return nil
	})
	if err != nil {
		return err
	}
	s.settleLater(r.Context(), name)
	s.writeJSON(w, http.StatusCreated, v.Configuration)
	return nil
}

// publish makes a version of $LATEST, or returns the newest if nothing has changed
// since.
func (f *Function) publish(description string) *Version {
	if n := len(f.Published); n > 0 && f.Published[n-1].same(f.Latest) {
		return f.Published[n-1]
	}
	v := *f.Latest
	v.Version = strconv.Itoa(f.Next)
	v.FunctionArn = arn(f.Name, v.Version)
	if description != "" {
		v.Description = description
	}
	v.RevisionID = uuid.NewString()
	v.Deployment = deploymentName(f.Object, v.Version, v.RevisionID)
	v.State, v.StateReason, v.StateReasonCode = statePending, "The function is being created.", "Creating"
	v.LastUpdateStatus, v.LastUpdateStatusReason, v.LastUpdateStatusReasonCode = updateSuccessful, "", ""
	f.Next++
	f.Published = append(f.Published, &v)
	return &v
}

// same says whether two versions would run alike.
func (v *Version) same(o *Version) bool {
	plain := func(v Version) string {
		v.Version, v.FunctionArn, v.RevisionID, v.Deployment, v.LastModified, v.Description = "", "", "", "", "", ""
		v.State, v.StateReason, v.StateReasonCode = "", "", ""
		v.LastUpdateStatus, v.LastUpdateStatusReason, v.LastUpdateStatusReasonCode = "", "", ""
		text, _ := json.Marshal(v)
		return string(text)
	}
	return plain(*v) == plain(*o)
}

func (s *Server) listVersions(w http.ResponseWriter, r *http.Request) error {
	f, err := s.named(r)
	if err != nil {
		return err
	}
	list := []Configuration{f.Latest.shown(latest)}
	for _, v := range f.Published {
		list = append(list, v.Configuration)
	}
	body, err := listed(r, "Versions", list)
	return s.writePage(w, body, err)
}

type aliasRequest struct {
	Name            string
	FunctionVersion *string
	Description     *string
	RoutingConfig   *RoutingConfig
	RevisionID      string `json:"RevisionId"`
}

// apply checks the request against f and writes it into a.
func (in *aliasRequest) apply(f *Function, a *Alias) error {
	set(&a.FunctionVersion, in.FunctionVersion)
	set(&a.Description, in.Description)
	if utf8.RuneCountInString(a.Description) > 256 {
		return breach("description", a.Description, "Member must have length less than or equal to 256")
	}
	if f.version(a.FunctionVersion) == nil {
		return notFound("Function not found: %s", arn(f.Name, a.FunctionVersion))
	}
	if in.RoutingConfig != nil {
		a.RoutingConfig = in.RoutingConfig
		if len(in.RoutingConfig.AdditionalVersionWeights) == 0 {
			a.RoutingConfig = nil
		}
	}
	if a.RoutingConfig == nil {
		return nil
	}
	if len(a.RoutingConfig.AdditionalVersionWeights) > 1 {
		return invalid("Number of items in AdditionalVersionWeights cannot be greater than 1")
	}
	for version, weight := range a.RoutingConfig.AdditionalVersionWeights {
		switch {
		case !(weight >= 0 && weight <= 1):
			return breach("routingConfig.additionalVersionWeights", fmt.Sprint(weight), "Map value must have value from 0.0 to 1.0")
		case version == latest || a.FunctionVersion == latest:
			return invalid("$LATEST is not supported for an alias pointing to more than 1 version")
		case version == a.FunctionVersion:
			return invalid("Invalid function version %s. Function version %s is already included in routing configuration.", version, version)
		case f.version(version) == nil:
			return notFound("Function not found: %s", arn(f.Name, version))
		}
	}
	return nil
}

func (s *Server) createAlias(w http.ResponseWriter, r *http.Request) error {
	name, err := bare(r)
	if err != nil {
		return err
	}
	var in aliasRequest
	if err := decode(w, r, &in); err != nil {
		return err
	}
	if !aliasOK.MatchString(in.Name) || number.MatchString(in.Name) {
		return breach("name", in.Name, "Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)")
	}
	a := &Alias{AliasArn: arn(name, in.Name), Name: in.Name, RevisionID: uuid.NewString()}
	_, err = s.state.change(r.Context(), name, func(f *Function) error {
		if f.Aliases[in.Name] != nil {
			return conflict("Alias already exists: %s", a.AliasArn)
		}
		if f.Aliases == nil {
			f.Aliases = map[string]*Alias{}
		}
		f.Aliases[in.Name] = a
		return in.apply(f, a)
	})
	if err != nil {
		return err
	}
	s.writeJSON(w, http.StatusCreated, a)
	return nil
}

func (s *Server) listAliases(w http.ResponseWriter, r *http.Request) error {
	f, err := s.named(r)
	if err != nil {
		return err
	}
	list := []*Alias{}
	version := r.URL.Query().Get("FunctionVersion")
	for _, key := range slices.Sorted(maps.Keys(f.Aliases)) {
		if a := f.Aliases[key]; version == "" || a.FunctionVersion == version {
			list = append(list, a)
		}
	}
	body, err := listed(r, "Aliases", list)
	return s.writePage(w, body, err)
}

// alias returns the alias that a request's path names.
func (f *Function) alias(r *http.Request) (*Alias, error) {
	if a := f.Aliases[r.PathValue("alias")]; a != nil {
		return a, nil
	}
	return nil, notFound("Cannot find alias arn: %s", arn(f.Name, shorten(r.PathValue("alias"))))
}

func (s *Server) getAlias(w http.ResponseWriter, r *http.Request) error {
	f, err := s.named(r)
	if err != nil {
		return err
	}
	a, err := f.alias(r)
	if err != nil {
		return err
	}
	s.writeJSON(w, http.StatusOK, a)
	return nil
}

func (s *Server) updateAlias(w http.ResponseWriter, r *http.Request) error {
	name, err := bare(r)
	if err != nil {
		return err
	}
	var in aliasRequest
	if err := decode(w, r, &in); err != nil {
		return err
	}
	var a *Alias
	_, err = s.state.change(r.Context(), name, func(f *Function) (err error) {
		if a, err = f.alias(r); err != nil {
			return err
		}
		if err := checkRevision(in.RevisionID, a.RevisionID); err != nil {
			return err
		}
		a.RevisionID = uuid.NewString()
		return in.apply(f, a)
	})
	if err != nil {
		return err
	}
	s.writeJSON(w, http.StatusOK, a)
	return nil
}

func (s *Server) deleteAlias(w http.ResponseWriter, r *http.Request) error {
	name, err := bare(r)
	if err != nil {
		return err
	}
	_, err = s.state.change(r.Context(), name, func(f *Function) error {
		alias := r.PathValue("alias") // one that is not there is deleted too
		delete(f.Aliases, alias)
		delete(f.Policies, alias)
		delete(f.URLs, alias)
		delete(f.Events, alias)
		return nil
	})
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
