package build

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/labbox/labbox/internal/lab"
)

// followed are the instructions that need no running container.
const followed = "FROM, ARG, ENV, LABEL, WORKDIR, USER, EXPOSE, COPY, ADD of files, ENTRYPOINT and CMD"

// buildDockerfile follows a Dockerfile as far as that needs no running container.
func buildDockerfile(in Input) (*Result, error) {
	text, err := os.ReadFile(filepath.Join(in.Dir, "Dockerfile"))
	if err != nil {
		return nil, lab.Errorf(lab.CodeUsage, "Give it one, or name a language with lang:", "%s has no Dockerfile", in.Dir)
	}
	steps, err := parseDockerfile(string(text), in.Args)
	if err != nil {
		return nil, err
	}
	b := &dockerBuild{in: in, tree: newTree(in.Scratch), res: &Result{}, workdir: "/"}
	for _, s := range steps {
		if err := b.follow(s); err != nil {
			return nil, lab.Errorf(lab.CodeUsage, lab.AsError(err).Hint, "Dockerfile line %d: %w", s.line, err)
		}
	}
	if b.res.Base == "" {
		return nil, lab.Errorf(lab.CodeUsage, "", "Dockerfile: there is no FROM")
	}
	if len(b.tree.entries) == 0 {
		return b.res, nil
	}
	return b.res, b.tree.finish(in, b.res)
}

// dockerBuild is a Dockerfile half followed.
type dockerBuild struct {
	in      Input
	tree    *tree
	res     *Result
	workdir string
}

func (b *dockerBuild) follow(s step) error {
	c := &b.res.Config
	if b.res.Base == "" && s.word != "FROM" && s.word != "ARG" {
		return fmt.Errorf("%s stands before FROM", s.word)
	}
	switch s.word {
	case "FROM":
		return b.from(s)
	case "ARG":
	case "ENV":
		for _, k := range s.order {
			c.Env = append(c.Env, k+"="+s.pairs[k])
		}
	case "LABEL":
		if c.Labels == nil {
			c.Labels = map[string]string{}
		}
		for k, v := range s.pairs {
			c.Labels[k] = v
		}
	case "WORKDIR":
		b.workdir = join(b.workdir, s.args[0])
		c.Workdir = b.workdir
	case "USER":
		c.User = s.args[0]
	case "EXPOSE":
		c.Ports = append(c.Ports, s.args...)
	case "ENTRYPOINT":
		c.Entrypoint, c.Cmd = s.args, nil
	case "CMD":
		c.Cmd = s.args
	case "COPY", "ADD":
		return b.copy(s)
	case "RUN":
		return lab.Errorf(lab.CodeUsage, "Bring what it would make into the folder and COPY it; labbox follows "+followed, "RUN needs a container at build time, and labbox builds without one")
	case "STOPSIGNAL", "HEALTHCHECK", "SHELL", "MAINTAINER":
		b.in.Log(fmt.Sprintf("Dockerfile line %d: %s makes no difference here", s.line, s.word))
	default:
		return lab.Errorf(lab.CodeUsage, "labbox follows "+followed, "%s cannot be followed", s.word)
	}
	return nil
}

func (b *dockerBuild) from(s step) error {
	args := s.args
	for len(args) > 0 && strings.HasPrefix(args[0], "--") {
		args = args[1:] // --platform: there is one only
	}
	switch {
	case len(args) == 0:
		return fmt.Errorf("FROM names no image")
	case b.res.Base != "":
		return lab.Errorf(lab.CodeUsage, "Build the first stages elsewhere and COPY what they make", "a second FROM: labbox builds one stage")
	}
	b.res.Base = args[0]
	return nil
}

// copy adds files of the folder. A destination that ends in a slash, or several
// sources, mean a directory; the content of a source directory is what is copied.
func (b *dockerBuild) copy(s step) error {
	args := s.args
	for len(args) > 0 && strings.HasPrefix(args[0], "--") {
		if strings.HasPrefix(args[0], "--from") {
			return lab.Errorf(lab.CodeUsage, "Put the files into the folder", "%s: only files of the folder can be copied", args[0])
		}
		args = args[1:] // --chown, --chmod, --link: files belong to root and can be read by all
	}
	if len(args) < 2 {
		return fmt.Errorf("%s needs a source and a destination", s.word)
	}
	sources, dst := args[:len(args)-1], args[len(args)-1]
	for _, src := range sources {
		if s.word == "ADD" && (strings.Contains(src, "://") || strings.HasSuffix(src, ".tar") || strings.Contains(src, ".tar.") || strings.HasSuffix(src, ".tgz")) {
			return lab.Errorf(lab.CodeUsage, "Unpack it in the folder and COPY it", "ADD %s: addresses and archives are not followed", src)
		}
		if err := b.copyOne(src, join(b.workdir, dst), strings.HasSuffix(dst, "/") || len(sources) > 1 || dst == "."); err != nil {
			return err
		}
	}
	return nil
}

func (b *dockerBuild) copyOne(src, dst string, into bool) error {
	pattern := path.Clean(strings.TrimPrefix(src, "/"))
	if !filepath.IsLocal(pattern) {
		return fmt.Errorf("%s is outside of the folder", src)
	}
	found, err := filepath.Glob(filepath.Join(b.in.Dir, pattern))
	if err != nil || len(found) == 0 {
		return fmt.Errorf("%s is not in the folder", src)
	}
	for _, file := range found {
		info, err := os.Lstat(file)
		if err != nil {
			return err
		}
		if info.IsDir() {
			if err := b.tree.addDir(file, dst, func(rel string) bool { return path.Base(rel) == ".git" }); err != nil {
				return err
			}
			continue
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("%s is neither a file nor a folder", src)
		}
		name := dst
		if into {
			name = path.Join(dst, filepath.Base(file))
		}
		if err := b.tree.add(name, entry{mode: cleanMode(info.Mode()), size: info.Size(), from: file}); err != nil {
			return err
		}
	}
	return nil
}

// join resolves a path in the image.
func join(workdir, p string) string {
	if path.IsAbs(p) {
		return path.Clean(p)
	}
	return path.Join(workdir, p)
}
