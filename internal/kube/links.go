package kube

import (
	"fmt"
	"net"
	"os"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// makeLinks brings up loopback and a bridge without ports that carries the
// node's address, in the network namespace of the calling process.
//
// A packet to a Service is routed before it is rewritten, so the service range
// needs a route though nobody is there. Everything else is answered at once with
// "unreachable": no packet leaves, and no program waits for one that will not come.
func makeLinks() error {
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return fmt.Errorf("find loopback: %w", err)
	}
	if err := netlink.LinkSetUp(lo); err != nil {
		return fmt.Errorf("bring up loopback: %w", err)
	}
	bridge := &netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: nodeLink}}
	if err := netlink.LinkAdd(bridge); err != nil {
		return fmt.Errorf("add bridge %s: %w", nodeLink, err)
	}
	addr, err := netlink.ParseAddr(nodeCIDR)
	if err != nil {
		return fmt.Errorf("parse the node's address: %w", err)
	}
	if err := netlink.AddrAdd(bridge, addr); err != nil {
		return fmt.Errorf("add the node's address: %w", err)
	}
	if err := netlink.LinkSetUp(bridge); err != nil {
		return fmt.Errorf("bring up bridge %s: %w", nodeLink, err)
	}
	if err := makeRoutes(bridge.Attrs().Index); err != nil {
		return err
	}
	return os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1\n"), 0o644)
}

func makeRoutes(link int) error {
	_, services, err := net.ParseCIDR(serviceCIDR)
	if err != nil {
		return fmt.Errorf("parse the service range: %w", err)
	}
	_, all, err := net.ParseCIDR("0.0.0.0/0")
	if err != nil {
		return fmt.Errorf("parse the default route: %w", err)
	}
	for _, route := range []netlink.Route{
		{LinkIndex: link, Dst: services, Scope: netlink.SCOPE_LINK, Src: net.ParseIP(nodeIP)},
		{Dst: all, Type: unix.RTN_UNREACHABLE},
	} {
		if err := netlink.RouteAdd(&route); err != nil {
			return fmt.Errorf("add route to %s: %w", route.Dst, err)
		}
	}
	return nil
}
