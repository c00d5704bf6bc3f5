package kube

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
)

// kubeconfig renders a kubeconfig file with the certificates embedded.
func (p pki) kubeconfig(client, server string) ([]byte, error) {
	encoded := make([]any, 0, 5)
	encoded = append(encoded, server)
	for _, name := range []string{"ca.crt", client + ".crt", client + ".key"} {
		text, err := os.ReadFile(filepath.Join(p.dir, name))
		if err != nil {
			return nil, fmt.Errorf("render kubeconfig: %w", err)
		}
		encoded = append(encoded, base64.StdEncoding.EncodeToString(text))
	}
	return fmt.Appendf(nil, `apiVersion: v1
kind: Config
current-context: labbox
contexts:
- name: labbox
  context: {cluster: labbox, user: labbox}
clusters:
- name: labbox
  cluster:
    server: %s
    certificate-authority-data: %s
users:
- name: labbox
  user:
    client-certificate-data: %s
    client-key-data: %s
`, encoded...), nil
}
