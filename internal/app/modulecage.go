package app

import (
	"github.com/labbox/labbox/internal/modhost"
	"github.com/labbox/labbox/internal/modhost/cage"
)

// What modules may take. The built-in ones are this very program, so that what they
// share with it counts too; their time at the start is the lab's own.
const (
	builtinMemory   = 512 << 20
	foreignMemory   = 256 << 20
	foreignCPU      = 0.5
	moduleProcesses = 256
)

// makeCages makes the cages of the modules. A machine without control groups is none
// that a lab starts on, so what goes wrong here is only told.
func (d *daemon) makeCages() {
	// Below the lab's own group, so that whoever clears up after a lab that was killed
	// finds it.
	group := cgroupOf(d.cfg.DataDir) + "/modules"
	for builtin, limits := range map[bool]cage.Limits{
		true:  {MemoryBytes: builtinMemory, Processes: moduleProcesses},
		false: {MemoryBytes: foreignMemory, CPU: foreignCPU, Processes: moduleProcesses},
	} {
		name := group
		if builtin {
			name += "-builtin"
		}
		made, err := cage.New(name, limits)
		if err != nil {
			d.log.Warn("modules run without a cage", "error", err)
			continue
		}
		d.cages[builtin] = made
	}
}

// cageOf is what the module host asks.
func (d *daemon) cageOf(builtin bool) modhost.Cage {
	if made := d.cages[builtin]; made != nil {
		return made
	}
	return nil
}

// closeCages removes the cages, after all modules have ended.
func (d *daemon) closeCages() {
	for _, made := range d.cages {
		if err := made.Close(); err != nil {
			d.log.Warn("remove the cages of the modules", "error", err)
		}
	}
}
