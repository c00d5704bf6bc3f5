package capstone

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
)

// DialServices returns a client for Options.InCluster that connects to hosts such as
// model-server.digits.svc.cluster.local:8080 by dialling a Service's port.
func DialServices(dial func(ctx context.Context, namespace, service string, port int) (net.Conn, error)) *http.Client {
	return &http.Client{Transport: &http.Transport{
		// The next request may be for another pod behind the same Service.
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			namespace, service, port, err := splitService(address)
			if err != nil {
				return nil, err
			}
			return dial(ctx, namespace, service, port)
		},
	}}
}

// splitService takes <service>.<namespace>[.svc...]:<port> apart.
func splitService(address string) (namespace, service string, port int, err error) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return "", "", 0, fmt.Errorf("dial %s: %w", address, err)
	}
	labels := strings.SplitN(host, ".", 3)
	port, err = strconv.Atoi(text)
	if err != nil || len(labels) < 2 {
		return "", "", 0, fmt.Errorf("dial %s: not <service>.<namespace>:<port>", address)
	}
	return labels[1], labels[0], port, nil
}
