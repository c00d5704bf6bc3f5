package lambda

import (
	"maps"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

const (
	// urlPath is the way to function URLs for clients that cannot resolve their hosts:
	// /lambda-url/{id}/….
	urlPath = "/lambda-url/"

	authNone     = "NONE"
	authIAM      = "AWS_IAM"
	modeBuffered = "BUFFERED"
	modeStream   = "RESPONSE_STREAM"
)

var urlHostOK = regexp.MustCompile(`^([a-z0-9]{32})\.lambda-url\.`)

// urlHost returns the id in the host of a function URL, "" in any other.
func urlHost(host string) string {
	if len(host) < 44 || host[32] != '.' { // nearly all: it is asked for every request
		return ""
	}
	if m := urlHostOK.FindStringSubmatch(strings.ToLower(host)); m != nil {
		return m[1]
	}
	return ""
}

// urlOf is the address of a function URL, beside the one that the client has used for
// this server: names below localhost lead to this machine as localhost does.
func urlOf(r *http.Request, id string) string {
	host, port, err := net.SplitHostPort(r.Host)
	if err != nil {
		host, port = r.Host, ""
	}
	if ip := net.ParseIP(strings.Trim(host, "[]")); host == "" || ip != nil && ip.IsLoopback() {
		host = "localhost"
	} else if ip != nil {
		return "http://" + r.Host + urlPath + id + "/"
	}
	if port != "" {
		host = net.JoinHostPort(host, port)
	}
	return "http://" + id + ".lambda-url." + Region + "." + host + "/"
}

type urlRequest struct {
	AuthType   *string
	InvokeMode *string
	Cors       *Cors
}

func (in *urlRequest) apply(u *URL) error {
	set(&u.AuthType, in.AuthType)
	set(&u.InvokeMode, in.InvokeMode)
	if in.Cors != nil {
		u.Cors = in.Cors
		if in.Cors.MaxAge < 0 || in.Cors.MaxAge > 86400 {
			return breach("cors.maxAge", in.Cors.MaxAge, "Member must have value from 0 to 86400")
		}
	}
	if u.AuthType != authNone && u.AuthType != authIAM {
		return breach("authType", u.AuthType, "Member must satisfy enum value set: [AWS_IAM, NONE]")
	}
	if u.InvokeMode != modeBuffered && u.InvokeMode != modeStream {
		return breach("invokeMode", u.InvokeMode, "Member must satisfy enum value set: [RESPONSE_STREAM, BUFFERED]")
	}
	return nil
}

// shown is a function URL as answers tell it.
func (u *URL) shown(r *http.Request, name, qualifier string) map[string]any {
	const form = "2006-01-02T15:04:05.000000000Z"
	out := map[string]any{
		"FunctionUrl": urlOf(r, u.ID), "FunctionArn": arn(name, qualifier), "AuthType": u.AuthType, "InvokeMode": u.InvokeMode,
		"CreationTime": u.Created.UTC().Format(form), "LastModifiedTime": u.LastModified.UTC().Format(form),
	}
	if u.Cors != nil {
		out["Cors"] = u.Cors
	}
	return out
}

// urlTarget reads the target of a call about function URLs: aliases may have them,
// versions not.
func urlTarget(r *http.Request) (target, error) {
	t, err := targetOf(r)
	if err == nil && (t.qualifier == latest || number.MatchString(t.qualifier)) {
		err = breach("qualifier", t.qualifier, `Member must satisfy regular expression pattern: ((?!^\d+$)^[0-9a-zA-Z-_]+$)`)
	}
	return t, err
}

func (s *Server) createURL(w http.ResponseWriter, r *http.Request) error {
	t, err := urlTarget(r)
	if err != nil {
		return err
	}
	var in urlRequest
	if err := decode(w, r, &in); err != nil {
		return err
	}
	now := s.now()
	u := &URL{ID: strings.ReplaceAll(uuid.NewString(), "-", ""), InvokeMode: modeBuffered, Created: now, LastModified: now}
	if err := in.apply(u); err != nil {
		return err
	}
	_, err = s.state.change(r.Context(), t.name, func(f *Function) error {
		if _, err := f.resolve(t.qualifier); err != nil {
			return err
		}
		if f.URLs[t.qualifier] != nil {
			return conflict("Failed to create function url config for [functionArn = %s]. Error message:  FunctionUrlConfig exists for this Lambda function", arn(f.Name, t.qualifier))
		}
		if f.URLs == nil {
			f.URLs = map[string]*URL{}
		}
		f.URLs[t.qualifier] = u
		return nil
	})
	if err != nil {
		return err
	}
	s.writeJSON(w, http.StatusCreated, u.shown(r, t.name, t.qualifier))
	return nil
}

// url returns the function URL of a qualifier.
func (f *Function) url(qualifier string) (*URL, error) {
	if u := f.URLs[qualifier]; u != nil {
		return u, nil
	}
	return nil, notFound("The resource you requested does not exist.")
}

func (s *Server) getURL(w http.ResponseWriter, r *http.Request) error {
	t, err := urlTarget(r)
	if err != nil {
		return err
	}
	f, err := s.state.get(t.name)
	if err != nil {
		return err
	}
	u, err := f.url(t.qualifier)
	if err != nil {
		return err
	}
	s.writeJSON(w, http.StatusOK, u.shown(r, t.name, t.qualifier))
	return nil
}

func (s *Server) updateURL(w http.ResponseWriter, r *http.Request) error {
	t, err := urlTarget(r)
	if err != nil {
		return err
	}
	var in urlRequest
	if err := decode(w, r, &in); err != nil {
		return err
	}
	var u *URL
	_, err = s.state.change(r.Context(), t.name, func(f *Function) (err error) {
		if u, err = f.url(t.qualifier); err != nil {
			return err
		}
		u.LastModified = s.now()
		return in.apply(u)
	})
	if err != nil {
		return err
	}
	s.writeJSON(w, http.StatusOK, u.shown(r, t.name, t.qualifier))
	return nil
}

func (s *Server) deleteURL(w http.ResponseWriter, r *http.Request) error {
	t, err := urlTarget(r)
	if err != nil {
		return err
	}
	_, err = s.state.change(r.Context(), t.name, func(f *Function) error {
		if _, err := f.url(t.qualifier); err != nil {
			return err
		}
		delete(f.URLs, t.qualifier)
		return nil
	})
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) listURLs(w http.ResponseWriter, r *http.Request) error {
	f, err := s.named(r)
	if err != nil {
		return err
	}
	list := []map[string]any{}
	for _, q := range slices.Sorted(maps.Keys(f.URLs)) {
		list = append(list, f.URLs[q].shown(r, f.Name, q))
	}
	body, err := listed(r, "FunctionUrlConfigs", list)
	return s.writePage(w, body, err)
}

// found is a function URL with what it belongs to.
type found struct {
	target
	url *URL
}

// findURL looks a function URL up by its id.
func (s *Server) findURL(id string) (found, bool) {
	for _, f := range s.state.list() {
		for q, u := range f.URLs {
			if u.ID == id {
				return found{target{f.Name, q}, u}, true
			}
		}
	}
	return found{}, false
}

// stamp is the time of an event, in the form of its version 2.0.
func stamp(t time.Time) string { return t.UTC().Format("02/Jan/2006:15:04:05 -0700") }
