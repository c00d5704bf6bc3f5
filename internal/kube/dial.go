package kube

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// DialContext connects to an IPv4 address and port inside the lab's network
// namespace. The network must be tcp or tcp4, the address a literal one.
func (c *Cluster) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	to, err := netip.ParseAddrPort(addr)
	if err != nil || !to.Addr().Is4() || (network != "tcp" && network != "tcp4") {
		return nil, fmt.Errorf("dial %s %s in the lab: not an IPv4 address and port over TCP", network, addr)
	}
	conn, err := c.box.dial(ctx, to)
	if err != nil {
		return nil, fmt.Errorf("dial %s in the lab: %w", addr, err)
	}
	return conn, nil
}

// serviceDialTimeout is long for a Service on this very machine. An address that
// does not answer within it belongs to a Service that was made anew elsewhere.
const serviceDialTimeout = 2 * time.Second

// DialService connects to a port of a Service by its ClusterIP. The address is
// remembered, and looked up again when nobody answers there.
func (c *Cluster) DialService(ctx context.Context, namespace, service string, port int) (net.Conn, error) {
	key := namespace + "/" + service
	c.addrMu.Lock()
	known := c.addrs[key]
	c.addrMu.Unlock()
	if known != "" {
		if conn, err := c.dialPort(ctx, known, port); err == nil {
			return conn, nil
		}
	}
	ip, err := c.lookUp(ctx, namespace, service)
	if err != nil {
		return nil, err
	}
	c.addrMu.Lock()
	c.addrs[key] = ip
	c.addrMu.Unlock()
	return c.dialPort(ctx, ip, port)
}

// lookUp asks the API for a Service's ClusterIP.
func (c *Cluster) lookUp(ctx context.Context, namespace, service string) (string, error) {
	client, err := c.client()
	if err != nil {
		return "", err
	}
	svc, err := client.CoreV1().Services(namespace).Get(ctx, service, metav1.GetOptions{})
	if err != nil {
		return "", fmt.Errorf("find service %s/%s: %w", namespace, service, err)
	}
	return svc.Spec.ClusterIP, nil
}

func (c *Cluster) dialPort(ctx context.Context, ip string, port int) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, serviceDialTimeout)
	defer cancel()
	return c.DialContext(ctx, "tcp", net.JoinHostPort(ip, strconv.Itoa(port)))
}

// dial makes the socket inside the namespaces; a socket stays in the namespace
// that it was made in, so connecting and all else happens outside.
func (s *sandbox) dial(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	var fd int
	err := s.inside(ctx, func() (err error) {
		fd, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = unix.Connect(fd, &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()})
	file := os.NewFile(uintptr(fd), "socket")
	defer file.Close() // FileConn works on a copy
	if errors.Is(err, unix.EINPROGRESS) {
		err = connected(ctx, file)
	}
	if err != nil {
		return nil, err
	}
	return net.FileConn(file)
}

// connected waits until the connect on file has succeeded or failed, or ctx is done.
func connected(ctx context.Context, file *os.File) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = file.SetWriteDeadline(time.Unix(1, 0)) })
	defer stop()
	var result error
	err = raw.Write(func(fd uintptr) bool {
		code, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ERROR)
		if err != nil {
			result = err
			return true
		}
		if code != 0 {
			result = unix.Errno(code)
			return true
		}
		_, err = unix.Getpeername(int(fd))
		return err == nil // else it is still under way: wait until writable
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return errors.Join(err, result)
}

// probe asks a child's health endpoint; anything but 200 is an error.
func (c *Cluster) probe(ctx context.Context, scheme string, port int, path string) error {
	transport := &http.Transport{DialContext: c.DialContext, DisableKeepAlives: true}
	if scheme == "https" {
		config, err := c.pki.clientTLS()
		if err != nil {
			return err
		}
		transport.TLSClientConfig = config
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+loopback(port)+path, nil)
	if err != nil {
		return err
	}
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", path, response.Status)
	}
	return nil
}

// clientTLS is the administrator's certificate with the lab's authority as root.
func (p pki) clientTLS() (*tls.Config, error) {
	ca, _, err := p.load("ca")
	if err != nil {
		return nil, fmt.Errorf("load the authority: %w", err)
	}
	cert, err := tls.LoadX509KeyPair(p.dir+"/client-admin.crt", p.dir+"/client-admin.key")
	if err != nil {
		return nil, fmt.Errorf("load the administrator's certificate: %w", err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(ca)
	config := &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	return config, nil
}
