package repo

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/sha1" //nolint:gosec // git's objects are named by it
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Push is a commit that makes a branch hold exactly Files.
type Push struct {
	Repo, Branch string
	// Parent is the commit that the branch is at; empty for a branch to be made.
	Parent string
	Files  []File
	// Author and Email sign the commit; empty: the platform.
	Author, Email, Message string
	Time                   time.Time
}

const zeroID = "0000000000000000000000000000000000000000"

// object kinds in a pack.
const (
	kindCommit = 1
	kindTree   = 2
	kindBlob   = 3
)

// Push sends the commit and returns its id. The server refuses it where the branch
// is not at Parent.
func (c *Client) Push(ctx context.Context, p Push) (string, error) {
	pack := &pack{seen: map[string]bool{}}
	tree, err := pack.tree(p.Files)
	if err != nil {
		return "", fmt.Errorf("push to %s: %w", p.Repo, err)
	}
	id := pack.add(kindCommit, p.commit(tree))
	before := p.Parent
	if before == "" {
		before = zeroID
	}
	var body bytes.Buffer
	body.WriteString(pktLine(before + " " + id + " refs/heads/" + p.Branch + "\x00report-status agent=labbox-idp"))
	body.WriteString("0000")
	if err := pack.write(&body); err != nil {
		return "", fmt.Errorf("push to %s: %w", p.Repo, err)
	}
	resp, err := c.send(ctx, request{method: http.MethodPost, path: "/" + p.Repo + ".git/git-receive-pack", body: body.Bytes(),
		media: "application/x-git-receive-pack-request", login: true})
	if err != nil {
		return "", fmt.Errorf("push to %s: %w", p.Repo, err)
	}
	defer resp.Body.Close()
	report, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return "", fmt.Errorf("push to %s: read the report: %w", p.Repo, err)
	}
	if text := string(report); !strings.Contains(text, "unpack ok") || !strings.Contains(text, "ok refs/heads/"+p.Branch) || strings.Contains(text, "ng refs/") {
		return "", fmt.Errorf("push to %s: the server refused it: %q", p.Repo, text)
	}
	return id, nil
}

// commit returns the content of the commit object.
func (p Push) commit(tree string) []byte {
	if p.Author == "" {
		p.Author, p.Email = "labbox platform", "platform@labbox.local"
	}
	if p.Time.IsZero() {
		p.Time = time.Now()
	}
	clean := strings.NewReplacer("<", "", ">", "", "\n", " ", "\x00", "")
	who := fmt.Sprintf("%s <%s> %d +0000", clean.Replace(p.Author), clean.Replace(p.Email), p.Time.Unix())
	var b strings.Builder
	b.WriteString("tree " + tree + "\n")
	if p.Parent != "" {
		b.WriteString("parent " + p.Parent + "\n")
	}
	b.WriteString("author " + who + "\ncommitter " + who + "\n\n" + strings.TrimSpace(p.Message) + "\n")
	return []byte(b.String())
}

func pktLine(s string) string { return fmt.Sprintf("%04x%s", len(s)+4, s) }

// pack collects objects, each once.
type pack struct {
	seen    map[string]bool
	objects []packed
}

type packed struct {
	kind int
	data []byte
}

// add puts an object in and returns its id.
func (p *pack) add(kind int, data []byte) string {
	h := sha1.New() //nolint:gosec // git's objects are named by it
	fmt.Fprintf(h, "%s %d\x00", map[int]string{kindCommit: "commit", kindTree: "tree", kindBlob: "blob"}[kind], len(data))
	h.Write(data)
	id := hex.EncodeToString(h.Sum(nil))
	if !p.seen[id] {
		p.seen[id] = true
		p.objects = append(p.objects, packed{kind, data})
	}
	return id
}

// tree puts the files and their directories in and returns the root's id.
func (p *pack) tree(files []File) (string, error) {
	type item struct{ mode, name, id string }
	here := map[string]item{}
	below := map[string][]File{}
	for _, f := range files {
		name, rest, deep := strings.Cut(f.Path, "/")
		if name == "" || name == "." || name == ".." || strings.EqualFold(name, ".git") || strings.ContainsRune(name, 0) {
			return "", fmt.Errorf("%q is no path of a file in git", f.Path)
		}
		if deep {
			below[name] = append(below[name], File{Path: rest, Data: f.Data, Exec: f.Exec})
			continue
		}
		mode := "100644"
		if f.Exec {
			mode = "100755"
		}
		here[name] = item{mode, name, p.add(kindBlob, f.Data)}
	}
	for name, inside := range below {
		if _, both := here[name]; both {
			return "", fmt.Errorf("%q is a file and a directory", name)
		}
		id, err := p.tree(inside)
		if err != nil {
			return "", err
		}
		here[name] = item{"40000", name, id}
	}
	items := make([]item, 0, len(here))
	for _, i := range here {
		items = append(items, i)
	}
	order := func(i item) string { // git sorts directories as if they ended in a slash
		if i.mode == "40000" {
			return i.name + "/"
		}
		return i.name
	}
	slices.SortFunc(items, func(a, b item) int { return strings.Compare(order(a), order(b)) })
	var b bytes.Buffer
	for _, i := range items {
		id, err := hex.DecodeString(i.id)
		if err != nil {
			return "", err
		}
		b.WriteString(i.mode + " " + i.name + "\x00")
		b.Write(id)
	}
	return p.add(kindTree, b.Bytes()), nil
}

// write writes the pack in git's format, version 2.
func (p *pack) write(to *bytes.Buffer) error {
	if len(p.objects) == 0 {
		return errors.New("there is nothing to push")
	}
	begin := to.Len()
	to.WriteString("PACK")
	for _, n := range []uint32{2, uint32(len(p.objects))} { //nolint:gosec // a few hundred
		if err := binary.Write(to, binary.BigEndian, n); err != nil {
			return err
		}
	}
	for _, o := range p.objects {
		size := len(o.data)
		first := byte(o.kind<<4) | byte(size&15)
		for size >>= 4; size > 0; size >>= 7 {
			to.WriteByte(first | 0x80)
			first = byte(size & 0x7f)
		}
		to.WriteByte(first)
		z := zlib.NewWriter(to)
		if _, err := z.Write(o.data); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
	}
	sum := sha1.Sum(to.Bytes()[begin:]) //nolint:gosec // git's packs end with it
	to.Write(sum[:])
	return nil
}
