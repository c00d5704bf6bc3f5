package assemble

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/labbox/labbox/internal/image/recipe"
)

// alwaysTrimmed is what no container reads. Copyright files are collected first.
var alwaysTrimmed = []string{
	"/usr/share/{doc,man,locale,lintian,bug,info,bash-completion,doc-base,gdb,menu,pixmaps,applications,common-licenses}",
}

// stageDebs unpacks the packages of d below root.
func (b *builder) stageDebs(ctx context.Context, d *recipe.Debs, root string, lic licenses) error {
	debs, err := b.apt.resolve(ctx, d.Packages)
	if err != nil {
		return err
	}
	files, err := b.apt.fetch(ctx, debs)
	if err != nil {
		return err
	}
	trim, err := compileGlobs(mergedPatterns(append(slices.Clone(d.Trim), alwaysTrimmed...))...)
	if err != nil {
		return err
	}
	into := root
	if len(d.Pick) > 0 {
		if into, err = b.cache.temp("pick"); err != nil {
			return err
		}
		defer os.RemoveAll(into)
	}
	for i, file := range files {
		if err := unpackDeb(ctx, file, into); err != nil {
			return fmt.Errorf("unpack %s: %w", debs[i].File, err)
		}
		if err := lic.addDeb(b.cache, debs[i].Name, into); err != nil {
			return err
		}
	}
	if err := removeMatching(into, trim, nil); err != nil {
		return fmt.Errorf("trim packages: %w", err)
	}
	if err := pickFiles(into, root, d.Pick); err != nil {
		return err
	}
	if err := joinCertificates(root); err != nil {
		return err
	}
	if err := trimICU(root, d.ICU); err != nil {
		return err
	}
	return makeLinks(root, d.Links)
}

// unpackDeb streams a package's files below root.
func unpackDeb(ctx context.Context, file, root string) error {
	pr, pw := io.Pipe()
	go func() {
		pw.CloseWithError(run(ctx, command{name: "dpkg-deb", args: []string{"--fsys-tarfile", file}, stdout: pw}))
	}()
	if err := extractTar(root, pr, usrPath); err != nil {
		pr.CloseWithError(err)
		return err
	}
	// The rest of the stream is padding; reading it lets dpkg-deb end well.
	_, err := io.Copy(io.Discard, pr)
	return err
}

// pickFiles copies single files, symbolic links followed within from.
func pickFiles(from, to string, pick map[string]string) error {
	for _, src := range sortedKeys(pick) {
		dst := pick[src]
		if strings.HasSuffix(dst, "/") {
			dst += path.Base(src)
		}
		real, err := follow(from, src)
		if err != nil {
			return fmt.Errorf("pick %s: %w", src, err)
		}
		info, err := os.Stat(real)
		if err != nil {
			return fmt.Errorf("pick %s: %w", src, err)
		}
		full := filepath.Join(to, dst)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			return fmt.Errorf("pick %s: %w", src, err)
		}
		if err := copyFile(real, full, cleanMode(info.Mode())); err != nil {
			return fmt.Errorf("pick %s: %w", src, err)
		}
	}
	return nil
}

// follow resolves name below root as if root were the file system's root.
func follow(root, name string) (string, error) {
	for range 16 {
		name = usrPath(name)
		full := filepath.Join(root, name)
		target, err := os.Readlink(full)
		if errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		if err != nil {
			return full, nil
		}
		if !path.IsAbs(target) {
			target = path.Join(path.Dir(name), target)
		}
		name = target
	}
	return "", fmt.Errorf("too many links at %s", name)
}

// joinCertificates does what the maintainer script of ca-certificates would.
func joinCertificates(root string) error {
	const dir = "usr/share/ca-certificates/mozilla"
	files, err := filepath.Glob(filepath.Join(root, dir, "*.crt"))
	if err != nil || len(files) == 0 {
		return err
	}
	var all []byte
	for _, f := range files {
		pem, err := os.ReadFile(f)
		if err != nil {
			return fmt.Errorf("join certificates: %w", err)
		}
		all = append(all, bytes.TrimSpace(pem)...)
		all = append(all, '\n')
	}
	if err := os.RemoveAll(filepath.Join(root, filepath.Dir(dir))); err != nil {
		return fmt.Errorf("join certificates: %w", err)
	}
	return writeFile(filepath.Join(root, "etc/ssl/certs/ca-certificates.crt"), all, 0o644)
}

// expandBraces turns "/a/{b,c}" into "/a/b" and "/a/c".
func expandBraces(patterns []string) []string {
	var out []string
	for _, p := range patterns {
		open, end := strings.IndexByte(p, '{'), strings.IndexByte(p, '}')
		if open < 0 || end < open {
			out = append(out, p)
			continue
		}
		for _, alt := range strings.Split(p[open+1:end], ",") {
			out = append(out, expandBraces([]string{p[:open] + alt + p[end+1:]})...)
		}
	}
	return out
}

// mergedPatterns expands braces and lets "/lib/x" mean "/usr/lib/x", too.
func mergedPatterns(patterns []string) []string {
	out := expandBraces(patterns)
	for i, p := range out {
		out[i] = "/" + usrPath(p)
	}
	return out
}
