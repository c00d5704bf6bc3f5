package sdk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/labbox/labbox/plugins/sdk/internal/wire"
	modulepb "github.com/labbox/labbox/plugins/sdk/proto"
)

// fill gives every field of v a value of its own that is not zero.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		e := reflect.New(v.Type().Elem()).Elem()
		fill(e, n)
		v.SetMapIndex(reflect.ValueOf(fmt.Sprint("key", *n)).Convert(v.Type().Key()), e)
	case reflect.Interface:
		v.Set(reflect.ValueOf(map[string]any{"whole": int64(*n), "part": 0.5, "big": int64(1 << 53), "list": []any{"x", true, nil}}))
	case reflect.String:
		v.SetString(fmt.Sprint("text", *n))
	case reflect.Int:
		v.SetInt(int64(*n))
	case reflect.Float64:
		v.SetFloat(float64(*n) + 0.25)
	case reflect.Bool:
		v.SetBool(true)
	default:
		panic("a kind of field that JSON and the protocol do not share: " + v.Kind().String())
	}
}

func TestEveryFieldSurvivesTheWire(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		value   any
		message proto.Message
	}{
		{&Info{}, &modulepb.Info{}},
		{&Config{}, &modulepb.Config{}},
		{&Plan{}, &modulepb.Plan{}},
		{&Target{}, &modulepb.Target{}},
		{&Health{}, &modulepb.Health{}},
		{&Verdict{}, &modulepb.Verdict{}},
	} {
		t.Run(reflect.TypeOf(c.value).Elem().Name(), func(t *testing.T) {
			t.Parallel()
			n := 0
			fill(reflect.ValueOf(c.value).Elem(), &n)
			if err := wire.Encode(c.value, c.message); err != nil {
				t.Fatal(err)
			}
			raw, err := proto.Marshal(c.message)
			if err != nil {
				t.Fatal(err)
			}
			proto.Reset(c.message)
			if err := proto.Unmarshal(raw, c.message); err != nil {
				t.Fatal(err)
			}
			back := reflect.New(reflect.TypeOf(c.value).Elem()).Interface()
			if err := wire.Decode(c.message, back); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(c.value, back) {
				a, _ := json.Marshal(c.value)
				b, _ := json.Marshal(back)
				t.Errorf("sent     %s\nreceived %s", a, b)
			}
		})
	}
}

func TestDecodeForgivesFieldsOfNewerPeers(t *testing.T) {
	t.Parallel()
	// Field 99 is unknown to this version of the protocol.
	message := &modulepb.Health{}
	if err := proto.Unmarshal([]byte{0x08, 0x01, 0x9a, 0x06, 0x01, 'x'}, message); err != nil {
		t.Fatal(err)
	}
	var h Health
	if err := wire.Decode(message, &h); err != nil || !h.Alive {
		t.Errorf("Decode returns %v, %+v", err, h)
	}
}

func TestErrorsSurviveTheWire(t *testing.T) {
	t.Parallel()
	for _, code := range []Code{
		CodeNotFound, CodeInvalid, CodeUnavailable, CodeTimeout, CodeCanceled, CodeUnsupported, CodeProtocol, CodeInternal,
	} {
		t.Run(string(code), func(t *testing.T) {
			t.Parallel()
			sent := &Error{Code: code, Message: "no such thing", Hint: "look elsewhere"}
			gotCode, message, hint := wire.FromStatus(reply(nil, fmt.Errorf("wrapped: %w", sent), nil))
			if Code(gotCode) != code || message != "wrapped: no such thing" || hint != "look elsewhere" {
				t.Errorf("%+v arrives as %q %q %q", sent, gotCode, message, hint)
			}
		})
	}
	for _, c := range []struct {
		err  error
		want Code
	}{
		{errors.New("anything"), CodeInternal},
		{context.DeadlineExceeded, CodeTimeout},
		{fmt.Errorf("call: %w", context.Canceled), CodeCanceled},
	} {
		if got, _, _ := wire.FromStatus(reply(nil, c.err, nil)); Code(got) != c.want {
			t.Errorf("%v arrives as %q, not %q", c.err, got, c.want)
		}
	}
	if err := error(Errorf(CodeTimeout, "x")); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		t.Error("a timeout is not recognised as context.DeadlineExceeded")
	}
}

func TestAnswersThatJSONCannotHold(t *testing.T) {
	t.Parallel()
	bad := Health{Signals: []Signal{{Name: "x", Value: nan()}}}
	if code, _, _ := wire.FromStatus(reply(bad, nil, &modulepb.Health{})); Code(code) != CodeInternal {
		t.Errorf("NaN arrives as %q", code)
	}
}

func nan() float64 { zero := 0.0; return zero / zero }

func TestConfigHelpers(t *testing.T) {
	t.Parallel()
	c := Config{Ports: map[string]int{"git": 3001}, Settings: Values{"b": 1, "a": 1}}
	if c.Port("git", 3000) != 3001 || c.Port("mlflow", 5000) != 5000 {
		t.Error("Port does not prefer the config to the preset")
	}
	if err := c.RefuseUnknown("m", "a", "b"); err != nil {
		t.Errorf("known settings are refused: %v", err)
	}
	if err := c.RefuseUnknown("m", "a"); CodeOf(err) != CodeInvalid || err.Error() != `module m has no setting "b"` {
		t.Errorf("an unknown setting gives %v", err)
	}
}

func TestTextFallsBack(t *testing.T) {
	t.Parallel()
	both := Text{DE: "Haus", EN: "house"}
	if both.In("de") != "Haus" || both.In("en") != "house" || both.In("fr") != "house" {
		t.Error("In does not choose the language")
	}
	if (Text{DE: "Haus"}).In("en") != "Haus" || (Text{EN: "house"}).In("de") != "house" {
		t.Error("In does not fall back to the other language")
	}
}
