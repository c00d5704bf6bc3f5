package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/labbox/labbox/bundle"
	"github.com/labbox/labbox/internal/image"
	"github.com/labbox/labbox/internal/lab"
)

// verifyPayload compares every file of the payload with its sha256. The data
// directory remembers a program that was found right, so that one which has not
// changed is not read again.
func verifyPayload(ctx context.Context, p Paths, payload *bundle.Payload, report lab.Report) error {
	now, err := programStamp()
	if err != nil {
		return err
	}
	if before, err := os.ReadFile(p.Verified()); err == nil && string(before) == now {
		return nil
	}
	return payload.Verify(ctx, func(done, total int64) {
		report(lab.Progress{Message: "checking checksums, bytes", Done: done, Total: total})
	})
}

// rememberVerified notes that this program's payload is right.
func rememberVerified(p Paths) error {
	now, err := programStamp()
	if err != nil {
		return err
	}
	return os.WriteFile(p.Verified(), []byte(now), 0o600)
}

// programStamp identifies the state of this program's file.
func programStamp() (string, error) {
	st, err := os.Stat("/proc/self/exe")
	if err != nil {
		return "", fmt.Errorf("look at the program file: %w", err)
	}
	return fmt.Sprintf("%d %d\n", st.Size(), st.ModTime().UnixNano()), nil
}

// payloadError says what to do about a payload that cannot be used.
func payloadError(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	return lab.Errorf(lab.CodePayload,
		"Copy the program file again and compare its sha256; one built with plain \"go build\" carries nothing, use \"make build\"",
		"what this program carries cannot be used: %w", err)
}

// importImages puts every image of the payload into the cluster's containerd, in
// the payload's order, and opens the gate for each as it arrives.
func (d *daemon) importImages(ctx context.Context, socket string, _ lab.Report) error {
	d.images.Reset()
	err := d.importEach(ctx, socket)
	if err == nil {
		d.images.Imported(allImages)
	} else if ctx.Err() == nil {
		d.images.Fail(fmt.Errorf("import images: %w", err))
	}
	return err
}

func (d *daemon) importEach(ctx context.Context, socket string) error {
	layout, err := fs.Sub(d.payload, "images")
	if err != nil {
		return err
	}
	refs, err := image.Refs(layout)
	if err != nil {
		return err
	}
	for i, ref := range refs {
		d.reportImport(ref, i, len(refs))
		if err := image.ImportRefs(ctx, socket, layout, []string{ref}, func(lab.Progress) {}); err != nil {
			return err
		}
		d.images.Imported(ref)
	}
	d.reportImport("all there", len(refs), len(refs))
	return nil
}

func (d *daemon) reportImport(message string, done, total int) {
	e := lab.Event{Kind: lab.EventComponent, Subject: "images", Title: "Import images", State: lab.StateRunning,
		Progress: &lab.Progress{Message: message, Done: int64(done), Total: int64(total)}}
	if done == total {
		e.State = lab.StateReady
	}
	d.events.Emit(context.Background(), e)
}

// chartCRDs returns the custom resource definitions that the payload holds for a
// chart; none is no error.
func chartCRDs(payload fs.FS, chart string) ([][]byte, error) {
	files, err := fs.Glob(payload, "charts-crds/"+chart+"/*.yaml")
	if err != nil {
		return nil, err
	}
	var crds [][]byte
	for _, name := range files {
		data, err := fs.ReadFile(payload, name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		crds = append(crds, data)
	}
	return crds, nil
}

// chartImages returns the images that the values of a chart name: every mapping
// with a repository and a tag.
func chartImages(values map[string]any) []string {
	var refs []string
	repository, _ := values["repository"].(string)
	if tag := values["tag"]; strings.Contains(repository, "/") && tag != nil {
		refs = append(refs, fmt.Sprintf("%s:%v", repository, tag))
	}
	for _, v := range values {
		if sub, ok := v.(map[string]any); ok {
			refs = append(refs, chartImages(sub)...)
		}
	}
	return refs
}

// decode is a small helper for JSON that Kubernetes answers with.
func decode[T any](data []byte) (T, error) {
	var v T
	err := json.Unmarshal(data, &v)
	return v, err
}
