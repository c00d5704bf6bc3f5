package lambda

import (
	"net/http"
)

type codeRequest struct {
	source
	Architectures []string
	Publish       bool
	DryRun        bool
	RevisionID    string `json:"RevisionId"`
}

func (s *Server) updateCode(w http.ResponseWriter, r *http.Request) error {
	name, err := bareOrLatest(r)
	if err != nil {
		return err
	}
	var in codeRequest
	up, err := s.decodeUpload(w, r, &in)
	if err != nil {
		return err
	}
	defer up.close()
	have, err := s.state.get(name)
	if err != nil {
		return err
	}
	if err := checkArchitectures(in.Architectures); err != nil {
		return err
	}
	next := *have.Latest
	release, err := s.takeCode(&next, in.source, up)
	if err != nil {
		return err
	}
	defer release()
	if in.DryRun {
		if err := checkRevision(in.RevisionID, next.RevisionID); err != nil {
			return err
		}
		s.writeJSON(w, http.StatusOK, next.Configuration)
		return nil
	}
	return s.update(w, r, name, func(f *Function) (*Version, error) {
		v := f.Latest
		if err := checkRevision(in.RevisionID, v.RevisionID); err != nil {
			return nil, err
		}
		v.CodeSum, v.CodeSha256, v.CodeSize, v.ImageURI = next.CodeSum, next.CodeSha256, next.CodeSize, next.ImageURI
		f.renew(v, s)
		if in.Publish {
			v = f.publish("")
		}
		return v, nil
	})
}

func (s *Server) updateConfiguration(w http.ResponseWriter, r *http.Request) error {
	name, err := bareOrLatest(r)
	if err != nil {
		return err
	}
	var in settings
	if err := decode(w, r, &in); err != nil {
		return err
	}
	return s.update(w, r, name, func(f *Function) (*Version, error) {
		v := f.Latest
		if err := checkRevision(in.RevisionID, v.RevisionID); err != nil {
			return nil, err
		}
		if err := in.apply(v, s.config.Python); err != nil {
			return nil, err
		}
		f.renew(v, s)
		return v, nil
	})
}

// renew makes $LATEST one that is being updated.
func (f *Function) renew(v *Version, s *Server) {
	f.touch(v, s.now())
	if v.State == stateFailed {
		v.State, v.StateReason, v.StateReasonCode = statePending, "The function is being created.", "Creating"
	}
	v.LastUpdateStatus, v.LastUpdateStatusReason, v.LastUpdateStatusReasonCode = updateInProgress, "The function is being created.", "Creating"
}

// update stores a change that needs a new Deployment, and answers with the version
// that change returns.
func (s *Server) update(w http.ResponseWriter, r *http.Request, name string, change func(*Function) (*Version, error)) error {
	var v *Version
	_, err := s.state.change(r.Context(), name, func(f *Function) (err error) {
		v, err = change(f)
		return err
	})
	if err != nil {
		return err
	}
	s.settleLater(r.Context(), name)
	s.writeJSON(w, http.StatusOK, v.Configuration)
	return nil
}

// bareOrLatest is bare, with $LATEST allowed.
func bareOrLatest(r *http.Request) (string, error) {
	t, err := targetOf(r)
	if err == nil && t.qualifier != "" && t.qualifier != latest {
		err = invalid("This operation is permitted on Lambda functions and $LATEST only, not on %s.", t.qualifier)
	}
	return t.name, err
}
