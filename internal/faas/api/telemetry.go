package api

// Telemetry is the answer of GET /system/telemetry: what a platform could report
// about itself. This one tells who asks, and nobody else.
type Telemetry struct {
	Version    string `json:"version"`
	Namespaces int    `json:"namespaces"`
	Functions  int    `json:"functions"`
	// Calls is the number of calls since the gateway started.
	Calls float64 `json:"calls"`
	// Reported is always false: nothing leaves the machine.
	Reported bool `json:"reported"`
}
