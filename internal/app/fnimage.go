package app

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/labbox/labbox/internal/fn/build"
	"github.com/labbox/labbox/internal/fn/client"
	"github.com/labbox/labbox/internal/image"
	"github.com/labbox/labbox/internal/lab"
)

const (
	// functionImages is where the images of functions are; what else is below
	// labImages is the lab's own and never written to.
	labImages      = "labbox.local/"
	functionImages = labImages + "fn/"
	// keepImages is how many images of one function stay when another is built.
	keepImages = 5
	// maxOrder bounds what is said of an image before its layer.
	maxOrder = 1 << 20
)

// FnImage is an image of a function in the cluster.
type FnImage struct {
	Function string `json:"function"`
	// Image names this very image: its tag is its digest's beginning.
	Image  string `json:"image"`
	Digest string `json:"digest"`
	// Refs are all names that it has.
	Refs    []string `json:"refs"`
	Bytes   int64    `json:"bytes"`
	Seconds float64  `json:"seconds"`
}

// fnImageOrder is what the command line sends to the daemon, before the layer.
type fnImageOrder struct {
	Name   string       `json:"name"`
	Image  string       `json:"image,omitempty"`
	Result build.Result `json:"result"`
}

var notInName = regexp.MustCompile(`[^a-z0-9-]+`)

// nameOf makes a function's name of an image's: "ttl.sh/me/Hello:1" is "hello".
func nameOf(ref string) string {
	ref, _, _ = strings.Cut(ref, "@")
	base, _, _ := strings.Cut(path.Base(ref), ":")
	name := strings.Trim(notInName.ReplaceAllString(strings.ToLower(base), "-"), "-")
	if name == "" {
		return "function"
	}
	return name
}

// refsOf are the names of a function's image: one by digest, one for the newest, and
// the one that its stack file or client says.
func refsOf(name, ref string) ([]string, error) {
	refs := []string{functionImages + name + ":{digest}", functionImages + name + ":latest"}
	if ref == "" {
		return refs, nil
	}
	normal, err := image.Normal(ref)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(normal, labImages) && !strings.HasPrefix(normal, functionImages) {
		return nil, lab.Errorf(lab.CodeUsage, "Name it "+functionImages+name+":latest", "image %s is the lab's own", ref)
	}
	if strings.Contains(normal, "@") {
		return nil, lab.Errorf(lab.CodeUsage, "Give it a tag instead", "image %s: a digest cannot be chosen", ref)
	}
	if !slices.Contains(refs, normal) {
		refs = append(refs, normal)
	}
	return refs, nil
}

// functionStore makes and removes the images of functions.
type functionStore struct {
	// socket is containerd's, once there is one.
	socket  func() (string, error)
	objects lab.Objects
	// builds is where builds work; it is inside of the data directory, so that it is
	// for root only and goes with it.
	builds string
	log    *slog.Logger
}

func (d *daemon) functions() *functionStore {
	return &functionStore{objects: d.cluster, builds: d.paths.Builds(), log: d.log, socket: func() (string, error) {
		socket := d.cluster.ContainerdSocket()
		if _, err := os.Stat(socket); err != nil {
			return "", lab.Errorf(lab.CodeNotReady, "Wait for it: labbox status", "the cluster is not there yet")
		}
		return socket, nil
	}}
}

// addImage puts what was built into the cluster's containerd.
func (f *functionStore) addImage(ctx context.Context, name, ref string, res *build.Result) (*image.Added, error) {
	refs, err := refsOf(name, ref)
	if err != nil {
		return nil, err
	}
	socket, err := f.socket()
	if err != nil {
		return nil, err
	}
	added, err := image.Add(ctx, socket, image.Addition{Base: res.Base, Layer: res.Layer, Refs: refs, Change: change(res.Config)})
	if err != nil {
		return nil, err
	}
	if err := f.pruneImages(ctx, socket, name); err != nil {
		f.log.Warn("remove old images", "function", name, "error", err)
	}
	return added, nil
}

