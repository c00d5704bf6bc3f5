package app

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
)

// Paths are the places below one data directory.
type Paths struct{ dir string }

// marker is the file that makes a directory recognizable as labbox's own, so
// that --purge never removes anything else.
const marker = ".labbox"

func (p Paths) file(name string) string { return filepath.Join(p.dir, name) }

// Dir is the data directory itself.
func (p Paths) Dir() string { return p.dir }

// Marker is the file that marks the directory as labbox's own.
func (p Paths) Marker() string { return p.file(marker) }

// Lock is held for as long as a daemon works on the directory; it contains its
// process id.
func (p Paths) Lock() string { return p.file("lock") }

// Socket is the daemon's admin API, for root only.
func (p Paths) Socket() string { return p.file("labbox.sock") }

// Database is the SQLite file.
func (p Paths) Database() string { return p.file("labbox.db") }

// Kubeconfig works from this machine's loopback.
func (p Paths) Kubeconfig() string { return p.file("kubeconfig") }

// Logs holds one file per child process and the daemon's own labbox.log.
func (p Paths) Logs() string { return p.file("logs") }

// DaemonLog is the log of the background process.
func (p Paths) DaemonLog() string { return filepath.Join(p.Logs(), "labbox.log") }

// Helpers is where helper programs of the payload are unpacked.
func (p Paths) Helpers() string { return p.file("helpers") }

// Verified names the program whose payload was found right.
func (p Paths) Verified() string { return p.file("verified") }

// Modules holds foreign modules.
func (p Paths) Modules() string { return p.file("modules") }

// ModuleContent is where what modules bring is laid out.
func (p Paths) ModuleContent() string { return p.file("content") }

// Workbench is the directory that the learner's workbench sees.
func (p Paths) Workbench() string { return p.file("workbench") }

// WorkbenchSocket answers what the learner asks from inside of the workbench.
func (p Paths) WorkbenchSocket() string { return filepath.Join(p.Workbench(), "lab.sock") }

// Builds is where functions are built.
func (p Paths) Builds() string { return p.file("builds") }

// BuilderSecret is the key that builds of faas-cli are signed with.
func (p Paths) BuilderSecret() string { return p.file("builder-secret") }

// Password is the file with the dashboard's password.
func (p Paths) Password() string { return p.file("dashboard-password") }

// TLS holds the certificate that labbox makes for itself.
func (p Paths) TLS() string { return p.file("tls") }

// cgroupOf names the control group of the lab in dir, so that labs in different
// directories never share one.
func cgroupOf(dir string) string {
	if dir == DefaultConfig().DataDir {
		return "labbox"
	}
	sum := sha256.Sum256([]byte(dir))
	return "labbox-" + hex.EncodeToString(sum[:4])
}
