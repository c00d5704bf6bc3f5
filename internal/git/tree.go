package git

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os/exec"
	"path"
	"sort"
	"strconv"
	"strings"
)

// maxTreeBytes bounds a listing; a directory of tens of thousands of files fits.
const maxTreeBytes = 4 << 20

// Entry is a file or directory in a tree.
type Entry struct {
	Name string `json:"name"`
	Path string `json:"path"`
	// Type is file, dir, link or submodule.
	Type string `json:"type"`
	ID   string `json:"id"`
	Size int64  `json:"size"`
}

// cleanPath makes a relative slash path of p; "" is the root. ok is false where p
// would leave the tree or cannot be a git path.
func cleanPath(p string) (clean string, ok bool) {
	clean = strings.TrimPrefix(path.Clean("/"+p), "/")
	for part := range strings.SplitSeq(p, "/") {
		if part == ".." {
			return "", false
		}
	}
	return clean, !strings.ContainsRune(p, 0) && len(p) < 4096
}

// Tree lists one directory at ref, directories first.
func (s *Store) Tree(ctx context.Context, name, ref, dirPath string) ([]Entry, error) {
	clean, ok := cleanPath(dirPath)
	if !ok {
		return nil, fmt.Errorf("path %.60q: %w", dirPath, ErrNotFound)
	}
	dir, id, err := s.resolve(ctx, name, ref)
	if err != nil {
		if ref == "" && clean == "" && s.isEmpty(ctx, name) {
			return []Entry{}, nil
		}
		return nil, err
	}
	out, _, err := s.run.output(ctx, dir, maxTreeBytes, "ls-tree", "-z", "-l", id+":"+clean)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("directory %s of %s: %w", clean, name, ErrNotFound)
	}
	return parseTree(string(out), clean), nil
}

func parseTree(out, dir string) []Entry {
	entries := []Entry{}
	for record := range strings.SplitSeq(out, "\x00") {
		meta, name, ok := strings.Cut(record, "\t")
		field := strings.Fields(meta) // mode, type, id, size
		if !ok || len(field) != 4 {
			continue
		}
		e := Entry{Name: name, Path: path.Join(dir, name), ID: field[2], Type: "file"}
		e.Size, _ = strconv.ParseInt(field[3], 10, 64)
		switch {
		case field[1] == "tree":
			e.Type = "dir"
		case field[1] == "commit":
			e.Type = "submodule"
		case field[0] == "120000":
			e.Type = "link"
		}
		entries = append(entries, e)
	}
	sort.SliceStable(entries, func(i, j int) bool {
		return entries[i].Type == "dir" && entries[j].Type != "dir"
	})
	return entries
}

// Blob is an open file of a repository. The reader must close it.
type Blob struct {
	ID   string
	Size int64
	io.Reader
	close func()
}

// Close ends the git process behind the blob.
func (b *Blob) Close() { b.close() }

// Open opens the file at ref, or returns ErrNotFound. Links are not followed:
// their content is their target.
func (s *Store) Open(ctx context.Context, name, ref, filePath string) (*Blob, error) {
	clean, ok := cleanPath(filePath)
	if !ok || clean == "" || strings.Contains(clean, "\n") {
		return nil, fmt.Errorf("path %.60q: %w", filePath, ErrNotFound)
	}
	dir, id, err := s.resolve(ctx, name, ref)
	if err != nil {
		return nil, err
	}
	release, err := s.run.acquire(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	cmd := s.run.command(ctx, dir, nil, "cat-file", "--batch")
	cmd.Stdin = strings.NewReader(id + ":" + clean + "\n")
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		cancel()
		release()
		return nil, fmt.Errorf("open %s of %s: %w", clean, name, err)
	}
	blob, err := readHeader(bufio.NewReader(stdout))
	end := endProcess(cmd, cancel, release)
	if err != nil {
		end()
		return nil, fmt.Errorf("file %s of %s: %w", clean, name, err)
	}
	blob.close = end
	return blob, nil
}

func endProcess(cmd *exec.Cmd, cancel, release func()) func() {
	return func() {
		cancel()
		_ = cmd.Wait() // killed on purpose where the file was not read to its end
		release()
	}
}

// readHeader reads "<id> blob <size>\n"; anything else is no file.
func readHeader(r *bufio.Reader) (*Blob, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("read from git: %w", err)
	}
	field := strings.Fields(line)
	if len(field) != 3 || field[1] != "blob" {
		return nil, ErrNotFound
	}
	size, err := strconv.ParseInt(field[2], 10, 64)
	if err != nil {
		return nil, fmt.Errorf("read from git: %w", err)
	}
	return &Blob{ID: field[0], Size: size, Reader: io.LimitReader(r, size)}, nil
}
