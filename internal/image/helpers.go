package image

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/labbox/labbox/internal/lab"
)

const (
	helpersName = "helpers.tar.zst"
	// markName holds the sha256 of the archive that a directory was unpacked from.
	markName = ".sha256"
)

// UnpackHelpers unpacks the payload's helper programs to dir:
//
//	bin/{runc,containerd-shim-runc-v2}  cni/{bridge,host-local,loopback,portmap}  nft/{nft.bin,ld.so,lib/}
//
// dir appears by rename, complete and verified, or not at all; one that was unpacked
// from the same archive is kept. Damage is an Error with CodePayload.
func UnpackHelpers(ctx context.Context, payload fs.FS, dir string) error {
	want, err := helpersSum(payload)
	if err != nil {
		return err
	}
	if mark, err := os.ReadFile(filepath.Join(dir, markName)); err == nil && string(mark) == want {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return fmt.Errorf("unpack helpers: %w", err)
	}
	tmp, err := os.MkdirTemp(filepath.Dir(dir), ".helpers-*")
	if err != nil {
		return fmt.Errorf("unpack helpers: %w", err)
	}
	defer os.RemoveAll(tmp)
	fresh := filepath.Join(tmp, "new")
	got, err := extractHelpers(ctx, payload, fresh)
	if err != nil {
		return fmt.Errorf("unpack helpers: %w", err)
	}
	if got != want {
		return lab.Errorf(lab.CodePayload, "copy the program again from where it came from", "unpack helpers: sha256 is %s, want %s", got, want)
	}
	if err := os.WriteFile(filepath.Join(fresh, markName), []byte(want), 0o644); err != nil {
		return fmt.Errorf("unpack helpers: %w", err)
	}
	return replaceDir(fresh, dir, filepath.Join(tmp, "old"))
}

func helpersSum(payload fs.FS) (string, error) {
	var index struct {
		Files map[string]struct {
			SHA256 string `json:"sha256"`
		} `json:"files"`
	}
	raw, err := fs.ReadFile(payload, "payload.json")
	if err == nil {
		err = json.Unmarshal(raw, &index)
	}
	if err != nil {
		return "", fmt.Errorf("unpack helpers: read the payload's index: %w", err)
	}
	return index.Files[helpersName].SHA256, nil
}

// replaceDir puts fresh where dir is and dir where old is.
func replaceDir(fresh, dir, old string) error {
	if err := os.Rename(dir, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("unpack helpers: %w", err)
	}
	if err := os.Rename(fresh, dir); err != nil {
		return fmt.Errorf("unpack helpers: %w", err)
	}
	return nil
}

// extractHelpers unpacks the archive below dir and returns the archive's sha256.
func extractHelpers(ctx context.Context, payload fs.FS, dir string) (string, error) {
	f, err := payload.Open(helpersName)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	archive := io.TeeReader(f, h)
	dec, err := zstd.NewReader(archive, zstd.WithDecoderMaxWindow(1<<27))
	if err != nil {
		return "", err
	}
	defer dec.Close()
	damaged := func(err error) error {
		return lab.Errorf(lab.CodePayload, "copy the program again from where it came from", "read %s: %w", helpersName, err)
	}
	tr := tar.NewReader(dec)
	for ctx.Err() == nil {
		hdr, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", damaged(err)
		}
		if err := extractEntry(dir, hdr, tr); err != nil {
			return "", err
		}
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	// The hash is of the whole file, padding included.
	if _, err := io.Copy(io.Discard, dec); err != nil {
		return "", damaged(err)
	}
	if _, err := io.Copy(io.Discard, archive); err != nil {
		return "", damaged(err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func extractEntry(dir string, hdr *tar.Header, r io.Reader) error {
	name := strings.TrimSuffix(hdr.Name, "/")
	if !filepath.IsLocal(name) {
		return fmt.Errorf("entry %q leaves the directory", hdr.Name)
	}
	dst := filepath.Join(dir, name)
	if hdr.Typeflag == tar.TypeDir {
		return os.MkdirAll(dst, 0o755)
	}
	if err := os.MkdirAll(filepath.Dir(dst), 0o755); err != nil {
		return err
	}
	if hdr.Typeflag == tar.TypeSymlink {
		return os.Symlink(hdr.Linkname, dst)
	}
	out, err := os.OpenFile(dst, os.O_CREATE|os.O_EXCL|os.O_WRONLY, hdr.FileInfo().Mode().Perm())
	if err != nil {
		return err
	}
	_, err = io.Copy(out, r)
	return errors.Join(err, out.Close())
}
