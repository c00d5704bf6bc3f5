package kube

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"
	"time"

	"k8s.io/client-go/tools/clientcmd"
)

func mustPKI(t *testing.T, dir string, now time.Time) pki {
	t.Helper()
	p := pki{dir: dir, now: func() time.Time { return now }}
	if err := p.ensure("labbox"); err != nil {
		t.Fatal(err)
	}
	return p
}

func mustRead(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestCertificatesVerify(t *testing.T) {
	t.Parallel()
	p := mustPKI(t, t.TempDir(), time.Now())
	for _, l := range leaves("labbox") {
		t.Run(l.file, func(t *testing.T) {
			t.Parallel()
			by, _, err := p.load(l.by)
			if err != nil {
				t.Fatal(err)
			}
			cert, _, err := p.load(l.file)
			if err != nil {
				t.Fatal(err)
			}
			pool := x509.NewCertPool()
			pool.AddCert(by)
			if _, err := cert.Verify(x509.VerifyOptions{Roots: pool, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err != nil {
				t.Errorf("as a client: %v", err)
			}
			for _, host := range l.hosts {
				if _, err := cert.Verify(x509.VerifyOptions{Roots: pool, DNSName: host}); err != nil {
					t.Errorf("as %s: %v", host, err)
				}
			}
			if cert.Subject.CommonName != l.name {
				t.Errorf("name %q, want %q", cert.Subject.CommonName, l.name)
			}
		})
	}
}

func TestCertificatesAreKept(t *testing.T) {
	t.Parallel()
	dir, now := t.TempDir(), time.Now()
	mustPKI(t, dir, now)
	before := map[string]string{}
	for _, name := range []string{"ca.crt", "apiserver.crt", "service-account.key"} {
		before[name] = mustRead(t, filepath.Join(dir, name))
	}
	mustPKI(t, dir, now.Add(24*time.Hour))
	for name, text := range before {
		if mustRead(t, filepath.Join(dir, name)) != text {
			t.Errorf("%s was made anew", name)
		}
	}
	mustPKI(t, dir, now.AddDate(certYears, 0, -10))
	for _, name := range []string{"ca.crt", "apiserver.crt"} {
		if mustRead(t, filepath.Join(dir, name)) == before[name] {
			t.Errorf("%s was not renewed ten days before its end", name)
		}
	}
	if mustRead(t, filepath.Join(dir, "service-account.key")) != before["service-account.key"] {
		t.Error("the service account key changed; all tokens are void")
	}
}

func TestKeysAreSecret(t *testing.T) {
	t.Parallel()
	p := mustPKI(t, t.TempDir(), time.Now())
	entries, err := os.ReadDir(p.dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) < 20 {
		t.Fatalf("only %d files", len(entries))
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", e.Name(), info.Mode())
		}
	}
}

func TestDamagedKeyIsAnError(t *testing.T) {
	t.Parallel()
	p := mustPKI(t, t.TempDir(), time.Now())
	if err := os.WriteFile(filepath.Join(p.dir, "ca.key"), []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := p.ensure("labbox"); err == nil {
		t.Error("a damaged authority was replaced without a word; all certificates would be void")
	}
}

func TestKubeconfig(t *testing.T) {
	t.Parallel()
	p := mustPKI(t, t.TempDir(), time.Now())
	text, err := p.kubeconfig("client-admin", "https://127.0.0.1:6443")
	if err != nil {
		t.Fatal(err)
	}
	config, err := clientcmd.RESTConfigFromKubeConfig(text)
	if err != nil {
		t.Fatal(err)
	}
	if config.Host != "https://127.0.0.1:6443" {
		t.Errorf("host %q", config.Host)
	}
	for name, data := range map[string][]byte{"ca.crt": config.CAData, "client-admin.crt": config.CertData, "client-admin.key": config.KeyData} {
		if string(data) != mustRead(t, filepath.Join(p.dir, name)) {
			t.Errorf("%s is not what the kubeconfig holds", name)
		}
	}
}
