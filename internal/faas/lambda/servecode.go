package lambda

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// codePath serves code: /lambda-code/{object}/{sum}, to pods by their function's
// token, to people by a signature that GetFunction gives out.
const codePath = "/lambda-code/"

// locationFor is how long the Location of GetFunction works.
const locationFor = 10 * time.Minute

func (s *Server) serveCode(w http.ResponseWriter, r *http.Request) {
	object, sum, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, codePath), "/")
	var f *Function
	for _, one := range s.state.list() {
		if one.Object == object && one.uses(sum) {
			f = one
		}
	}
	if f == nil || !s.mayRead(f, sum, r) {
		http.Error(w, "the code is not there, or not for you", http.StatusForbidden)
		return
	}
	file, err := s.code.open(sum)
	if err != nil {
		s.log.Error("the code of a function is gone", "function", f.Name, "error", err)
		http.Error(w, "the code is gone", http.StatusGone)
		return
	}
	defer func() { _ = file.Close() }()
	w.Header().Set("Content-Type", "application/zip")
	http.ServeContent(w, r, "", time.Time{}, file)
}

func (f *Function) uses(sum string) bool {
	for _, v := range f.versions() {
		if v.CodeSum == sum && sum != "" {
			return true
		}
	}
	return false
}

func (s *Server) mayRead(f *Function, sum string, r *http.Request) bool {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return subtle.ConstantTimeCompare([]byte(token), []byte(f.Token)) == 1
	}
	q := r.URL.Query()
	until, err := strconv.ParseInt(q.Get("Expires"), 10, 64)
	if err != nil || s.now().Unix() > until {
		return false
	}
	return hmac.Equal([]byte(q.Get("Signature")), []byte(codeSignature(f, sum, until)))
}

func codeSignature(f *Function, sum string, until int64) string {
	mac := hmac.New(sha256.New, []byte(f.Token))
	mac.Write([]byte(sum + " " + strconv.FormatInt(until, 10)))
	return hex.EncodeToString(mac.Sum(nil))
}

// codeLocation is a URL of the code that works for a while.
func (s *Server) codeLocation(r *http.Request, f *Function, v *Version) string {
	until := s.now().Add(locationFor).Unix()
	return "http://" + r.Host + codePath + f.Object + "/" + v.CodeSum +
		"?Expires=" + strconv.FormatInt(until, 10) + "&Signature=" + codeSignature(f, v.CodeSum, until)
}
