package energy

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// ticksPerSecond is USER_HZ, the unit of /proc/stat on every Linux.
const ticksPerSecond = 100

// NodeCPU is CPU time of the whole node since it booted, in seconds.
type NodeCPU struct {
	Active float64
	Total  float64
	CPUs   int
}

// ReadNodeCPU reads <proc>/stat. Time stolen by other guests counts as neither
// active nor part of the total: this node had no use of it.
func ReadNodeCPU(proc string) (NodeCPU, error) {
	data, err := os.ReadFile(filepath.Join(proc, "stat"))
	if err != nil {
		return NodeCPU{}, fmt.Errorf("read the node's CPU time: %w", err)
	}
	return parseStat(string(data))
}

func parseStat(stat string) (NodeCPU, error) {
	var n NodeCPU
	found := false
	for line := range strings.Lines(stat) {
		field := strings.Fields(line)
		if len(field) == 0 || !strings.HasPrefix(field[0], "cpu") {
			continue
		}
		if field[0] != "cpu" {
			n.CPUs++
			continue
		}
		if len(field) < 8 {
			return NodeCPU{}, errors.New("read the node's CPU time: too few columns")
		}
		var column [7]float64 // user nice system idle iowait irq softirq
		for i := range column {
			v, err := strconv.ParseUint(field[i+1], 10, 64)
			if err != nil {
				return NodeCPU{}, fmt.Errorf("read the node's CPU time: %w", err)
			}
			column[i] = float64(v) / ticksPerSecond
			n.Total += column[i]
		}
		n.Active = n.Total - column[3] - column[4]
		found = true
	}
	if !found || n.CPUs == 0 {
		return NodeCPU{}, errors.New("read the node's CPU time: no line of it")
	}
	return n, nil
}

// Processor is one logical CPU as /proc/cpuinfo describes it.
type Processor struct {
	ID, PhysicalID, CoreID  string
	Vendor, Name            string
	Family, Model, Stepping int
}

// ReadProcessors reads <proc>/cpuinfo.
func ReadProcessors(proc string) ([]Processor, error) {
	data, err := os.ReadFile(filepath.Join(proc, "cpuinfo"))
	if err != nil {
		return nil, fmt.Errorf("read the processor's model: %w", err)
	}
	return parseCPUInfo(string(data)), nil
}

func parseCPUInfo(info string) []Processor {
	var list []Processor
	for line := range strings.Lines(info) {
		key, value, _ := strings.Cut(line, ":")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if key == "processor" {
			list = append(list, Processor{ID: value})
		}
		if len(list) == 0 {
			continue
		}
		p := &list[len(list)-1]
		switch key {
		case "vendor_id":
			p.Vendor = value
		case "model name":
			p.Name = value
		case "cpu family":
			p.Family = number(value)
		case "model":
			p.Model = number(value)
		case "stepping":
			p.Stepping = number(value)
		case "physical id":
			p.PhysicalID = value
		case "core id":
			p.CoreID = value
		case "CPU implementer": // arm64 has no vendor_id
			if value == "0x41" {
				p.Vendor = "ARM"
			}
		case "CPU architecture":
			p.Family = number(value)
		case "CPU part":
			p.Model = number(value)
		}
	}
	return list
}

// number reads a decimal or 0x number; 0 where it is none.
func number(s string) int {
	n, err := strconv.ParseInt(s, 0, 32)
	if err != nil {
		return 0
	}
	return int(n)
}
