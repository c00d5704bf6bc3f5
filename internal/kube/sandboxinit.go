package kube

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"

	"golang.org/x/sys/unix"
)

// sandboxMain is process 1 of the sandbox: it makes the mounts and the links,
// says "ready" and from then on only waits. It ends when its standard input does,
// that is, when the daemon is gone.
func sandboxMain(_ context.Context, args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("want data directory, helpers directory and host name; got %q", args)
	}
	if err := unix.Sethostname([]byte(args[2])); err != nil {
		return fmt.Errorf("set the host name: %w", err)
	}
	if err := makeMounts(args[0], args[1]); err != nil {
		return err
	}
	if err := makeLinks(); err != nil {
		return err
	}
	// Orphans are handed to process 1; one that ignores this signal has the kernel
	// reap them. That outlives the exec below.
	signal.Ignore(unix.SIGCHLD)
	if _, err := os.NewFile(readyFD, "ready").WriteString("ready\n"); err != nil {
		return fmt.Errorf("tell the daemon: %w", err)
	}
	return waitForEOF()
}

// readyFD is where process 1 says that all is there. It is closed when process 1
// has become what it stays: before that, the kernel may not find it by its number.
const readyFD = 3

// waitForEOF blocks until standard input ends. It has cat do that, if there is
// one, because cat is 15 MB smaller than this program.
func waitForEOF() error {
	unix.CloseOnExec(readyFD)
	if cat, err := exec.LookPath("cat"); err == nil {
		err := become(cat)
		fmt.Fprintf(os.Stderr, "sandbox: go on without cat: %v\n", err)
	}
	if err := unix.Close(readyFD); err != nil {
		return fmt.Errorf("tell the daemon: %w", err)
	}
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// become replaces this process by a program. The parent death signal belongs to
// the thread, so it is set again on the one that goes on.
func become(program string) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return err
	}
	return unix.Exec(program, []string{"labbox-sandbox"}, []string{"LC_ALL=C"})
}

// makeMounts gives the sandbox a /proc and writable directories of its own, and
// the data and helpers directories under fixed names.
func makeMounts(dataDir, helpersDir string) error {
	// Nothing mounted from here on may reach the machine...
	if err := mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	// ...but containers shall see what is mounted in the sandbox.
	if err := mount("", "/", "", unix.MS_REC|unix.MS_SHARED, ""); err != nil {
		return err
	}
	// The directories may lie below one that is about to be covered.
	data, err := openDir(dataDir)
	if err != nil {
		return err
	}
	defer unix.Close(data)
	helpers, err := openDir(helpersDir)
	if err != nil {
		return err
	}
	defer unix.Close(helpers)
	program, noProgram := openProgram()
	if noProgram == nil {
		defer unix.Close(program)
	}
	if err := mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return err
	}
	for _, dir := range []string{"/run", "/var/lib", "/var/log", "/opt"} {
		if err := mount("tmpfs", dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=755"); err != nil {
			return err
		}
	}
	if err := ownEtc(); err != nil {
		return err
	}
	if err := bindFD(data, boxData); err != nil {
		return err
	}
	if err := bindFD(helpers, boxHelpers); err != nil {
		return err
	}
	for from, to := range map[string]string{"kubelet": boxKubelet, "containerd": "/var/lib/containerd", "logs/pods": "/var/log/pods"} {
		if err := bind(filepath.Join(boxData, from), to); err != nil {
			return err
		}
	}
	if err := hideTunables(); err != nil {
		return err
	}
	if err := showProgram(program, noProgram); err != nil {
		return err
	}
	return writePrograms()
}

// ownEtc lays a writable layer over the machine's /etc and puts there what pods
// are made from: containerd copies /etc/hosts, which a minimal Debian lacks.
func ownEtc() error {
	upper, work := filepath.Join("/run", "labbox-etc", "upper"), filepath.Join("/run", "labbox-etc", "work")
	for _, dir := range []string{upper, work} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("make a layer over /etc: %w", err)
		}
	}
	hosts := filepath.Join(upper, "hosts")
	if err := os.WriteFile(hosts, []byte("127.0.0.1 localhost\n::1 localhost ip6-localhost\n"), 0o644); err != nil {
		return fmt.Errorf("make a layer over /etc: %w", err)
	}
	return mount("overlay", "/etc", "overlay", 0, "lowerdir=/etc,upperdir="+upper+",workdir="+work)
}

// hideTunables covers the machine-wide kernel settings that the kubelet insists
// on changing by files that already hold what it wants.
func hideTunables() error {
	dir := filepath.Join(boxRun, "tunables")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("hide kernel settings: %w", err)
	}
	for name, value := range map[string]string{
		"vm/overcommit_memory": "1", "vm/panic_on_oom": "0", "kernel/panic": "10", "kernel/panic_on_oops": "1",
		"kernel/keys/root_maxkeys": "1000000", "kernel/keys/root_maxbytes": "25000000",
	} {
		target := filepath.Join("/proc/sys", name)
		if _, err := os.Stat(target); err != nil {
			continue // this kernel has no such setting
		}
		cover := filepath.Join(dir, filepath.Base(name))
		if err := os.WriteFile(cover, []byte(value+"\n"), 0o644); err != nil {
			return fmt.Errorf("hide kernel settings: %w", err)
		}
		if err := mount(cover, target, "", unix.MS_BIND, ""); err != nil {
			return err
		}
	}
	return nil
}

// writePrograms puts what children look for on their PATH there.
func writePrograms() error {
	if err := os.MkdirAll(boxBin, 0o755); err != nil {
		return fmt.Errorf("make the program directory: %w", err)
	}
	if err := os.WriteFile(filepath.Join(boxBin, "nft"), []byte(nftWrapper()), 0o755); err != nil {
		return fmt.Errorf("write the nft wrapper: %w", err)
	}
	return nil
}

func openDir(path string) (int, error) {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, fmt.Errorf("open directory %s: %w", path, err)
	}
	return fd, nil
}

// bindFD mounts the directory behind fd, which may have been covered since, at
// target. It uses the mount calls that take descriptors: a path through /proc
// would need the new /proc, where the descriptor's number is the same.
func bindFD(fd int, target string) error {
	return bind(fmt.Sprintf("/proc/self/fd/%d", fd), target)
}

func bind(source, target string) error {
	if err := os.MkdirAll(source, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("make %s: %w", source, err)
	}
	if err := os.MkdirAll(target, 0o755); err != nil {
		return fmt.Errorf("make %s: %w", target, err)
	}
	return mount(source, target, "", unix.MS_BIND, "")
}

func mount(source, target, kind string, flags uintptr, data string) error {
	if err := unix.Mount(source, target, kind, flags, data); err != nil {
		return fmt.Errorf("mount %s on %s: %w", source, target, err)
	}
	return nil
}
