package kube

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

const (
	frontProxyName = "front-proxy-client"
	certYears      = 10
	// renewBefore is how long before its end a certificate is made anew.
	renewBefore = 30 * 24 * time.Hour
)

// leaf is a certificate of the lab, signed by one of its two authorities.
type leaf struct {
	file   string
	by     string // the file of the authority
	name   string
	groups []string
	// hosts are names and addresses it serves under; without any it is a client's.
	hosts []string
}

// leaves lists all certificates. Clients are told apart by name and group only.
func leaves(nodeName string) []leaf {
	client := func(file, name string, groups ...string) leaf {
		return leaf{file: file, by: "ca", name: name, groups: groups}
	}
	local := []string{"localhost", "127.0.0.1", "::1", nodeIP, nodeName}
	return []leaf{
		{file: "apiserver", by: "ca", name: "kube-apiserver", hosts: append([]string{apiServiceIP, "kubernetes",
			"kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc." + clusterDomain}, local...)},
		{file: "kubelet", by: "ca", name: "system:node:" + nodeName, groups: []string{"system:nodes"}, hosts: local},
		{file: "components", by: "ca", name: "labbox-components", hosts: append([]string{"metrics-server",
			"metrics-server.kube-system", "metrics-server.kube-system.svc"}, local...)},
		{file: "front-proxy", by: "front-proxy-ca", name: frontProxyName},
		client("apiserver-kubelet", "kube-apiserver-kubelet-client", "system:masters"),
		client("client-admin", "labbox-admin", "system:masters"),
		client("client-"+nameControllers, "system:kube-controller-manager"),
		client("client-"+nameScheduler, "system:kube-scheduler"),
		client("client-"+nameKubelet, "system:node:"+nodeName, "system:nodes"),
		client("client-"+nameProxy, "system:kube-proxy"),
		client("client-"+nameDNS, "labbox:coredns"),
		client("client-"+nameMetrics, "labbox:metrics-server"),
		client("client-"+nameStorage, "labbox:local-path"),
	}
}

// pki is a directory with keys and certificates, readable by its owner only.
type pki struct {
	dir string
	now func() time.Time
}

// ensure makes what is missing or about to expire and leaves the rest as it is.
func (p pki) ensure(nodeName string) error {
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return fmt.Errorf("make certificates: %w", err)
	}
	authorities := map[string]*authority{}
	for _, name := range []string{"ca", "front-proxy-ca"} {
		a, err := p.authority(name)
		if err != nil {
			return fmt.Errorf("make certificate authority %s: %w", name, err)
		}
		authorities[name] = a
	}
	for _, l := range leaves(nodeName) {
		if err := p.leaf(l, authorities[l.by]); err != nil {
			return fmt.Errorf("make certificate %s: %w", l.file, err)
		}
	}
	if err := p.serviceAccountKey(); err != nil {
		return fmt.Errorf("make service account key: %w", err)
	}
	return nil
}

type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func (p pki) authority(name string) (*authority, error) {
	cert, key, err := p.load(name)
	if err == nil && p.now().Add(renewBefore).Before(cert.NotAfter) {
		return &authority{cert, key}, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	template := p.template("labbox-"+name, nil)
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment
	if err := p.issue(name, template, nil); err != nil {
		return nil, err
	}
	cert, key, err = p.load(name)
	return &authority{cert, key}, err
}

func (p pki) leaf(l leaf, by *authority) error {
	cert, _, err := p.load(l.file)
	fresh := err == nil && p.now().Add(renewBefore).Before(cert.NotAfter) && cert.CheckSignatureFrom(by.cert) == nil &&
		cert.Subject.CommonName == l.name
	if fresh {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	template := p.template(l.name, l.groups)
	template.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	if len(l.hosts) > 0 {
		template.ExtKeyUsage = append(template.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
	}
	for _, h := range l.hosts {
		if ip := net.ParseIP(h); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, h)
		}
	}
	return p.issue(l.file, template, by)
}

func (p pki) template(name string, groups []string) *x509.Certificate {
	return &x509.Certificate{
		Subject:   pkix.Name{CommonName: name, Organization: groups},
		NotBefore: p.now().Add(-time.Hour), // a clock may have been set back
		NotAfter:  p.now().AddDate(certYears, 0, 0),
	}
}

// issue makes a key, has the certificate signed (by itself if by is nil) and
// writes both.
func (p pki) issue(name string, template *x509.Certificate, by *authority) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return err
	}
	if by == nil {
		by = &authority{template, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by.cert, key.Public(), by.key)
	if err != nil {
		return err
	}
	if err := p.writeKey(name+".key", key); err != nil {
		return err
	}
	return p.write(name+".crt", "CERTIFICATE", der)
}

// serviceAccountKey makes the key pair that signs service account tokens.
func (p pki) serviceAccountKey() error {
	if _, err := os.Stat(filepath.Join(p.dir, "service-account.pub")); err == nil {
		return nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	if err := p.writeKey("service-account.key", key); err != nil {
		return err
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	return p.write("service-account.pub", "PUBLIC KEY", der)
}

func (p pki) writeKey(name string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return p.write(name, "EC PRIVATE KEY", der)
}

func (p pki) write(name, kind string, der []byte) error {
	return writeFile(filepath.Join(p.dir, name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}

func (p pki) load(name string) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	certDER, err := p.read(name + ".crt")
	if err != nil {
		return nil, nil, err
	}
	keyDER, err := p.read(name + ".key")
	if err != nil {
		return nil, nil, err
	}
	cert, err := x509.ParseCertificate(certDER)
	if err != nil {
		return nil, nil, err
	}
	key, err := x509.ParseECPrivateKey(keyDER)
	return cert, key, err
}

func (p pki) read(name string) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(p.dir, name))
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s holds no PEM block", name)
	}
	return block.Bytes, nil
}
