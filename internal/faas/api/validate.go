package api

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// The labels that scaling goes by.
const (
	LabelMin = "com.openfaas.scale.min"
	LabelMax = "com.openfaas.scale.max"
)

// DefaultMax is the most replicas of a function without LabelMax.
const DefaultMax = 20

var (
	labelName  = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)
	objectName = regexp.MustCompile(`^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$`)
	envName    = regexp.MustCompile(`^[-._a-zA-Z][-._a-zA-Z0-9]*$`)
	metaName   = regexp.MustCompile(`^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$`)
	metaValue  = regexp.MustCompile(`^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$`)
)

// ValidName says what is wrong with a function's or namespace's name, or nil.
func ValidName(what, name string) error {
	switch {
	case name == "":
		return fmt.Errorf("%s is required", what)
	case len(name) > 63:
		return fmt.Errorf("%s %.20q... is longer than 63 characters", what, name)
	case !labelName.MatchString(name):
		return fmt.Errorf("%s %q must be lower case letters, digits and '-', and begin and end with a letter or digit", what, name)
	}
	return nil
}

// ValidObjectName does the same for names that may hold dots: secrets, config maps.
func ValidObjectName(what, name string) error {
	switch {
	case name == "":
		return fmt.Errorf("%s is required", what)
	case len(name) > 253 || !objectName.MatchString(name) || strings.Contains(name, ".."):
		return fmt.Errorf("%s %.80q must be lower case letters, digits, '-' and '.', and begin and end with a letter or digit", what, name)
	}
	return nil
}

// Validate returns every fault of d that shows without looking at the cluster.
func (d *Deployment) Validate() error {
	faults := []error{ValidName("service", d.Service)}
	if strings.TrimSpace(d.Image) == "" {
		faults = append(faults, errors.New("image is required"))
	} else if strings.ContainsAny(d.Image, " \t\r\n") {
		faults = append(faults, fmt.Errorf("image %q must not hold white space", d.Image))
	}
	for name := range d.EnvVars {
		if !envName.MatchString(name) {
			faults = append(faults, fmt.Errorf("envVars: %q is no name for an environment variable", name))
		}
	}
	for _, name := range d.Secrets {
		faults = append(faults, ValidObjectName("secrets: name", name))
	}
	for _, c := range d.Constraints {
		if _, _, err := SplitConstraint(c); err != nil {
			faults = append(faults, err)
		}
	}
	faults = append(faults, validMeta(d.Labels, d.Annotations)...)
	if _, err := ParseScaling(d.Labels, d.Annotations); err != nil {
		faults = append(faults, err)
	}
	faults = append(faults, d.validTimeouts()...)
	faults = append(faults, d.validSizes()...)
	return errors.Join(faults...)
}

// validMeta checks labels and annotations as Kubernetes would.
func validMeta(labels, annotations map[string]string) []error {
	var faults []error
	for k, v := range labels {
		if !metaName.MatchString(k) {
			faults = append(faults, fmt.Errorf("labels: %q is no valid name", k))
		}
		if !metaValue.MatchString(v) {
			faults = append(faults, fmt.Errorf("labels: %s: %q must be at most 63 letters, digits, '-', '_' and '.', and begin and end with a letter or digit", k, v))
		}
	}
	for k := range annotations {
		if !metaName.MatchString(k) {
			faults = append(faults, fmt.Errorf("annotations: %q is no valid name", k))
		}
	}
	return faults
}

// SplitConstraint takes "key=value" (or "key==value") apart.
func SplitConstraint(c string) (key, value string, err error) {
	key, value, ok := strings.Cut(c, "=")
	key, value = strings.TrimSpace(key), strings.TrimSpace(strings.TrimPrefix(value, "="))
	if !ok || !metaName.MatchString(key) || !metaValue.MatchString(value) {
		return "", "", fmt.Errorf("constraints: %q must be key=value", c)
	}
	return key, value, nil
}

// ScaleBounds reads the least and most replicas from a function's labels: 1 and
// DefaultMax where they say nothing.
func ScaleBounds(labels map[string]string) (least, most int32, err error) {
	if least, err = scaleLabel(labels, LabelMin, 1); err != nil {
		return 0, 0, err
	}
	if most, err = scaleLabel(labels, LabelMax, max(DefaultMax, least)); err != nil {
		return 0, 0, err
	}
	if most < 1 || least > most {
		return 0, 0, fmt.Errorf("labels: %s (%d) must be at least 1 and at least %s (%d)", LabelMax, most, LabelMin, least)
	}
	return least, most, nil
}

func scaleLabel(labels map[string]string, name string, otherwise int32) (int32, error) {
	text, ok := labels[name]
	if !ok || text == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 0 || n > 1000 {
		return 0, fmt.Errorf("labels: %s: %q must be a number from 0 to 1000", name, text)
	}
	return int32(n), nil
}
