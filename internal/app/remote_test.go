package app

import (
	"crypto/tls"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestDashboardAbroad(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		given  DashboardAbroad
		listen string
		fails  bool
	}{
		{"not at all", DashboardAbroad{}, "", false},
		{"an address", DashboardAbroad{Listen: "192.0.2.7"}, "192.0.2.7:8843", false},
		{"address and port", DashboardAbroad{Listen: "0.0.0.0:9000"}, "0.0.0.0:9000", false},
		{"IPv6", DashboardAbroad{Listen: "[2001:db8::1]"}, "[2001:db8::1]:8843", false},
		{"IPv6 and port", DashboardAbroad{Listen: "[::]:9000"}, "[::]:9000", false},
		{"a name", DashboardAbroad{Listen: "lab.example:9000"}, "", true},
		{"half a certificate", DashboardAbroad{Listen: "0.0.0.0", Certificate: "/c"}, "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := tt.given.normal()
			if (err != nil) != tt.fails || !tt.fails && got.Listen != tt.listen {
				t.Fatalf("%q, %v; want %q, failure %v", got.Listen, err, tt.listen, tt.fails)
			}
		})
	}
}

func TestAbroadHosts(t *testing.T) {
	t.Parallel()
	hosts, names, err := DashboardAbroad{Listen: "192.0.2.7:8843", Names: []string{"lab.example"}}.hosts()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"192.0.2.7", "lab.example"} {
		if !slices.Contains(names, want) || !slices.Contains(hosts, net.JoinHostPort(want, "8843")) {
			t.Errorf("%q is missing in %q, %q", want, names, hosts)
		}
	}
	if all, _, err := (DashboardAbroad{Listen: "0.0.0.0:8843"}).hosts(); err != nil || !slices.Contains(all, "127.0.0.1:8843") {
		t.Errorf("every address is %q, %v", all, err)
	}
}

func TestOwnCertificate(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "tls")
	first, err := ownCertificate(dir, []string{"192.0.2.7", "lab.example"})
	if err != nil {
		t.Fatal(err)
	}
	same := func(other tls.Certificate) bool { return slices.Equal(first.Certificate[0], other.Certificate[0]) }
	if again, err := ownCertificate(dir, []string{"lab.example"}); err != nil || !same(again) {
		t.Errorf("the certificate is another one at the second start: %v", err)
	}
	if moved, err := ownCertificate(dir, []string{"192.0.2.8"}); err != nil || same(moved) {
		t.Errorf("the certificate stays when the address changes: %v", err)
	}
	if stillGood(first, []string{"lab.example"}, time.Now().Add(certificateLife-certificateLeft/2)) {
		t.Error("a certificate that soon ends is kept")
	}
	info, err := os.Stat(filepath.Join(dir, "dashboard.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v, want a key for root alone", info, err)
	}
}
