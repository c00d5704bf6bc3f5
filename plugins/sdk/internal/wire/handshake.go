// Package wire is what both ends of the module protocol have in common: the
// handshake, the status of a failed call, and the way of plain types into
// protocol buffers and back.
package wire

import (
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	modulepb "github.com/labbox/labbox/plugins/sdk/proto"
)

// Version is the newest protocol version that is spoken here.
const Version = 1

// Name is the one plugin in every plugin set.
const Name = "module"

// The cookie keeps a module that is started by hand from waiting for a host that
// never comes; it is no secret.
const (
	CookieKey   = "LABBOX_MODULE"
	CookieValue = "trend"
)

// MaxMessage bounds a message in either direction, in bytes.
const MaxMessage = 4 << 20

// Handshake returns go-plugin's handshake of labbox.
func Handshake() plugin.HandshakeConfig {
	return plugin.HandshakeConfig{MagicCookieKey: CookieKey, MagicCookieValue: CookieValue}
}

// Versions returns a plugin set per protocol version that is spoken here. server
// may be nil on the host's side.
func Versions(server modulepb.ModuleServer) map[int]plugin.PluginSet {
	return map[int]plugin.PluginSet{Version: {Name: &grpcPlugin{server: server}}}
}

// NewServer returns the gRPC server of a module, with the options of go-plugin.
func NewServer(opts []grpc.ServerOption) *grpc.Server {
	return grpc.NewServer(append(opts, grpc.MaxRecvMsgSize(MaxMessage))...)
}
