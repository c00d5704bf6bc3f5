package lambda

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"

	"github.com/google/uuid"
)

var actionOK = regexp.MustCompile(`^(lambda:[*]|lambda:[a-zA-Z]+|[*])$`)

type permissionRequest struct {
	StatementID         string `json:"StatementId"`
	Action              string
	Principal           string
	SourceArn           string
	SourceAccount       string
	EventSourceToken    string
	FunctionURLAuthType string `json:"FunctionUrlAuthType"`
	PrincipalOrgID      string
	RevisionID          string `json:"RevisionId"`
}

// statement is the permission in a policy's words.
func (in *permissionRequest) statement(resource string) (Statement, error) {
	out := Statement{Sid: in.StatementID, Effect: "Allow", Action: in.Action, Resource: resource}
	switch {
	case !statementOK.MatchString(in.StatementID):
		return out, breach("statementId", in.StatementID, "Member must satisfy regular expression pattern: "+statementOK.String())
	case !actionOK.MatchString(in.Action):
		return out, breach("action", in.Action, "Member must satisfy regular expression pattern: "+actionOK.String())
	case in.Principal == "" || len(in.Principal) > 256:
		return out, breach("principal", in.Principal, "Member must not be null")
	case in.Principal == "*":
		out.Principal = "*"
	case accountOK.MatchString(in.Principal):
		out.Principal = map[string]string{"AWS": "arn:aws:iam::" + in.Principal + ":root"}
	case len(in.Principal) > 4 && in.Principal[:4] == "arn:":
		out.Principal = map[string]string{"AWS": in.Principal}
	default:
		out.Principal = map[string]string{"Service": in.Principal}
	}
	add := func(operator, key, value string) {
		if value == "" {
			return
		}
		if out.Condition == nil {
			out.Condition = map[string]map[string]string{}
		}
		if out.Condition[operator] == nil {
			out.Condition[operator] = map[string]string{}
		}
		out.Condition[operator][key] = value
	}
	add("ArnLike", "AWS:SourceArn", in.SourceArn)
	add("StringEquals", "AWS:SourceAccount", in.SourceAccount)
	add("StringEquals", "lambda:EventSourceToken", in.EventSourceToken)
	add("StringEquals", "lambda:FunctionUrlAuthType", in.FunctionURLAuthType)
	add("StringEquals", "aws:PrincipalOrgID", in.PrincipalOrgID)
	return out, nil
}

var accountOK = regexp.MustCompile(`^\d{12}$`)

func (s *Server) addPermission(w http.ResponseWriter, r *http.Request) error {
	t, err := targetOf(r)
	if err != nil {
		return err
	}
	var in permissionRequest
	if err := decode(w, r, &in); err != nil {
		return err
	}
	st, err := in.statement(arn(t.name, t.qualifier))
	if err != nil {
		return err
	}
	_, err = s.state.change(r.Context(), t.name, func(f *Function) error {
		if _, err := f.resolve(t.qualifier); err != nil {
			return err
		}
		p := f.Policies[t.qualifier]
		if p == nil {
			p = &Policy{}
			if f.Policies == nil {
				f.Policies = map[string]*Policy{}
			}
			f.Policies[t.qualifier] = p
		}
		if err := checkRevision(in.RevisionID, p.RevisionID); err != nil {
			return err
		}
		if slices.ContainsFunc(p.Statements, func(o Statement) bool { return o.Sid == st.Sid }) {
			return conflict("The statement id (%s) provided already exists. Please provide a new statement id, or remove the existing statement.", st.Sid)
		}
		p.Statements = append(p.Statements, st)
		if text, _ := json.Marshal(p); len(text) > 20<<10 {
			return fail(http.StatusBadRequest, "PolicyLengthExceededException", "The final policy size is bigger than the limit (20480).")
		}
		p.RevisionID = uuid.NewString()
		return nil
	})
	if err != nil {
		return err
	}
	text, err := json.Marshal(st)
	if err != nil {
		return fmt.Errorf("encode a statement: %w", err)
	}
	s.writeJSON(w, http.StatusCreated, map[string]string{"Statement": string(text)})
	return nil
}

func (s *Server) getPolicy(w http.ResponseWriter, r *http.Request) error {
	t, err := targetOf(r)
	if err != nil {
		return err
	}
	f, err := s.state.get(t.name)
	if err != nil {
		return err
	}
	p := f.Policies[t.qualifier]
	if p == nil || len(p.Statements) == 0 {
		return notFound("The resource you requested does not exist.")
	}
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Id": "default", "Statement": p.Statements})
	if err != nil {
		return fmt.Errorf("encode a policy: %w", err)
	}
	s.writeJSON(w, http.StatusOK, map[string]string{"Policy": string(text), "RevisionId": p.RevisionID})
	return nil
}

func (s *Server) removePermission(w http.ResponseWriter, r *http.Request) error {
	t, err := targetOf(r)
	if err != nil {
		return err
	}
	_, err = s.state.change(r.Context(), t.name, func(f *Function) error {
		p := f.Policies[t.qualifier]
		at := -1
		if p != nil {
			at = slices.IndexFunc(p.Statements, func(o Statement) bool { return o.Sid == r.PathValue("sid") })
		}
		if at < 0 {
			return notFound("Statement %s is not found in resource policy.", shorten(r.PathValue("sid")))
		}
		if err := checkRevision(r.URL.Query().Get("RevisionId"), p.RevisionID); err != nil {
			return err
		}
		p.Statements = slices.Delete(p.Statements, at, at+1)
		p.RevisionID = uuid.NewString()
		return nil
	})
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
