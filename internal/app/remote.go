package app

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/web"
)

// DashboardAbroad is how the dashboard is opened to a network. By default it is not.
type DashboardAbroad struct {
	// Listen is the address and port, such as "0.0.0.0:8843"; empty means loopback
	// alone. Whoever comes in by it must sign in, over TLS.
	Listen string `json:"listen"`
	// Names are further names of this machine that browsers may use.
	Names []string `json:"names"`
	// Certificate and Key are PEM files; without them labbox makes a certificate of
	// its own.
	Certificate string `json:"certificate"`
	Key         string `json:"key"`
}

// abroadPort is what "--listen ADDRESS" without a port means.
const abroadPort = "8843"

// normal checks the settings and completes Listen with the port.
func (a DashboardAbroad) normal() (DashboardAbroad, error) {
	if a.Listen == "" {
		return a, nil
	}
	host, port, err := net.SplitHostPort(a.Listen)
	if err != nil {
		host, port = strings.Trim(a.Listen, "[]"), abroadPort
	}
	if net.ParseIP(host) == nil {
		return a, configError("remote.listen %q has no IP address before its port; 0.0.0.0 means every one of this machine's", a.Listen)
	}
	if (a.Certificate == "") != (a.Key == "") {
		return a, configError("remote.certificate and remote.key belong together; only one is given")
	}
	a.Listen = net.JoinHostPort(host, port)
	return a, nil
}

// hosts are the values of the Host header, and names what the certificate is for.
func (a DashboardAbroad) hosts() (hosts, names []string, err error) {
	host, port, err := net.SplitHostPort(a.Listen)
	if err != nil {
		return nil, nil, err
	}
	names = slices.Clone(a.Names)
	if name, err := os.Hostname(); err == nil {
		names = append(names, name)
	}
	if ip := net.ParseIP(host); !ip.IsUnspecified() {
		names = append(names, host)
	} else {
		addrs, err := net.InterfaceAddrs()
		if err != nil {
			return nil, nil, fmt.Errorf("list the machine's addresses: %w", err)
		}
		for _, addr := range addrs {
			if n, ok := addr.(*net.IPNet); ok && !n.IP.IsLinkLocalUnicast() {
				names = append(names, n.IP.String())
			}
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	for _, n := range names {
		hosts = append(hosts, net.JoinHostPort(n, port))
	}
	return hosts, names, nil
}

// showAbroad opens the dashboard to the network, where the configuration asks for it.
func (d *daemon) showAbroad(ctx context.Context, server *web.Server) error {
	a := d.cfg.Remote
	if a.Listen == "" {
		return nil
	}
	hosts, names, err := a.hosts()
	if err != nil {
		return err
	}
	cert, err := d.certificate(names)
	if err != nil {
		return err
	}
	plain, err := new(net.ListenConfig).Listen(ctx, "tcp", a.Listen)
	if err != nil {
		return lab.Errorf(lab.CodePort, "Choose another address: labbox up --listen ADDRESS:PORT", "open the dashboard to the network: %w", err)
	}
	sum := sha256.Sum256(cert.Certificate[0])
	d.abroad.Store(&abroad{urls: hosts, fingerprint: hex.EncodeToString(sum[:])})
	secure := tls.NewListener(plain, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS13, NextProtos: []string{"http/1.1"}})
	d.serve("dashboard for the network", secure, server.RemoteHandler(hosts))
	return nil
}

// abroad is where the dashboard is to be found from elsewhere.
type abroad struct {
	urls        []string // host and port
	fingerprint string
}

// certificate returns the given certificate, or labbox' own for names.
func (d *daemon) certificate(names []string) (tls.Certificate, error) {
	a := d.cfg.Remote
	if a.Certificate == "" {
		return ownCertificate(d.paths.TLS(), names)
	}
	cert, err := tls.LoadX509KeyPair(a.Certificate, a.Key)
	if err != nil {
		return cert, configError("read remote.certificate and remote.key: %w", err)
	}
	return cert, nil
}

// abroadLinks are the dashboard's addresses for other machines.
func (d *daemon) abroadLinks() []lab.Link {
	a := d.abroad.Load()
	if a == nil {
		return nil
	}
	links := make([]lab.Link, 0, len(a.urls))
	for _, host := range a.urls {
		links = append(links, lab.Link{ID: dashboardLogin, Name: "Dashboard", URL: "https://" + host, User: dashboardUser})
	}
	return links
}
