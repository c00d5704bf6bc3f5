package bundle

import (
	"context"
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"
)

// Verify reads the whole payload and compares every file with its sha256. progress
// may be nil; it gets the bytes read so far and their total. The error wraps
// ErrDamaged and names the first damaged file.
func (p *Payload) Verify(ctx context.Context, progress func(done, total int64)) error {
	if progress == nil {
		progress = func(int64, int64) {}
	}
	var done, total int64
	for _, f := range p.index.Files {
		total += f.Size
	}
	for _, name := range slices.Sorted(maps.Keys(p.index.Files)) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := p.verifyFile(name); err != nil {
			return err
		}
		done += p.index.Files[name].Size
		progress(done, total)
	}
	return nil
}

func (p *Payload) verifyFile(name string) error {
	f, err := p.Open(name)
	if err != nil {
		return fmt.Errorf("%w: open %s: %w", ErrDamaged, name, err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != p.index.Files[name].SHA256 {
		return fmt.Errorf("%w: %s has sha256 %s, want %s", ErrDamaged, name, got, p.index.Files[name].SHA256)
	}
	return nil
}

// programEnd returns the first offset behind everything that the ELF headers name.
func programEnd(r io.ReaderAt) (int64, error) {
	f, err := elf.NewFile(r)
	if err != nil {
		return 0, err
	}
	var end uint64
	for _, s := range f.Sections {
		if s.Type != elf.SHT_NOBITS {
			end = max(end, s.Offset+s.FileSize)
		}
	}
	for _, s := range f.Progs {
		end = max(end, s.Off+s.Filesz)
	}
	// The table of section headers may lie last; debug/elf does not tell where.
	const headerSize, tableAt = 64, 40
	var head [headerSize]byte
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return 0, err
	}
	table := f.ByteOrder.Uint64(head[tableAt:])
	return int64(max(end, table+uint64(len(f.Sections))*headerSize)), nil
}
