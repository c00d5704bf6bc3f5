package wire

import (
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// Encode copies a plain value into the message that has the same fields. The JSON
// names of both are the same, so JSON is the way across: what one side has and the
// other lacks is an error here, not a field that is lost in silence.
func Encode(from any, to proto.Message) error {
	data, err := json.Marshal(from)
	if err != nil {
		return fmt.Errorf("encode %s: %w", to.ProtoReflect().Descriptor().Name(), err)
	}
	if err := protojson.Unmarshal(data, to); err != nil {
		return fmt.Errorf("encode %s: %w", to.ProtoReflect().Descriptor().Name(), err)
	}
	return nil
}

// Decode copies a message into the plain value that to points to. Fields that a
// newer peer has added are left out.
func Decode(from proto.Message, to any) error {
	data, err := protojson.Marshal(from)
	if err != nil {
		return fmt.Errorf("decode %s: %w", from.ProtoReflect().Descriptor().Name(), err)
	}
	if err := json.Unmarshal(data, to); err != nil {
		return fmt.Errorf("decode %s: %w", from.ProtoReflect().Descriptor().Name(), err)
	}
	return nil
}
