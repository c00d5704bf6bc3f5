package lambda

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"

	"github.com/google/uuid"
)

// maxControl bounds the body of a control call: a zip file of 50 MB in base64.
const maxControl = 70 << 20

// apiPath matches paths of Lambda's API: they begin with a date.
var apiPath = regexp.MustCompile(`^/20\d\d-\d\d-\d\d/`)

// Owns says whether a request is one of Lambda's: by its path, or by the host of a
// function URL.
func (s *Server) Owns(r *http.Request) bool {
	return len(r.URL.Path) > 11 && r.URL.Path[1] == '2' && apiPath.MatchString(r.URL.Path) || strings.HasPrefix(r.URL.Path, codePath) ||
		strings.HasPrefix(r.URL.Path, urlPath) || urlHost(r.Host) != ""
}

// ServeHTTP serves the API, function URLs and, to pods, code.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.loaded.Load() {
		s.writeError(w, r, fail(http.StatusServiceUnavailable, "ServiceException", "The lab's functions are not loaded yet."))
		return
	}
	switch id := urlHost(r.Host); {
	case id != "":
		s.serveURL(w, r, id, r.URL.EscapedPath())
	case strings.HasPrefix(r.URL.Path, urlPath):
		id, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), urlPath), "/")
		s.serveURL(w, r, id, "/"+rest)
	case strings.HasPrefix(r.URL.Path, codePath):
		s.serveCode(w, r)
	default:
		s.api.ServeHTTP(w, r)
	}
}

// handler is one operation; its error becomes the answer.
type handler func(w http.ResponseWriter, r *http.Request) error

// routes is the API. Some clients put a slash behind a path.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	add := func(pattern string, h handler) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("x-amzn-RequestId", uuid.NewString())
			if err := h(w, r); err != nil {
				s.writeError(w, r, err)
			}
		})
	}
	s.functionRoutes(add)
	s.settingRoutes(add)
	s.stubs(add)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.writeError(w, r, fail(http.StatusNotFound, "UnknownOperationException", "Lambda's operation %s %s is not available in this lab", r.Method, shorten(r.URL.Path)))
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.verify(r); err != nil { // over the path as it was sent
			s.writeError(w, r, err)
			return
		}
		if len(r.URL.Path) > 1 && strings.HasSuffix(r.URL.Path, "/") {
			u := *r.URL
			u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), strings.TrimRight(u.RawPath, "/")
			r2 := *r
			r2.URL = &u
			r = &r2
		}
		mux.ServeHTTP(w, r)
	})
}

func (s *Server) functionRoutes(add func(string, handler)) {
	const base = "/2015-03-31/functions"
	const one = base + "/{name}"
	add("POST "+base, s.createFunction)
	add("GET "+base, s.listFunctions)
	add("GET "+one, s.getFunction)
	add("DELETE "+one, s.deleteFunction)
	add("GET "+one+"/configuration", s.getConfiguration)
	add("PUT "+one+"/configuration", s.updateConfiguration)
	add("PUT "+one+"/code", s.updateCode)
	add("POST "+one+"/versions", s.publishVersion)
	add("GET "+one+"/versions", s.listVersions)
	add("POST "+one+"/aliases", s.createAlias)
	add("GET "+one+"/aliases", s.listAliases)
	add("GET "+one+"/aliases/{alias}", s.getAlias)
	add("PUT "+one+"/aliases/{alias}", s.updateAlias)
	add("DELETE "+one+"/aliases/{alias}", s.deleteAlias)
	add("POST "+one+"/policy", s.addPermission)
	add("GET "+one+"/policy", s.getPolicy)
	add("DELETE "+one+"/policy/{sid}", s.removePermission)
	add("POST "+one+"/invocations", s.invoke)
	add("POST /2014-11-13/functions/{name}/invoke-async", s.invokeAsync)
	add("POST /2021-11-15/functions/{name}/response-streaming-invocations", s.invokeStream)
}

func (s *Server) settingRoutes(add func(string, handler)) {
	add("GET /2016-08-19/account-settings", s.accountSettings)
	for _, date := range []string{"/2017-10-31", "/2019-09-30"} {
		add("GET "+date+"/functions/{name}/concurrency", s.getConcurrency)
		add("PUT "+date+"/functions/{name}/concurrency", s.putConcurrency)
		add("DELETE "+date+"/functions/{name}/concurrency", s.deleteConcurrency)
	}
	add("GET /2017-03-31/tags/{arn...}", s.listTags)
	add("POST /2017-03-31/tags/{arn...}", s.tag)
	add("DELETE /2017-03-31/tags/{arn...}", s.untag)
	const urls = "/2021-10-31/functions/{name}/url"
	add("POST "+urls, s.createURL)
	add("GET "+urls, s.getURL)
	add("PUT "+urls, s.updateURL)
	add("DELETE "+urls, s.deleteURL)
	add("GET "+urls+"s", s.listURLs)
	const events = "/2019-09-25/functions/{name}/event-invoke-config"
	add("PUT "+events, s.putEventConfig)
	add("POST "+events, s.putEventConfig)
	add("GET "+events, s.getEventConfig)
	add("DELETE "+events, s.deleteEventConfig)
	add("GET "+events+"/list", s.listEventConfigs)
}

// decode reads a JSON body; an empty one is an empty object. Unknown fields are left
// alone, as AWS does: its clients know more of them every month.
func decode(w http.ResponseWriter, r *http.Request, into any) error {
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRest)).Decode(into)
	var large *http.MaxBytesError
	switch {
	case err == nil, errors.Is(err, io.EOF):
		return nil
	case errors.As(err, &large):
		return fail(http.StatusRequestEntityTooLarge, "RequestTooLargeException", "Request must be smaller than %d bytes for this operation", maxRest)
	}
	return fail(http.StatusBadRequest, "InvalidRequestContentException", "Could not parse request body into json: %s", shorten(err.Error()))
}
