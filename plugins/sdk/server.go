package sdk

import (
	"bufio"
	"context"
	"errors"

	"google.golang.org/protobuf/proto"

	"github.com/labbox/labbox/plugins/sdk/internal/wire"
	modulepb "github.com/labbox/labbox/plugins/sdk/proto"
)

// server answers the calls of the protocol with a Module.
type server struct {
	modulepb.UnimplementedModuleServer
	module Module
}

// Describe implements the protocol.
func (s *server) Describe(ctx context.Context, _ *modulepb.DescribeRequest) (*modulepb.DescribeResponse, error) {
	info, err := s.module.Describe(ctx)
	out := &modulepb.DescribeResponse{Info: &modulepb.Info{}}
	return out, reply(info, err, out.Info)
}

// Plan implements the protocol.
func (s *server) Plan(ctx context.Context, in *modulepb.PlanRequest) (*modulepb.PlanResponse, error) {
	var cfg Config
	if err := read(in.GetConfig(), &cfg); err != nil {
		return nil, err
	}
	plan, err := s.module.Plan(ctx, cfg)
	out := &modulepb.PlanResponse{Plan: &modulepb.Plan{}}
	return out, reply(plan, err, out.Plan)
}

// Check implements the protocol.
func (s *server) Check(ctx context.Context, in *modulepb.CheckRequest) (*modulepb.CheckResponse, error) {
	var t Target
	if err := read(in.GetTarget(), &t); err != nil {
		return nil, err
	}
	health, err := s.module.Check(ctx, t)
	out := &modulepb.CheckResponse{Health: &modulepb.Health{}}
	return out, reply(health, err, out.Health)
}

// Verify implements the protocol.
func (s *server) Verify(ctx context.Context, in *modulepb.VerifyRequest) (*modulepb.VerifyResponse, error) {
	var t Target
	if err := read(in.GetTarget(), &t); err != nil {
		return nil, err
	}
	verdict, err := s.module.Verify(ctx, t, StepID(in.GetStep()))
	out := &modulepb.VerifyResponse{Verdict: &modulepb.Verdict{}}
	return out, reply(verdict, err, out.Verdict)
}

// Content implements the protocol.
func (s *server) Content(_ *modulepb.ContentRequest, to modulepb.Module_ContentServer) error {
	from, ok := s.module.(Supplier)
	if !ok {
		return nil
	}
	files, err := from.Content(to.Context())
	if err == nil && files != nil {
		buffered := bufio.NewWriterSize(pieces{to}, wire.MaxPiece)
		if err = WriteContent(buffered, files); err == nil {
			err = buffered.Flush()
		}
	}
	return failure(err)
}

// pieces sends what is written to it, each piece with a message of its own.
type pieces struct{ to modulepb.Module_ContentServer }

// Write sends data, cut where it is too large for one message.
func (p pieces) Write(data []byte) (int, error) {
	for sent := 0; sent < len(data); {
		piece := data[sent:min(len(data), sent+wire.MaxPiece)]
		if err := p.to.Send(&modulepb.ContentResponse{Piece: piece}); err != nil {
			return sent, err
		}
		sent += len(piece)
	}
	return len(data), nil
}

// read decodes a part of a request; what cannot be read is the caller's mistake.
func read(from proto.Message, to any) error {
	if err := wire.Decode(from, to); err != nil {
		return wire.Status(string(CodeInvalid), err.Error(), "")
	}
	return nil
}

// reply encodes the module's answer, or turns its error into a status.
func reply(answer any, err error, to proto.Message) error {
	if err == nil {
		err = wire.Encode(answer, to)
	}
	return failure(err)
}

// failure is the status of an error; nil stays nil.
func failure(err error) error {
	if err == nil {
		return nil
	}
	hint := ""
	var e *Error
	if errors.As(err, &e) {
		hint = e.Hint
	}
	return wire.Status(string(CodeOf(err)), err.Error(), hint)
}
