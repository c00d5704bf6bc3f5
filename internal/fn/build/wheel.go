package build

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/labbox/labbox/internal/lab"
)

// wheel is an opened wheel file.
type wheel struct {
	file, name, version string
	// unfit says why the lab's Python cannot use it; empty when it can.
	unfit string
	zip   *zip.ReadCloser
}

// findWheels opens the wheels in dir, by name of their distribution; closeWheels ends
// their use. No directory is no wheels.
func findWheels(dir string) (map[string][]*wheel, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return nil, fmt.Errorf("look for wheels: %w", err)
	}
	found := map[string][]*wheel{}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".whl") {
			if strings.HasSuffix(e.Name(), ".tar.gz") {
				closeWheels(found)
				return nil, lab.Errorf(lab.CodeUsage, wheelHint, "%s is source code that would have to be compiled; a wheel is needed", e.Name())
			}
			continue
		}
		w, err := openWheel(filepath.Join(dir, e.Name()))
		if err != nil {
			closeWheels(found)
			return nil, err
		}
		found[w.name] = append(found[w.name], w)
	}
	return found, nil
}

func closeWheels(wheels map[string][]*wheel) {
	for _, list := range wheels {
		for _, w := range list {
			_ = w.zip.Close()
		}
	}
}

// openWheel reads name-version(-build)?-python-abi-platform.whl.
func openWheel(file string) (*wheel, error) {
	base := filepath.Base(file)
	parts := strings.Split(strings.TrimSuffix(base, ".whl"), "-")
	if len(parts) < 5 || len(parts) > 6 {
		return nil, lab.Errorf(lab.CodeUsage, wheelHint, "%s is not named as a wheel is", base)
	}
	z, err := zip.OpenReader(file)
	if err != nil {
		return nil, lab.Errorf(lab.CodeUsage, wheelHint, "open %s: %w", base, err)
	}
	n := len(parts)
	w := &wheel{file: base, name: normal(parts[0]), version: parts[1], zip: z}
	if !tagsFit(parts[n-3], parts[n-2], parts[n-1]) {
		w.unfit = "(it is not for Python 3.11 on x86-64 Linux)"
	}
	return w, nil
}

var (
	pythonTag   = regexp.MustCompile(`^(?:py3|py3(\d+)|cp311)$`)
	stableTag   = regexp.MustCompile(`^cp3(\d*)$`)
	platformTag = regexp.MustCompile(`^(?:any|linux_x86_64|manylinux(?:1|2010|2014)_x86_64|manylinux_2_(\d+)_x86_64)$`)
)

// tagsFit says whether one of the wheel's tags is for the image's Python: CPython
// 3.11, glibc 2.36, x86-64.
func tagsFit(pythons, abis, platforms string) bool {
	abi := anyTag(abis, func(a string) bool { return a == "none" || a == "abi3" || a == "cp311" })
	platform := anyTag(platforms, func(p string) bool {
		m := platformTag.FindStringSubmatch(p)
		return m != nil && atMost(m[1], 36)
	})
	python := anyTag(pythons, func(p string) bool {
		if m := pythonTag.FindStringSubmatch(p); m != nil {
			return atMost(m[1], 11)
		}
		m := stableTag.FindStringSubmatch(p)
		return m != nil && strings.Contains("."+abis+".", ".abi3.") && atMost(m[1], 11)
	})
	return abi && platform && python
}

func anyTag(tags string, fits func(string) bool) bool {
	for _, t := range strings.Split(tags, ".") {
		if fits(t) {
			return true
		}
	}
	return false
}

func atMost(text string, most int) bool {
	n, err := strconv.Atoi(text)
	return text == "" || err == nil && n <= most
}

// needs reads from the metadata what the wheel requires with the given extras.
func (w *wheel) needs(extras []string) ([]requirement, error) {
	for _, f := range w.zip.File {
		if path.Base(f.Name) != "METADATA" || !strings.HasSuffix(path.Dir(f.Name), ".dist-info") || strings.Count(f.Name, "/") != 1 {
			continue
		}
		meta, err := readZip(f)
		if err != nil {
			return nil, fmt.Errorf("read the metadata of %s: %w", w.file, err)
		}
		return parseMetadata(string(meta), w.name, extras)
	}
	return nil, lab.Errorf(lab.CodeUsage, wheelHint, "%s is no wheel: it has no METADATA", w.file)
}

func parseMetadata(meta, name string, extras []string) ([]requirement, error) {
	head, _, _ := strings.Cut(strings.ReplaceAll(meta, "\r\n", "\n"), "\n\n")
	var out []requirement
	for _, line := range strings.Split(head, "\n") {
		spec, is := strings.CutPrefix(line, "Requires-Dist:")
		if !is {
			continue
		}
		r, ok, err := parseRequirement(strings.TrimSpace(spec), extras)
		if err != nil {
			return nil, fmt.Errorf("read the metadata of %s: %w", name, err)
		}
		if r.by = name; ok {
			out = append(out, r)
		}
	}
	return out, nil
}

// readZip reads one small file of a zip; it believes no size that the zip states.
func readZip(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, 4<<20))
}

// unpack adds the wheel's packages. Scripts and headers are left out.
func (w *wheel) unpack(t *tree) error {
	for _, f := range w.zip.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		if !filepath.IsLocal(f.Name) {
			return fmt.Errorf("path %q leaves the package", f.Name)
		}
		name, ok := wheelPath(f.Name)
		if !ok {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return err
		}
		err = t.addStream(name, r, f.Mode())
		if err := errors.Join(err, r.Close()); err != nil {
			return err
		}
	}
	return nil
}

// wheelPath returns where a file of a wheel belongs in the image.
func wheelPath(name string) (string, bool) {
	top, rest, _ := strings.Cut(name, "/")
	if !strings.HasSuffix(top, ".data") {
		return path.Join(siteDir, name), true
	}
	kind, rest, _ := strings.Cut(rest, "/")
	switch kind {
	case "purelib", "platlib":
		return path.Join(siteDir, rest), true
	case "data":
		return path.Join("usr/local", rest), true
	}
	return "", false
}
