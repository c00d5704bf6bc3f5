package host

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/labbox/labbox/plugins/sdk"
	"github.com/labbox/labbox/plugins/sdk/internal/wire"
	modulepb "github.com/labbox/labbox/plugins/sdk/proto"
)

var _ sdk.Module = (*Process)(nil)

func dialOptions() []grpc.DialOption {
	return []grpc.DialOption{grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(wire.MaxMessage))}
}

// Describe implements sdk.Module.
func (p *Process) Describe(ctx context.Context) (sdk.Info, error) {
	out, err := p.rpc.Describe(ctx, &modulepb.DescribeRequest{})
	return answer[sdk.Info](p.name, out.GetInfo(), err)
}

// Plan implements sdk.Module.
func (p *Process) Plan(ctx context.Context, cfg sdk.Config) (sdk.Plan, error) {
	in := &modulepb.PlanRequest{Config: &modulepb.Config{}}
	if err := wire.Encode(cfg, in.Config); err != nil {
		return sdk.Plan{}, sdk.Errorf(sdk.CodeInvalid, "module %s: %v", p.name, err)
	}
	out, err := p.rpc.Plan(ctx, in)
	return answer[sdk.Plan](p.name, out.GetPlan(), err)
}

// Check implements sdk.Module.
func (p *Process) Check(ctx context.Context, t sdk.Target) (sdk.Health, error) {
	in := &modulepb.CheckRequest{Target: &modulepb.Target{}}
	if err := wire.Encode(t, in.Target); err != nil {
		return sdk.Health{}, sdk.Errorf(sdk.CodeInvalid, "module %s: %v", p.name, err)
	}
	out, err := p.rpc.Check(ctx, in)
	return answer[sdk.Health](p.name, out.GetHealth(), err)
}

// Verify implements sdk.Module.
func (p *Process) Verify(ctx context.Context, t sdk.Target, step sdk.StepID) (sdk.Verdict, error) {
	in := &modulepb.VerifyRequest{Target: &modulepb.Target{}, Step: string(step)}
	if err := wire.Encode(t, in.Target); err != nil {
		return sdk.Verdict{}, sdk.Errorf(sdk.CodeInvalid, "module %s: %v", p.name, err)
	}
	out, err := p.rpc.Verify(ctx, in)
	return answer[sdk.Verdict](p.name, out.GetVerdict(), err)
}

// answer decodes what the module said, or turns the status into an sdk.Error that
// names the module.
func answer[T any](name string, from proto.Message, err error) (T, error) {
	var to T
	if err != nil {
		code, message, hint := wire.FromStatus(err)
		e := sdk.Errorf(sdk.Code(code), "module %s: %s", name, message)
		e.Hint = hint
		return to, e
	}
	if err := wire.Decode(from, &to); err != nil {
		return to, sdk.Errorf(sdk.CodeInternal, "module %s answers with what cannot be read: %v", name, err)
	}
	return to, nil
}

// Raw sends a message that is written as it is, and drops the answer. It is for tests
// of how a module takes what it cannot read.
func (p *Process) Raw(ctx context.Context, method string, message []byte) error {
	var answer []byte
	err := p.conn.Invoke(ctx, "/labbox.module.v1.Module/"+method, message, &answer, grpc.ForceCodec(rawCodec{}))
	if err == nil {
		return nil
	}
	code, text, _ := wire.FromStatus(err)
	return sdk.Errorf(sdk.Code(code), "module %s: %s", p.name, text)
}

// rawCodec passes bytes through.
type rawCodec struct{}

// Marshal implements encoding.Codec.
func (rawCodec) Marshal(v any) ([]byte, error) { return v.([]byte), nil }

// Unmarshal implements encoding.Codec.
func (rawCodec) Unmarshal(data []byte, v any) error {
	*v.(*[]byte) = data
	return nil
}

// Name implements encoding.Codec: the module is told that it is a message like others.
func (rawCodec) Name() string { return "proto" }
