package web

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/labstack/echo/v4"
)

// assets serves css, js and dist under a path that holds the hash of all of them:
// modules import one another by relative path, and browsers may keep them for ever.
type assets struct {
	files fs.FS
	hash  string
	// bundled maps "plot.js" to the file in dist; empty before cmd/mkui has run.
	bundled map[string]string
	icons   map[string]string
}

func newAssets(files fs.FS) (*assets, error) {
	a := &assets{files: files, bundled: map[string]string{}, icons: map[string]string{}}
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if strings.HasPrefix(name, "icons/") {
			a.icons[strings.TrimSuffix(path.Base(name), ".svg")] = strings.TrimSpace(string(data))
		}
		fmt.Fprintf(sum, "%s %d\n%s", name, len(data), data)
		return nil
	})
	if err != nil {
		return nil, err
	}
	a.hash = hex.EncodeToString(sum.Sum(nil))[:12]
	manifest, err := fs.ReadFile(files, "dist/manifest.json")
	if err != nil {
		return a, nil // not bundled: the pages show tables in place of plots
	}
	var m struct {
		Files map[string]string `json:"files"`
	}
	if err := json.Unmarshal(manifest, &m); err != nil {
		return nil, fmt.Errorf("dist/manifest.json: %w", err)
	}
	a.bundled = m.Files
	return a, nil
}

// url returns where a file such as "css/base.css" is found.
func (a *assets) url(name string) string { return "/assets/" + a.hash + "/" + name }

// bundledURL returns where a bundled file is found; "" when it was not made.
func (a *assets) bundledURL(name string) string {
	if file, ok := a.bundled[name]; ok {
		return a.url("dist/" + file)
	}
	return ""
}

// serve answers /assets/<hash>/<name>.
func (a *assets) serve(c echo.Context) error {
	name := c.Param("*")
	top, _, _ := strings.Cut(name, "/")
	if c.Param("hash") != a.hash || (top != "css" && top != "js" && top != "dist") {
		return echo.ErrNotFound
	}
	data, err := fs.ReadFile(a.files, name)
	if err != nil {
		return echo.ErrNotFound
	}
	types := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
	c.Response().Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	return c.Blob(http.StatusOK, orDefault(types[path.Ext(name)], "text/plain; charset=utf-8"), data)
}
