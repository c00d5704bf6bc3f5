package gateway

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// Every way to write a path of the management interface needs the password.
func TestNoWayRoundTheLogin(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, function("f", 1))
	var targets []string
	for _, r := range f.gateway.routes() {
		if _, path, _ := strings.Cut(r.pattern, " "); strings.HasPrefix(path, "/system") || strings.HasPrefix(path, "/ui") {
			targets = append(targets, strings.NewReplacer("{$}", "", "{name}", "f", "{ns}", "a").Replace(path))
		}
	}
	targets = append(targets, "/system/%66unctions", "/%73ystem/functions", "/system/../system/functions", "//system/functions", "/./system/functions",
		"/function/../system/functions", "/x/..%2fsystem/functions", "/system//functions", "/system/functions/", "/system", "http://other/system/functions")
	for _, method := range []string{"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "CONNECT", "PROPFIND"} {
		for _, target := range targets {
			status := raw(t, f.url, method+" "+target+" HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
			switch status {
			case 301, 307, 308, 400, 401, 404, 405, 503: // sent elsewhere, refused, or the function's own path
			default:
				t.Errorf("%s %s without a password: %d", method, target, status)
			}
		}
	}
	if f.Count("list", "deployments") != 1 { // the watch's
		t.Error("functions were listed")
	}
}

func raw(t *testing.T, url, request string) int {
	t.Helper()
	conn := mustDial(t, url)
	_, _ = io.WriteString(conn, request)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("%q: %v", request, err)
	}
	return resp.StatusCode
}

// What is no proper Basic authorization is refused alike, whatever is wrong with it.
func TestBadAuthorizations(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for _, header := range []string{
		"", "Basic", "Basic ", "Basic ?", "Basic " + b64("admin"), "Basic " + b64(":"), "Basic " + b64("admin:"), "Basic " + b64(":secret"),
		"Basic " + b64("admin:secret "), "Basic " + b64("Admin:secret"), "Basic " + b64("admin:secret\n"), "Bearer " + b64("admin:secret"), b64("admin:secret"),
		"Basic " + b64("admin:"+strings.Repeat("x", 30000)),
	} {
		r, _ := http.NewRequest("GET", f.url+"/system/functions", nil)
		r.Header.Set("Authorization", header)
		resp, body := send(t, r)
		if resp.StatusCode != 401 || body != "invalid credentials\n" || resp.Header.Get("WWW-Authenticate") != `Basic realm="Restricted"` {
			t.Errorf("%.40q: %d %q %v", header, resp.StatusCode, body, resp.Header)
		}
	}
}

// Sums of equal length are compared, all bytes of both in any case, so that the time
// tells nothing about what was guessed right.
func TestCredentialsAreComparedWhole(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	tests := []struct {
		user, password string
		want           bool
	}{
		{"admin", "secret", true}, {"admin", "secre", false}, {"admin", "secret0", false}, {"admi", "secret", false}, {"", "", false}, {"admin", "", false},
	}
	for _, tt := range tests {
		if got := f.gateway.login.match(tt.user, tt.password); got != tt.want {
			t.Errorf("match(%q, %q) = %v", tt.user, tt.password, got)
		}
	}
	if fmt.Sprintf("%T", f.gateway.login.user) != "[32]uint8" {
		t.Error("credentials are not kept as sums")
	}
}
