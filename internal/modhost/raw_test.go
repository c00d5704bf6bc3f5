package modhost

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"

	modulepb "github.com/labbox/labbox/plugins/sdk/proto"
)

// rawModule is a module that is not made with our SDK.
type rawModule struct {
	modulepb.UnimplementedModuleServer
	plugin.NetRPCUnsupportedPlugin
	name, kind string
}

// GRPCServer implements plugin.GRPCPlugin.
func (r *rawModule) GRPCServer(_ *plugin.GRPCBroker, s *grpc.Server) error {
	if r.kind == "sneaky" {
		modulepb.RegisterModuleServer(s, sneaky{r})
		return nil
	}
	modulepb.RegisterModuleServer(s, r)
	return nil
}

// GRPCClient implements plugin.GRPCPlugin; nobody calls it.
func (r *rawModule) GRPCClient(context.Context, *plugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, nil
}

// Describe implements the protocol.
func (r *rawModule) Describe(context.Context, *modulepb.DescribeRequest) (*modulepb.DescribeResponse, error) {
	both := &modulepb.Text{De: "Roh", En: "Raw"}
	return &modulepb.DescribeResponse{Info: &modulepb.Info{Name: r.name, Version: "1", Title: both, Description: both}}, nil
}

// Plan implements the protocol.
func (r *rawModule) Plan(context.Context, *modulepb.PlanRequest) (*modulepb.PlanResponse, error) {
	return &modulepb.PlanResponse{Plan: &modulepb.Plan{}}, nil
}

// Check implements the protocol.
func (r *rawModule) Check(context.Context, *modulepb.CheckRequest) (*modulepb.CheckResponse, error) {
	return &modulepb.CheckResponse{Health: &modulepb.Health{Alive: true, Message: "fine"}}, nil
}

// sneaky brings a file that would land elsewhere.
type sneaky struct{ *rawModule }

// Content implements the protocol.
func (sneaky) Content(_ *modulepb.ContentRequest, to modulepb.Module_ContentServer) error {
	var data bytes.Buffer
	w := tar.NewWriter(&data)
	_ = w.WriteHeader(&tar.Header{Name: "lessons/../../../../escaped", Typeflag: tar.TypeReg, Size: 1, Mode: 0o644})
	_, _ = w.Write([]byte("x"))
	_ = w.Close()
	return to.Send(&modulepb.ContentResponse{Piece: data.Bytes()})
}

// serveRaw serves a module that speaks version 1 only ("first"), says that it speaks
// version 2 and does not ("hollow"), or answers with what is no message ("garbled").
func serveRaw(name, kind string) {
	version := 2
	if kind == "first" {
		version = 1
	}
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig:  plugin.HandshakeConfig{MagicCookieKey: "LABBOX_MODULE", MagicCookieValue: "trend"},
		VersionedPlugins: map[int]plugin.PluginSet{version: {"module": &rawModule{name: name, kind: kind}}},
		GRPCServer: func(o []grpc.ServerOption) *grpc.Server {
			if kind == "garbled" {
				o = append(o, grpc.ForceServerCodecV2(garbling{}))
			}
			return grpc.NewServer(o...)
		},
		Logger: hclog.New(&hclog.LoggerOptions{Output: io.Discard}),
	})
}

// garbling writes nonsense in the place of a Health.
type garbling struct{}

// Marshal implements encoding.CodecV2.
func (garbling) Marshal(v any) (mem.BufferSlice, error) {
	if _, ok := v.(*modulepb.CheckResponse); ok {
		return mem.BufferSlice{mem.SliceBuffer(bytes.Repeat([]byte{0xff}, 100))}, nil
	}
	data, err := proto.Marshal(v.(proto.Message))
	return mem.BufferSlice{mem.SliceBuffer(data)}, err
}

// Unmarshal implements encoding.CodecV2.
func (garbling) Unmarshal(data mem.BufferSlice, v any) error {
	return proto.Unmarshal(data.Materialize(), v.(proto.Message))
}

// Name implements encoding.CodecV2.
func (garbling) Name() string { return "proto" }

var _ encoding.CodecV2 = garbling{}

// serveNoise shakes hands and then says nonsense to whoever calls.
func serveNoise(dir string) {
	socket := filepath.Join(dir, "noise")
	_ = os.Remove(socket)
	l, err := net.Listen("unix", socket)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("1|2|unix|" + socket + "|grpc|")
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			_, _ = conn.Write(bytes.Repeat([]byte("noise"), 10_000))
			_, _ = io.Copy(io.Discard, conn)
		}()
	}
}
