// Package wire is what both ends of the module protocol have in common: the
// handshake, the status of a failed call, and the way of plain types into
// protocol buffers and back.
package wire

import (
	"slices"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	modulepb "github.com/labbox/labbox/plugins/sdk/proto"
)

// The protocol versions that are spoken here: VersionContent added the call Content.
const (
	VersionFirst   = 1
	VersionContent = 2
)

// MaxPiece bounds one piece of a module's content, in bytes.
const MaxPiece = 1 << 20

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
	sets := map[int]plugin.PluginSet{}
	for _, version := range Spoken() {
		sets[version] = plugin.PluginSet{Name: &grpcPlugin{server: server}}
	}
	return sets
}

// Spoken are the protocol versions, the newest last.
func Spoken() []int { return []int{VersionFirst, VersionContent} }

// Speaks says whether version is one of them.
func Speaks(version int) bool {
	return slices.Contains(Spoken(), version)
}

// NewServer returns the gRPC server of a module, with the options of go-plugin.
func NewServer(opts []grpc.ServerOption) *grpc.Server {
	return grpc.NewServer(append(opts, grpc.MaxRecvMsgSize(MaxMessage))...)
}
