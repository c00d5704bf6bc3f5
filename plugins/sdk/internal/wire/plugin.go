package wire

import (
	"context"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	modulepb "github.com/labbox/labbox/plugins/sdk/proto"
)

// grpcPlugin is go-plugin's view of a module: it registers the server on one side
// and hands out the generated client on the other.
type grpcPlugin struct {
	plugin.NetRPCUnsupportedPlugin
	server modulepb.ModuleServer
}

// GRPCServer registers the module.
func (p *grpcPlugin) GRPCServer(_ *plugin.GRPCBroker, s *grpc.Server) error {
	modulepb.RegisterModuleServer(s, p.server)
	return nil
}

// GRPCClient returns a modulepb.ModuleClient.
func (p *grpcPlugin) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, c *grpc.ClientConn) (any, error) {
	return modulepb.NewModuleClient(c), nil
}
