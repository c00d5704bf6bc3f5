package sdk

import (
	"maps"
	"slices"
	"strings"
)

// Config is all that a Plan may depend on.
type Config struct {
	// ClusterDomain is the domain of Services, "cluster.local" as a rule.
	ClusterDomain string `json:"clusterDomain,omitempty"`
	// Ports overrides the HostPort of the Forward with that name.
	Ports map[string]int `json:"ports,omitempty"`
	// Settings are the module's own keys in the configuration file. A key that the
	// module does not know is an Error with CodeInvalid.
	Settings Values `json:"settings,omitempty"`
}

// Plan is what a module wants to exist. The host carries it out.
type Plan struct {
	Charts       []Chart      `json:"charts,omitempty"`
	Forwards     []Forward    `json:"forwards,omitempty"`
	Repositories []Repository `json:"repositories,omitempty"`
}

// Chart is one Helm release: which chart, where, with which values.
type Chart struct {
	// Name is the chart's directory among the charts that come with labbox.
	Name      string `json:"name"`
	Release   string `json:"release"`
	Namespace string `json:"namespace"`
	// Values are laid over the chart's own values.
	Values Values `json:"values,omitempty"`
	// Needs names the releases, of this plan or of others, to be ready first.
	Needs []string `json:"needs,omitempty"`
}

// Forward asks the host to forward a loopback port of the machine to a Service.
type Forward struct {
	// Name is the key under which Target.Endpoints holds the result.
	Name      string `json:"name"`
	Title     Text   `json:"title"`
	Namespace string `json:"namespace"`
	Service   string `json:"service"`
	Port      int    `json:"port"`
	HostPort  int    `json:"hostPort"`
	// Path is where a browser begins; empty means "/".
	Path string `json:"path,omitempty"`
	// Credentials says where the login is kept; nil where none is needed.
	Credentials *Credentials `json:"credentials,omitempty"`
}

// Credentials names the Kubernetes Secret that holds a login.
type Credentials struct {
	Namespace string `json:"namespace"`
	Secret    string `json:"secret"`
	// User is the user's name; where it is empty, the Secret has it under UserKey.
	User        string `json:"user,omitempty"`
	UserKey     string `json:"userKey,omitempty"`
	PasswordKey string `json:"passwordKey"`
}

// Repository is a git repository that must exist in the lab's git server.
type Repository struct {
	Name        string `json:"name"`
	Description Text   `json:"description"`
}

// Port returns the port of the Forward called name: that of Ports, or preset.
func (c Config) Port(name string, preset int) int {
	if p, ok := c.Ports[name]; ok {
		return p
	}
	return preset
}

// RefuseUnknown returns an Error with CodeInvalid when Settings has a key that is
// not among known; it names the first one in alphabetical order.
func (c Config) RefuseUnknown(module string, known ...string) error {
	for _, key := range slices.Sorted(maps.Keys(c.Settings)) {
		if !slices.Contains(known, key) {
			e := Errorf(CodeInvalid, "module %s has no setting %q", module, key)
			e.Hint = "it knows: " + strings.Join(known, ", ")
			if len(known) == 0 {
				e.Hint = "it has no settings; remove the key from the configuration file"
			}
			return e
		}
	}
	return nil
}
