package modhost

import (
	"time"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/modhost/cage"
	"github.com/labbox/labbox/plugins/sdk"
)

// ModuleState is how one module fares.
type ModuleState struct {
	Name    string    `json:"name"`
	Builtin bool      `json:"builtin"`
	State   lab.State `json:"state"`
	// Since is when State was entered.
	Since time.Time `json:"since"`
	// Info is what the module last said of itself; its Name is empty before that.
	Info sdk.Info `json:"info"`
	// PID is 0 while the module is not running.
	PID int `json:"pid,omitempty"`
	// Protocol is the protocol version agreed on with the running module.
	Protocol int `json:"protocol,omitempty"`
	// Dev says that the file is not pinned, and started anew whenever it changes.
	Dev bool `json:"dev,omitempty"`
	// Content is the SHA-256 of what the module has brought; empty where that is nothing.
	Content string `json:"content,omitempty"`
	// Complaint is what the running module does that it should not.
	Complaint string `json:"complaint,omitempty"`
	// MemoryBytes is what its processes take, Limits what they may.
	MemoryBytes int64       `json:"memoryBytes,omitempty"`
	Limits      cage.Limits `json:"limits"`
	// Restarts counts the starts after the first one.
	Restarts int `json:"restarts"`
	// Error says why the module last ended; it stays when the module runs again.
	Error string `json:"error,omitempty"`
}

// NamedPlan is the plan of one module.
type NamedPlan struct {
	Module string   `json:"module"`
	Plan   sdk.Plan `json:"plan"`
}

// NamedHealth is how the trend of one module fares.
type NamedHealth struct {
	Module string     `json:"module"`
	Health sdk.Health `json:"health"`
}
