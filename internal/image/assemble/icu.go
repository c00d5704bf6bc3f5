package assemble

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// icuPattern is where Debian has ICU's data: a shared library with one big symbol.
const icuPattern = "usr/lib/x86_64-linux-gnu/libicudata.so.*"

// icuItem is one file in ICU's package of data: an offset into it, and its bytes.
type icuItem struct {
	name string
	data []byte
}

// trimICU leaves of ICU's data what the globs name, "coll/de.res" for example. The
// library keeps its size, since its symbols must stay where they are; what was taken
// out is zeros and compresses to nothing. Without globs nothing is done.
func trimICU(root string, keep []string) error {
	if len(keep) == 0 {
		return nil
	}
	files, err := filepath.Glob(filepath.Join(root, icuPattern))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("trim ICU: no library at %s (%v)", icuPattern, err)
	}
	for _, file := range files {
		if err := trimICUFile(file, expandBraces(keep)); err != nil {
			return fmt.Errorf("trim %s: %w", filepath.Base(file), err)
		}
	}
	return nil
}

func trimICUFile(file string, keep []string) error {
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	library, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	begin, size, err := icuSymbol(library)
	if err != nil {
		return err
	}
	if err := trimICUData(library[begin:begin+size], keep); err != nil {
		return err
	}
	return os.WriteFile(file, library, info.Mode().Perm())
}

// icuSymbol returns where in the file the data is.
func icuSymbol(library []byte) (begin, size uint64, err error) {
	f, err := elf.NewFile(bytes.NewReader(library))
	if err != nil {
		return 0, 0, err
	}
	symbols, err := f.DynamicSymbols()
	if err != nil {
		return 0, 0, err
	}
	for _, s := range symbols {
		if !strings.HasPrefix(s.Name, "icudt") || !strings.HasSuffix(s.Name, "_dat") {
			continue
		}
		for _, p := range f.Progs {
			if p.Type == elf.PT_LOAD && s.Value >= p.Vaddr && s.Value < p.Vaddr+p.Filesz {
				size := p.Vaddr + p.Filesz - s.Value
				if s.Size > 0 {
					size = min(size, s.Size)
				}
				return s.Value - p.Vaddr + p.Off, size, nil
			}
		}
	}
	return 0, 0, errors.New("it has no symbol icudt*_dat")
}

// trimICUData rewrites a package in place: a header, the number of items, a table of
// two offsets each (name and data, from behind the header), names, items. ICU finds
// an item by binary search in the table, so that the order stays.
func trimICUData(pkg []byte, keep []string) error {
	header, items, err := readICU(pkg)
	if err != nil {
		return err
	}
	var kept []icuItem
	for _, item := range items {
		_, inner, _ := strings.Cut(item.name, "/")
		for _, pattern := range keep {
			if ok, err := path.Match(pattern, inner); err != nil {
				return fmt.Errorf("pattern %q: %w", pattern, err)
			} else if ok {
				kept = append(kept, item)
				break
			}
		}
	}
	if len(kept) == 0 {
		return errors.New("no pattern fits any item")
	}
	body := packICU(kept)
	copy(pkg[header:], body)
	clear(pkg[header+len(body):])
	return nil
}

func readICU(pkg []byte) (header int, items []icuItem, err error) {
	if len(pkg) < 24 || pkg[2] != 0xda || pkg[3] != 0x27 || string(pkg[12:16]) != "CmnD" {
		return 0, nil, errors.New("the symbol holds no package of ICU")
	}
	header = int(binary.LittleEndian.Uint16(pkg))
	body := pkg[min(header, len(pkg)-4):]
	count := int(binary.LittleEndian.Uint32(body))
	if count < 1 || 4+8*count > len(body) {
		return 0, nil, fmt.Errorf("it says that it has %d items", count)
	}
	offset := func(i int) int { return int(binary.LittleEndian.Uint32(body[4+4*i:])) }
	for i := range count {
		name, data, end := offset(2*i), offset(2*i+1), len(body)
		if i+1 < count {
			end = offset(2*i + 3)
		}
		if name >= len(body) || data > end || end > len(body) {
			return 0, nil, fmt.Errorf("item %d is outside of it", i)
		}
		text, _, _ := bytes.Cut(body[name:], []byte{0})
		items = append(items, icuItem{string(text), bytes.Clone(body[data:end])})
	}
	return header, items, nil
}

// packICU lays items out behind a header; each begins at a multiple of 16 bytes, as
// ICU's own tools have it.
func packICU(items []icuItem) []byte {
	var names, data bytes.Buffer
	table := 4 + 8*len(items)
	first := table
	for _, item := range items {
		first += len(item.name) + 1
	}
	first = (first + 15) / 16 * 16
	out := binary.LittleEndian.AppendUint32(nil, uint32(len(items)))
	for _, item := range items {
		out = binary.LittleEndian.AppendUint32(out, uint32(table+names.Len()))
		out = binary.LittleEndian.AppendUint32(out, uint32(first+data.Len()))
		names.WriteString(item.name + "\x00")
		data.Write(item.data)
		data.Write(make([]byte, -len(item.data)&15))
	}
	out = append(out, names.Bytes()...)
	out = append(out, make([]byte, first-len(out))...)
	return append(out, data.Bytes()...)
}
