package preflight

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/labbox/labbox/internal/lab"
)

const mib = 1 << 20

func memory(m Machine, n Needs) error {
	have, err := availableMemory(m.Root)
	if err != nil {
		return fmt.Errorf("read available memory: %w", err)
	}
	if have/mib < n.MemoryMiB {
		return lab.Errorf(lab.CodeMemory,
			"Close other programs or give the machine more memory; with less the lab would be killed by the kernel",
			"the lab needs %d MiB of memory, %d MiB are available", n.MemoryMiB, have/mib)
	}
	return nil
}

// availableMemory returns MemAvailable of /proc/meminfo in bytes.
func availableMemory(root fs.FS) (uint64, error) {
	data, err := fs.ReadFile(root, "proc/meminfo")
	if err != nil {
		return 0, err
	}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) >= 2 && fields[0] == "MemAvailable:" {
			kib, err := strconv.ParseUint(fields[1], 10, 64)
			return kib * 1024, err
		}
	}
	return 0, fmt.Errorf("no MemAvailable in /proc/meminfo")
}

func disk(m Machine, n Needs) error {
	free, err := m.FreeBytes(n.DataDir)
	if err != nil {
		return fmt.Errorf("read free space of %s: %w", n.DataDir, err)
	}
	if free/mib < n.DiskMiB {
		return lab.Errorf(lab.CodeDisk,
			"Make room, or put the lab elsewhere: labbox up --data-dir DIR",
			"the lab needs %d MiB of disk under %s, %d MiB are free", n.DiskMiB, n.DataDir, free/mib)
	}
	return nil
}
