package kube

import (
	"context"
	"fmt"

	"github.com/labbox/labbox/internal/lab"
)

// kubelet runs the pods of the one node.
func (c *Cluster) kubelet() lab.Service {
	return c.child(childSpec{
		name:  nameKubelet,
		needs: []string{nameContainerd, servicePods, nameAPI}, // it exits when containerd's socket is not there
		args: []string{
			"--config=" + boxEtc("kubelet.yaml"),
			"--kubeconfig=" + boxEtc(nameKubelet+".kubeconfig"),
			"--hostname-override=" + c.opts.NodeName,
			"--node-ip=" + nodeIP,
			"--root-dir=" + boxKubelet,
			"--cert-dir=" + boxKubelet + "/pki",
		},
		beside: []part{{name: nameProxy, args: []string{"--config=" + boxEtc("kube-proxy.yaml")}}},
		check:  func(ctx context.Context) error { return c.probe(ctx, "http", portKubeletHealth, "/healthz") },
	})
}

// kubeletConfig renders the KubeletConfiguration. inUserNS relaxes what a kernel
// without CAP_SYS_RESOURCE refuses.
func kubeletConfig(cgroup string, inUserNS bool) string {
	return fmt.Sprintf(`apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: 0.0.0.0
port: %d
healthzBindAddress: 127.0.0.1
healthzPort: %d
readOnlyPort: 0
tlsCertFile: %s
tlsPrivateKeyFile: %s
authentication:
  anonymous: {enabled: false}
  webhook: {enabled: true}
  x509: {clientCAFile: %s}
authorization: {mode: Webhook}
clusterDNS: [%s]
clusterDomain: %s
resolvConf: %s
containerRuntimeEndpoint: unix://%s
cgroupDriver: cgroupfs
cgroupRoot: /%s
failCgroupV1: false
failSwapOn: false
featureGates: {KubeletInUserNamespace: %t}
# No registry could bring a deleted image back.
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
evictionHard: {memory.available: 50Mi, nodefs.available: 1%%, nodefs.inodesFree: 1%%, imagefs.available: 1%%}
serializeImagePulls: false
kubeAPIQPS: 300
kubeAPIBurst: 600
volumePluginDir: %s/volumeplugins
shutdownGracePeriod: 0s
`, portKubelet, portKubeletHealth, boxPKI("kubelet.crt"), boxPKI("kubelet.key"), boxPKI("ca.crt"),
		dnsServiceIP, clusterDomain, boxEtc("resolv.conf"), boxContainerd, cgroup, inUserNS, boxKubelet)
}
