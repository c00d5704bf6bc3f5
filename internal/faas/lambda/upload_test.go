package lambda

import (
	"bufio"
	"encoding/base64"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
)

func TestUploadsTakeTheZipFileOut(t *testing.T) {
	t.Parallel()
	zip := base64.StdEncoding.EncodeToString([]byte("the file + more ÿ?>"))
	escaped := strings.NewReplacer("/", `\/`, "+", `\u002B`).Replace(zip)
	tests := map[string]struct{ body, rest, file string }{
		"none":            {`{"a": [1, {"b": "c\"d"}]}`, `{"a": [1, {"b": "c\"d"}]}`, ""},
		"below":           {`{"Code" : {"ZipFile" : "` + zip + `", "x": 1}, "y":"z"}`, `{"Code" : {"ZipFile" : "", "x": 1}, "y":"z"}`, "the file + more ÿ?>"},
		"at the top":      {`{"ZipFile":"` + escaped + `"}`, `{"ZipFile":""}`, "the file + more ÿ?>"},
		"null":            {`{"ZipFile":null,"x":"y"}`, `{"ZipFile":null,"x":"y"}`, ""},
		"a variable":      {`{"E":{"Variables":{"ZipFile":"me"}}}`, `{"E":{"Variables":{"ZipFile":"me"}}}`, ""},
		"a value":         {`{"Description":"ZipFile","b":"c"}`, `{"Description":"ZipFile","b":"c"}`, ""},
		"a list of words": {`["ZipFile","b"]`, `["ZipFile","b"]`, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := &upload{sum: noSum{}}
			defer u.close()
			err := u.scan(bufio.NewReader(iotest.OneByteReader(strings.NewReader(test.body))), func() (*os.File, error) { return os.CreateTemp(t.TempDir(), "") })
			if err != nil || u.bad != nil || u.rest.String() != test.rest {
				t.Errorf("%v %v: rest %s, want %s", err, u.bad, u.rest.String(), test.rest)
			}
			var got []byte
			if u.file != nil {
				got, _ = io.ReadAll(io.NewSectionReader(u.file, 0, 1<<20))
			}
			if string(got) != test.file {
				t.Errorf("file %q, want %q", got, test.file)
			}
		})
	}
	u := &upload{sum: noSum{}}
	defer u.close()
	err := u.scan(bufio.NewReader(strings.NewReader(`{"a":"`+strings.Repeat("x", 2*maxRest)+`"}`)), nil)
	var e *Error
	if !errors.As(err, &e) || e.Status != 413 {
		t.Errorf("a large rest: %v", err)
	}
}

type noSum struct{}

func (noSum) Write(p []byte) (int, error) { return len(p), nil }
func (noSum) Sum(b []byte) []byte         { return b }
func (noSum) Reset()                      {}
func (noSum) Size() int                   { return 0 }
func (noSum) BlockSize() int              { return 1 }
