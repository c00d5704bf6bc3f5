package lambda

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"
)

const (
	algorithm  = "AWS4-HMAC-SHA256"
	clockSkew  = 15 * time.Minute
	timeFormat = "20060102T150405Z"
	unsigned   = "UNSIGNED-PAYLOAD"
)

// verify checks a request's signature of version 4, if the lab wants one.
func (s *Server) verify(r *http.Request) error {
	if !s.config.SigV4 {
		return nil
	}
	return s.checkSignature(r, "lambda")
}

// scope is what an Authorization header says.
type scope struct {
	key, date, region, service string
	signed                     []string
	signature                  string
}

func denied(name, format string, args ...any) error {
	return fail(http.StatusForbidden, name, format, args...)
}

// checkSignature compares a request with its signature. It reads the body and puts it
// back, since the signature is over its sum.
func (s *Server) checkSignature(r *http.Request, service string) error {
	sc, err := readScope(r.Header.Get("Authorization"))
	if err != nil {
		return err
	}
	at, err := time.Parse(timeFormat, r.Header.Get("X-Amz-Date"))
	if err != nil || at.Format("20060102") != sc.date {
		return denied("IncompleteSignatureException", "X-Amz-Date is missing, or not of the day that the signature is for")
	}
	if skew := s.now().Sub(at).Abs(); skew > clockSkew {
		return denied("InvalidSignatureException", "Signature expired: the request is %s away from the lab's clock", skew.Round(time.Second))
	}
	if sc.region != Region || sc.service != service {
		return denied("InvalidSignatureException", "Credential should be scoped to region %s and service %s", Region, service)
	}
	sum, err := s.payloadSum(r)
	if err != nil {
		return err
	}
	want := sc.sign(s.config.SecretKey, at, canonical(r, sc.signed, sum))
	// Both are compared, so that the time tells neither.
	keyOK := subtle.ConstantTimeCompare([]byte(sc.key), []byte(s.config.AccessKey))
	signOK := subtle.ConstantTimeCompare([]byte(sc.signature), []byte(want))
	switch {
	case keyOK == 0:
		return denied("UnrecognizedClientException", "The security token included in the request is invalid.")
	case signOK == 0:
		return denied("InvalidSignatureException", "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
	}
	return nil
}

func readScope(header string) (scope, error) {
	var sc scope
	if header == "" {
		return sc, denied("MissingAuthenticationTokenException", "Missing Authentication Token")
	}
	rest, ok := strings.CutPrefix(header, algorithm+" ")
	if !ok {
		return sc, denied("IncompleteSignatureException", "the signature's algorithm must be %s", algorithm)
	}
	for _, part := range strings.Split(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "Credential":
			f := strings.Split(value, "/")
			if len(f) == 5 && f[4] == "aws4_request" {
				sc.key, sc.date, sc.region, sc.service = f[0], f[1], f[2], f[3]
			}
		case "SignedHeaders":
			sc.signed = strings.Split(value, ";")
		case "Signature":
			sc.signature = value
		}
	}
	if sc.key == "" || sc.signature == "" || !slices.Contains(sc.signed, "host") {
		return sc, denied("IncompleteSignatureException", "Authorization needs Credential, SignedHeaders with host, and Signature")
	}
	return sc, nil
}

// payloadSum returns the sum that the signature covers, after comparing it with the
// body's.
func (s *Server) payloadSum(r *http.Request) (string, error) {
	said := r.Header.Get("X-Amz-Content-Sha256")
	if said == unsigned {
		return said, nil
	}
	raw, err := s.hashBody(r)
	if err != nil {
		return "", err
	}
	sum := hex.EncodeToString(raw)
	if said != "" && subtle.ConstantTimeCompare([]byte(strings.ToLower(said)), []byte(sum)) != 1 {
		return "", denied("InvalidSignatureException", "X-Amz-Content-Sha256 is not the sum of the body")
	}
	return sum, nil
}

// hashBody returns the sum of the body and puts the body back, through a file if it is
// not small.
func (s *Server) hashBody(r *http.Request) ([]byte, error) {
	sum := sha256.New()
	if r.Body == nil {
		return sum.Sum(nil), nil
	}
	in := io.TeeReader(http.MaxBytesReader(nil, r.Body, maxControl), sum)
	var small bytes.Buffer
	_, err := io.CopyN(&small, in, maxRest)
	if err == io.EOF {
		r.Body = io.NopCloser(&small)
		return sum.Sum(nil), nil
	}
	if err != nil {
		return nil, err
	}
	file, err := s.code.spool()
	if err != nil {
		return nil, err
	}
	_ = os.Remove(file.Name()) // it lives as long as it is open
	context.AfterFunc(r.Context(), func() { _ = file.Close() })
	more, err := io.Copy(file, in)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(io.MultiReader(&small, io.NewSectionReader(file, 0, more)))
	return sum.Sum(nil), nil
}

// canonical is the request in the form that is signed.
func canonical(r *http.Request, signed []string, sum string) string {
	var b strings.Builder
	b.WriteString(r.Method + "\n" + canonicalPath(r.URL) + "\n" + canonicalQuery(r.URL) + "\n")
	for _, name := range signed {
		values := r.Header.Values(name)
		switch name {
		case "host":
			values = []string{r.Host}
		case "content-length":
			values = []string{fmt.Sprint(r.ContentLength)}
		}
		trimmed := make([]string, 0, len(values))
		for _, v := range values {
			trimmed = append(trimmed, strings.Join(strings.Fields(v), " "))
		}
		b.WriteString(name + ":" + strings.Join(trimmed, ",") + "\n")
	}
	b.WriteString("\n" + strings.Join(signed, ";") + "\n" + sum)
	return b.String()
}

// canonicalPath encodes the path as it was sent once more, as all services but S3 do.
func canonicalPath(u *url.URL) string {
	path := u.EscapedPath()
	if path == "" {
		return "/"
	}
	parts := strings.Split(path, "/")
	for i, p := range parts {
		parts[i] = encode(p)
	}
	return strings.Join(parts, "/")
}

func canonicalQuery(u *url.URL) string {
	var pairs []string
	for k, values := range u.Query() {
		for _, v := range values {
			pairs = append(pairs, encode(k)+"="+encode(v))
		}
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "&")
}

// encode escapes all but the unreserved characters of RFC 3986.
func encode(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(url.QueryEscape(text), "+", "%20"), "%7E", "~")
}

func (sc scope) sign(secret string, at time.Time, request string) string {
	sum := sha256.Sum256([]byte(request))
	text := strings.Join([]string{algorithm, at.Format(timeFormat), strings.Join([]string{sc.date, sc.region, sc.service, "aws4_request"}, "/"), hex.EncodeToString(sum[:])}, "\n")
	key := []byte("AWS4" + secret)
	for _, part := range []string{sc.date, sc.region, sc.service, "aws4_request", text} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	return hex.EncodeToString(key)
}
