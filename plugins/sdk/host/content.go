package host

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"

	"github.com/labbox/labbox/plugins/sdk"
	"github.com/labbox/labbox/plugins/sdk/internal/wire"
	modulepb "github.com/labbox/labbox/plugins/sdk/proto"
)

// ContentLimits bound what a module may bring.
type ContentLimits struct {
	Bytes int64 // of the whole tar
	Files int
}

// ContentInfo says what a module has brought.
type ContentInfo struct {
	Files int
	Bytes int64
	// SHA256 is that of the tar; the same content has the same.
	SHA256 string
}

// Content asks the module for its files and lays them out below dir, which must exist
// and be empty. A module that speaks protocol version 1, or brings nothing, leaves dir
// as it is. A module that brings more than limits allow, a name outside of
// sdk.ContentFolders, or anything but files and folders is an sdk.CodeInvalid; one that
// says it speaks version 2 and does not know the call is an sdk.CodeProtocol. After an
// error dir may hold a part.
func (p *Process) Content(ctx context.Context, dir string, limits ContentLimits) (ContentInfo, error) {
	if p.Protocol() < wire.VersionContent {
		return ContentInfo{}, nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := p.rpc.Content(ctx, &modulepb.ContentRequest{})
	if err != nil {
		return ContentInfo{}, p.contentError(err)
	}
	sum := sha256.New()
	from := &pieceReader{stream: stream, left: limits.Bytes}
	info, err := unpack(io.TeeReader(from, sum), dir, limits.Files)
	if from.failed != nil {
		err = from.failed
	}
	if err != nil {
		return ContentInfo{}, p.contentError(err)
	}
	info.Bytes, info.SHA256 = limits.Bytes-from.left, hex.EncodeToString(sum.Sum(nil))
	return info, nil
}

// contentError names the module and tells what it did wrong from what went wrong.
func (p *Process) contentError(err error) error {
	var own *sdk.Error
	if errors.As(err, &own) {
		own.Message = fmt.Sprintf("module %s brings %s", p.name, own.Message)
		return own
	}
	_, err = answer[struct{}](p.name, nil, err)
	if sdk.CodeOf(err) == sdk.CodeUnsupported {
		return sdk.Errorf(sdk.CodeProtocol, "module %s says that it speaks protocol version %d, but it does not know the call Content",
			p.name, p.Protocol())
	}
	return err
}

// pieceReader joins the pieces of a stream; failed is what ended it before its time.
type pieceReader struct {
	stream modulepb.Module_ContentClient
	rest   []byte
	left   int64
	failed error
}

// Read implements io.Reader.
func (r *pieceReader) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		message, err := r.stream.Recv()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				r.failed = err
			}
			return 0, err
		}
		r.rest = message.GetPiece()
		if r.left -= int64(len(r.rest)); r.left < 0 {
			r.failed = sdk.Errorf(sdk.CodeInvalid, "more content than the limit allows")
			return 0, r.failed
		}
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// unpack writes the files of a tar below dir and reads it to its end.
func unpack(from io.Reader, dir string, most int) (ContentInfo, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return ContentInfo{}, err
	}
	defer root.Close()
	info := ContentInfo{}
	archive := tar.NewReader(from)
	for {
		entry, err := archive.Next()
		if errors.Is(err, io.EOF) {
			_, err = io.Copy(io.Discard, from)
			return info, err
		}
		if err != nil {
			return info, sdk.Errorf(sdk.CodeInvalid, "content that is no tar: %v", err)
		}
		if entry.Typeflag == tar.TypeDir {
			continue
		}
		if info.Files++; info.Files > most {
			return info, sdk.Errorf(sdk.CodeInvalid, "more than %d files", most)
		}
		if err := unpackFile(root, archive, entry); err != nil {
			return info, err
		}
	}
}

func unpackFile(root *os.Root, from io.Reader, entry *tar.Header) error {
	if err := sdk.CheckContentName(entry.Name); err != nil {
		return sdk.Errorf(sdk.CodeInvalid, "content that is refused: %v", err)
	}
	if entry.Typeflag != tar.TypeReg {
		return sdk.Errorf(sdk.CodeInvalid, "content that is refused: %s is not a regular file", entry.Name)
	}
	if err := root.MkdirAll(path.Dir(entry.Name), 0o755); err != nil {
		return sdk.Errorf(sdk.CodeInvalid, "content that cannot be laid out: %v", err)
	}
	f, err := root.OpenFile(entry.Name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, os.FileMode(entry.Mode)&0o755|0o644)
	if err != nil {
		return sdk.Errorf(sdk.CodeInvalid, "content that cannot be laid out: %v", err)
	}
	_, err = io.Copy(f, from)
	return errors.Join(err, f.Close())
}
