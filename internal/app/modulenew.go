package app

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/labbox/labbox/bundle"
	"github.com/labbox/labbox/internal/kit"
	"github.com/labbox/labbox/internal/lab"
)

// sdkArchive is the file of the payload that holds the SDK with all that it needs.
const sdkArchive = "sdk.tar.gz"

// SDKVariable names the environment variable with the path of an archive that takes
// the place of the payload's, for a program that carries none.
const SDKVariable = "LABBOX_SDK"

// NewModule makes the folder of a new module, which builds without any network. It
// returns the folder: dir, or one called like the module.
func NewModule(name, dir string) (string, error) {
	if dir == "" {
		dir = name
	}
	if err := kit.CheckName(name); err != nil {
		return "", err
	}
	archive, err := openSDK()
	if err != nil {
		return "", err
	}
	defer archive.Close()
	if err := kit.New(kit.Options{Name: name, Dir: dir, SDK: archive}); err != nil {
		return "", err
	}
	return filepath.Abs(dir)
}

func openSDK() (fs.File, error) {
	if path := os.Getenv(SDKVariable); path != "" {
		return os.Open(path)
	}
	payload, err := bundle.Self()
	if err != nil {
		return nil, payloadError(err)
	}
	f, err := payload.Open(sdkArchive)
	if err != nil {
		err = errors.Join(err, payload.Close())
		return nil, lab.Errorf(lab.CodePayload, "Use a labbox that \"make build\" has made, or name an archive in "+SDKVariable,
			"this program carries no SDK for modules: %w", err)
	}
	return withPayload{f, payload}, nil
}

// withPayload closes the payload with the file that was opened in it.
type withPayload struct {
	fs.File
	payload *bundle.Payload
}

// Close implements fs.File.
func (w withPayload) Close() error { return errors.Join(w.File.Close(), w.payload.Close()) }