// change lays what was built over the base's configuration.
func change(c build.Config) func(*ocispec.ImageConfig) {
	return func(to *ocispec.ImageConfig) {
		for _, pair := range c.Env {
			name, _, _ := strings.Cut(pair, "=")
			to.Env = slices.DeleteFunc(to.Env, func(have string) bool { return strings.HasPrefix(have, name+"=") })
			to.Env = append(to.Env, pair)
		}
		if c.Entrypoint != nil {
			to.Entrypoint, to.Cmd = c.Entrypoint, nil
		}
		if c.Cmd != nil {
			to.Cmd = c.Cmd
		}
		if c.User != "" {
			to.User = c.User
		}
		if c.Workdir != "" {
			to.WorkingDir = c.Workdir
		}
		for k, v := range c.Labels {
			to.Labels[k] = v
		}
		for _, port := range c.Ports {
			if !strings.Contains(port, "/") {
				port += "/tcp"
			}
			to.ExposedPorts[port] = struct{}{}
		}
	}
}

// pruneImages removes old images of a function; the one that is deployed stays.
func (f *functionStore) pruneImages(ctx context.Context, socket, name string) error {
	all, err := image.Find(ctx, socket, functionImages+name+":")
	if err != nil || len(all) <= keepImages+1 {
		return err
	}
	deployed := f.deployedImage(ctx, name)
	var old []string
	for i, img := range all {
		if i > keepImages && img.Ref != deployed && !strings.HasSuffix(img.Ref, ":latest") {
			old = append(old, img.Ref)
		}
	}
	return image.Remove(ctx, socket, old)
}

// deployedImage is the image that the function runs; empty when it is not deployed.
func (f *functionStore) deployedImage(ctx context.Context, name string) string {
	raw, err := f.objects.Get(ctx, lab.ObjectRef{APIVersion: "apps/v1", Kind: "Deployment", Namespace: client.DefaultNamespace, Name: name})
	if err != nil {
		return ""
	}
	type container struct {
		Image string `json:"image"`
	}
	deployment, err := decode[struct {
		Spec struct {
			Template struct {
				Spec struct {
					Containers []container `json:"containers"`
				} `json:"spec"`
			} `json:"template"`
		} `json:"spec"`
	}](raw)
	if err != nil || len(deployment.Spec.Template.Spec.Containers) == 0 {
		return ""
	}
	return deployment.Spec.Template.Spec.Containers[0].Image
}

// receiveImage reads an order and its layer, as FnBuild sends them: one line of JSON,
// then the tar.
func (f *functionStore) receiveImage(ctx context.Context, body io.Reader) (*FnImage, error) {
	// A tar is larger than its files: a thousand bytes for each.
	in := bufio.NewReaderSize(io.LimitReader(body, build.MaxBytes+2*build.MaxFiles<<10), maxOrder)
	line, err := in.ReadSlice('\n')
	if err != nil {
		return nil, lab.Errorf(lab.CodeUsage, "", "read the order of an image: %w", err)
	}
	var order fnImageOrder
	if err := json.Unmarshal(line, &order); err != nil {
		return nil, lab.Errorf(lab.CodeUsage, "", "read the order of an image: %w", err)
	}
	if !functionName.MatchString(order.Name) {
		return nil, lab.Errorf(lab.CodeUsage, "", "%q is no name for a function", order.Name)
	}
	scratch, err := f.scratch()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(scratch, "image-*")
	if err != nil {
		return nil, fmt.Errorf("receive an image: %w", err)
	}
	defer os.RemoveAll(dir)
	if order.Result.Digest != "" {
		order.Result.Layer = filepath.Join(dir, "layer.tar")
		if err := receiveLayer(in, order.Result.Layer, order.Result.Digest); err != nil {
			return nil, err
		}
	}
	added, err := f.addImage(ctx, order.Name, order.Image, &order.Result)
	if err != nil {
		return nil, err
	}
	return &FnImage{Function: order.Name, Image: added.Refs[0], Digest: added.Digest, Refs: added.Refs, Bytes: order.Result.Size}, nil
}

func receiveLayer(in io.Reader, file, want string) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("receive a layer: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(io.MultiWriter(f, h), in); err != nil {
		return fmt.Errorf("receive a layer: %w", err)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		return lab.Errorf(lab.CodeUsage, "", "receive a layer: it is %s and should be %s", got, want)
	}
	return f.Close()
}

// scratch is the place for builds.
func (f *functionStore) scratch() (string, error) {
	if err := os.MkdirAll(f.builds, 0o700); err != nil {
		return "", fmt.Errorf("make a place to build: %w", err)
	}
	return f.builds, nil
}
