package kube

import (
	"flag"
	"fmt"

	"github.com/coredns/caddy"
	_ "github.com/coredns/coredns/coremain" // registers the server type
	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/hosts"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/loadbalance"
	_ "github.com/coredns/coredns/plugin/loop"
	_ "github.com/coredns/coredns/plugin/metrics"
	_ "github.com/coredns/coredns/plugin/ready"
	_ "github.com/coredns/coredns/plugin/reload"
	_ "github.com/coredns/coredns/plugin/template"
)

// corefile renders CoreDNS's configuration. There is nobody upstream to ask, so
// any other name is answered at once with "does not exist".
func corefile() string {
	return fmt.Sprintf(`%[5]s:53 labbox:53 in-addr.arpa:53 ip6.arpa:53 {
    bind %[1]s
    errors
    health 127.0.0.1:%[2]d
    ready 127.0.0.1:%[3]d
    prometheus 0.0.0.0:%[4]d
    loadbalance
    cache 5 {
        disable denial %[5]s
    }
    hosts %[6]s labbox {
        fallthrough
    }
    kubernetes %[5]s in-addr.arpa ip6.arpa {
        kubeconfig %[7]s
        pods insecure
        ttl 5
    }
    loop
    reload
}
.:53 {
    bind %[1]s
    errors
    template ANY ANY {
        rcode NXDOMAIN
    }
}
`, nodeIP, portDNSHealth, portDNSReady, portDNSMetrics, clusterDomain, boxEtc("hosts"), boxEtc(nameDNS+".kubeconfig"))
}

// startDNS starts CoreDNS on the node's address; the Service kube-dns points there.
// It changes the process's logging, so nothing else may log meanwhile.
func startDNS() (*caddy.Instance, error) {
	// The plugin reload reads the file again by CoreDNS's own flag.
	if err := flag.Set("conf", boxEtc("Corefile")); err != nil {
		return nil, fmt.Errorf("name the Corefile: %w", err)
	}
	input, err := caddy.LoadCaddyfile("dns")
	if err != nil {
		return nil, fmt.Errorf("read the Corefile: %w", err)
	}
	server, err := caddy.Start(input)
	if err != nil {
		return nil, fmt.Errorf("start CoreDNS: %w", err)
	}
	return server, nil
}
