package kube

import (
	"context"
	_ "embed"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/labbox/labbox/internal/lab"
)

// serviceObjects names the Service that puts the cluster's own objects there.
const serviceObjects = "cluster-objects"

//go:embed addons.yaml
var addonsYAML string

// objects applies rights, Services and the StorageClass of CoreDNS,
// metrics-server and the provisioner.
func (c *Cluster) objects() lab.Service {
	return &service{name: serviceObjects, needs: []string{nameAPI}, run: func(ctx context.Context, ready func()) error {
		ca, err := os.ReadFile(filepath.Join(c.pki.dir, "ca.crt"))
		if err != nil {
			return fmt.Errorf("apply the cluster's own objects: %w", err)
		}
		if err := c.Apply(ctx, []byte(renderAddons(ca))); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("apply the cluster's own objects: %w", err)
		}
		ready()
		<-ctx.Done()
		return nil
	}}
}

func renderAddons(ca []byte) string {
	return strings.NewReplacer(
		"$NODE_IP", nodeIP,
		"$DNS_IP", dnsServiceIP,
		"$PROVISIONER", storageProvisioner,
		"$CA_BUNDLE", base64.StdEncoding.EncodeToString(ca),
	).Replace(addonsYAML)
}
