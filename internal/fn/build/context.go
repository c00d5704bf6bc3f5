package build

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/labbox/labbox/internal/lab"
)

// ConfigName is the entry that OpenFaaS's clients put into the tar of a build.
const ConfigName = "com.openfaas.docker.config"

// Order is what a client of the builder's API asks for.
type Order struct {
	Image     string            `json:"image"`
	BuildArgs map[string]string `json:"buildArgs,omitempty"`
	Platforms []string          `json:"platforms,omitempty"`
	// SkipPush makes no difference: there is no registry to push to.
	SkipPush bool `json:"skipPush,omitempty"`
}

// ReadContext unpacks the tar of a build below dir and returns the order in it. The
// context is then in dir/context. Only folders and files are unpacked, at places
// inside of dir, and no more than MaxBytes and MaxFiles; everything else is a
// lab.Error with CodeUsage.
func ReadContext(r io.Reader, dir string) (*Order, error) {
	var order *Order
	limited := &io.LimitedReader{R: r, N: MaxBytes}
	tr := tar.NewReader(limited)
	for files := 0; ; files++ {
		hdr, err := tr.Next()
		if errors.Is(err, io.EOF) && limited.N > 0 {
			break
		}
		switch {
		case limited.N <= 0, err != nil:
			return nil, unreadable(limited, err)
		case files > MaxFiles:
			return nil, refused("the build context has more than %d entries", MaxFiles)
		}
		if path.Clean(hdr.Name) == ConfigName {
			order = &Order{}
			if err := json.NewDecoder(io.LimitReader(tr, 1<<20)).Decode(order); err != nil {
				return nil, refused("read %s: %w", ConfigName, err)
			}
			continue
		}
		err = extract(dir, hdr, tr)
		if errors.Is(err, errCut) {
			return nil, unreadable(limited, err)
		}
		if err != nil {
			return nil, err
		}
	}
	switch {
	case order == nil:
		return nil, refused("the tar has no %s", ConfigName)
	case strings.TrimSpace(order.Image) == "":
		return nil, refused("%s names no image", ConfigName)
	case !isDir(dir, "context"):
		return nil, refused("the tar has no folder context/")
	}
	return order, nil
}

// errCut is an entry whose content ends before its length.
var errCut = errors.New("the tar ends too early")

// unreadable is the refusal of a tar that could not be read on.
func unreadable(limited *io.LimitedReader, err error) error {
	if limited.N <= 0 {
		return refused("the build context has more than %d MB", MaxBytes>>20)
	}
	return refused("read the build context: %w", err)
}

func refused(format string, args ...any) error {
	return lab.Errorf(lab.CodeUsage, "", format, args...)
}

// extract writes one entry. Nothing that links is ever made, so that no later entry
// can be written through it.
func extract(dir string, hdr *tar.Header, r io.Reader) error {
	name := strings.TrimSuffix(strings.TrimPrefix(hdr.Name, "./"), "/")
	if name == "" || name == "." {
		return nil
	}
	if !filepath.IsLocal(name) {
		return refused("the build context has an entry %q outside of it", hdr.Name)
	}
	if first, _, _ := strings.Cut(path.Clean(name), "/"); first != "context" {
		return nil // whatever it is, it is not part of the build
	}
	dst := filepath.Join(dir, name)
	switch hdr.Typeflag {
	case tar.TypeDir:
		return os.MkdirAll(dst, 0o755)
	case tar.TypeReg:
	default:
		return refused("the build context's entry %q is neither a file nor a folder", hdr.Name)
	}
	if err := os.MkdirAll(filepath.Dir(dst), 0o755); err != nil {
		return refused("the build context's entry %q is below a file", hdr.Name)
	}
	mode := os.FileMode(cleanMode(hdr.FileInfo().Mode()))
	f, err := os.OpenFile(dst, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return refused("the build context has the entry %q twice", hdr.Name)
	}
	if _, err := io.Copy(f, r); err != nil {
		_ = f.Close()
		if disk := (*fs.PathError)(nil); errors.As(err, &disk) {
			return fmt.Errorf("unpack %s: %w", name, err)
		}
		return fmt.Errorf("entry %s: %w (%w)", name, errCut, err)
	}
	return f.Close()
}
