package assemble

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
	"time"

	"github.com/klauspost/compress/zstd"
)

// epoch is the time of every entry of every layer.
var epoch = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// zstdArgs give the same bytes for the same input on any number of cores. The window
// stays at the level's 8 MB, since who unpacks a layer needs as much memory.
var zstdArgs = []string{"-19", "-T1", "-q", "-c"}

// wideArgs have a window over several programs of one kind. labbox itself unpacks
// what is packed with it, once.
var wideArgs = []string{"-19", "--long=25", "-T1", "-q", "-c"}

// blob is a compressed tar.
type blob struct {
	// DiffID and Digest are sha256 sums in hex, of the tar and of its compressed form.
	DiffID string `json:"diffId"`
	Digest string `json:"digest"`
	// TarSize and Size are the bytes of both.
	TarSize int64 `json:"tarSize"`
	Size    int64 `json:"size"`
}

// writeTar writes the tree below root: entries by name, one time, one owner. Names
// of the same file become hard links.
func writeTar(w io.Writer, root string) error {
	var names []string
	err := filepath.WalkDir(root, func(p string, _ fs.DirEntry, err error) error {
		if err == nil && p != root {
			names = append(names, strings.TrimPrefix(p, root+"/"))
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("list %s: %w", root, err)
	}
	sort.Strings(names)
	tw := tar.NewWriter(w)
	seen := map[uint64]string{}
	for _, name := range names {
		if err := writeEntry(tw, root, name, seen); err != nil {
			return fmt.Errorf("archive %s: %w", name, err)
		}
	}
	return tw.Close()
}

func writeEntry(tw *tar.Writer, root, name string, seen map[uint64]string) error {
	full := filepath.Join(root, name)
	info, err := os.Lstat(full)
	if err != nil {
		return err
	}
	target := ""
	if info.Mode()&fs.ModeSymlink != 0 {
		if target, err = os.Readlink(full); err != nil {
			return err
		}
	}
	hdr, err := tar.FileInfoHeader(info, target)
	if err != nil {
		return err
	}
	*hdr = tar.Header{Typeflag: hdr.Typeflag, Name: name, Linkname: hdr.Linkname, Mode: hdr.Mode, Size: hdr.Size, ModTime: epoch}
	if info.IsDir() {
		hdr.Name += "/"
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && info.Mode().IsRegular() && st.Nlink > 1 {
		if first, again := seen[st.Ino]; again {
			hdr.Typeflag, hdr.Linkname, hdr.Size = tar.TypeLink, first, 0
		} else {
			seen[st.Ino] = name
		}
	}
	if err := tw.WriteHeader(hdr); err != nil || hdr.Size == 0 || hdr.Typeflag != tar.TypeReg {
		return err
	}
	f, err := os.Open(full)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(tw, f)
	return err
}

// diffID returns the hash and size of the tree's tar without keeping it.
func diffID(root string) (string, int64, error) {
	m := newMeter(io.Discard)
	if err := writeTar(m, root); err != nil {
		return "", 0, err
	}
	return m.sum(), m.n, nil
}

// compressor names the program that makes zstd streams: the reference
// implementation when the machine has it, else the one linked in.
func compressor(wide bool) string {
	if _, err := exec.LookPath("zstd"); err == nil {
		return "zstd " + strings.Join(compressorArgs(wide), " ")
	}
	return "klauspost best"
}

func compressorArgs(wide bool) []string {
	if wide {
		return wideArgs
	}
	return zstdArgs
}

// compress writes the tree's compressed tar to file and returns its sums.
func compress(ctx context.Context, root, file string, wide bool) (blob, error) {
	f, err := os.Create(file)
	if err != nil {
		return blob{}, fmt.Errorf("create layer: %w", err)
	}
	defer f.Close()
	out := newMeter(f)
	pr, pw := io.Pipe()
	in := newMeter(pw)
	go func() { pw.CloseWithError(writeTar(in, root)) }()
	if err := squeeze(ctx, out, pr, wide); err != nil {
		pr.CloseWithError(err)
		return blob{}, fmt.Errorf("compress layer: %w", err)
	}
	if err := f.Close(); err != nil {
		return blob{}, fmt.Errorf("write layer: %w", err)
	}
	return blob{DiffID: in.sum(), Digest: out.sum(), TarSize: in.n, Size: out.n}, nil
}

func squeeze(ctx context.Context, w io.Writer, r io.Reader, wide bool) error {
	if strings.HasPrefix(compressor(wide), "zstd ") {
		return run(ctx, command{name: "zstd", args: compressorArgs(wide), stdin: r, stdout: w})
	}
	enc, err := zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(8<<20))
	if err != nil {
		return err
	}
	if _, err := io.Copy(enc, r); err != nil {
		return err
	}
	return enc.Close()
}

// meter counts and hashes what passes through it.
type meter struct {
	w io.Writer
	h hash.Hash
	n int64
}

func newMeter(w io.Writer) *meter { return &meter{w: w, h: sha256.New()} }

func (m *meter) Write(p []byte) (int, error) {
	n, err := m.w.Write(p)
	m.h.Write(p[:n])
	m.n += int64(n)
	return n, err
}

func (m *meter) sum() string { return hex.EncodeToString(m.h.Sum(nil)) }
