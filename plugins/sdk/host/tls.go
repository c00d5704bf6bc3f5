package host

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"
)

// clientCertVariable is where a module finds the certificate of its host.
const clientCertVariable = "PLUGIN_CLIENT_CERT"

// clientTLS makes the key by which one module knows its host, and the certificate for
// its environment. The module's own certificate comes with its handshake; go-plugin
// then trusts no other.
//
// go-plugin would make a key by itself (AutoMTLS), but of a curve that BoringSSL does
// not take, and with it no gRPC but Go's: hence this one, of P-256.
func clientTLS() (certificate string, config *tls.Config, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", nil, fmt.Errorf("make a key for the host: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(30, 0, 0), BasicConstraintsValid: true, IsCA: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return "", nil, fmt.Errorf("make a certificate for the host: %w", err)
	}
	own := tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	config = &tls.Config{
		Certificates: []tls.Certificate{own}, ClientAuth: tls.RequireAndVerifyClientCert,
		MinVersion: tls.VersionTLS12, ServerName: "localhost",
		// Empty until the handshake names the module's certificate: nobody is trusted.
		RootCAs: x509.NewCertPool(),
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), config, nil
}
