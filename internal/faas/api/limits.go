package api

import (
	"errors"
	"fmt"
	"strings"
)

const (
	// maxVariable is what Linux takes as one variable of a new process, name included.
	maxVariable = 128<<10 - 1
	// maxDeployment bounds all texts of a deployment together: an object in the
	// cluster must not be larger than 1.5 MB, and holds labels and annotations twice.
	maxDeployment = 256 << 10
)

// validSizes finds what would be accepted now and fail in the container later.
func (d *Deployment) validSizes() []error {
	var faults []error
	sum := len(d.Image) + len(d.EnvProcess)
	variable := func(field, name, value string) {
		sum += len(name) + len(value)
		if strings.ContainsRune(value, 0) {
			faults = append(faults, fmt.Errorf("%s holds a zero byte", field))
		}
		if len(name)+1+len(value) > maxVariable {
			faults = append(faults, fmt.Errorf("%s is longer than %d bytes", field, maxVariable))
		}
	}
	variable("envProcess", "fprocess", d.EnvProcess)
	for name, value := range d.EnvVars {
		variable(fmt.Sprintf("envVars: %.40s", name), name, value)
	}
	for _, all := range []map[string]string{d.Labels, d.Annotations} {
		for k, v := range all {
			sum += len(k) + len(v)
		}
	}
	for _, all := range [][]string{d.Secrets, d.Constraints} {
		for _, text := range all {
			sum += len(text)
		}
	}
	if sum > maxDeployment {
		faults = append(faults, errors.New("the deployment's texts are longer than 256 KiB together"))
	}
	return faults
}
