package host

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"strings"

	"github.com/labbox/labbox/plugins/sdk"
)

// checkDigest reads the open file to its end and compares its SHA-256.
func checkDigest(file *os.File, want string) error {
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return sdk.Errorf(sdk.CodeUnavailable, "read module %s: %v", file.Name(), err)
	}
	got := hex.EncodeToString(sum.Sum(nil))
	if strings.EqualFold(got, want) {
		return nil
	}
	e := sdk.Errorf(sdk.CodeInvalid, "module %s has sha256 %s, but %s was pinned: it is not started", file.Name(), got, want)
	e.Hint = "if the change is wanted, add the module again; if not, find out who changed the file"
	return e
}
