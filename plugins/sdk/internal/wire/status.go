package wire

import (
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	modulepb "github.com/labbox/labbox/plugins/sdk/proto"
)

// statuses pairs the codes of package sdk with gRPC's. internal comes last: it
// stands for whatever is not named.
var statuses = []struct {
	name string
	code codes.Code
}{
	{"not-found", codes.NotFound},
	{"invalid", codes.InvalidArgument},
	{"unavailable", codes.Unavailable},
	{"timeout", codes.DeadlineExceeded},
	{"canceled", codes.Canceled},
	{"unsupported", codes.Unimplemented},
	{"protocol", codes.FailedPrecondition},
	{"internal", codes.Internal},
}

// Status returns the gRPC error that carries the three parts of an sdk.Error.
func Status(code, message, hint string) error {
	st := status.New(statuses[len(statuses)-1].code, message)
	for _, s := range statuses {
		if s.name == code {
			st = status.New(s.code, message)
		}
	}
	if hint != "" {
		if with, err := st.WithDetails(&modulepb.ErrorDetail{Hint: hint}); err == nil {
			st = with
		}
	}
	return st.Err()
}

// FromStatus takes such an error apart again. Codes that sdk does not know come
// back as "internal".
func FromStatus(err error) (code, message, hint string) {
	st := status.Convert(err)
	code = statuses[len(statuses)-1].name
	for _, s := range statuses {
		if s.code == st.Code() {
			code = s.name
		}
	}
	for _, d := range st.Details() {
		if e, ok := d.(*modulepb.ErrorDetail); ok {
			hint = e.GetHint()
		}
	}
	return code, st.Message(), hint
}
