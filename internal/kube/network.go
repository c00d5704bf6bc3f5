package kube

import "fmt"

// cniConfig renders the list of CNI plugins: a bridge whose addresses are handed
// out by host-local, and port mappings by nftables. There is no masquerading
// because there is no way out.
func cniConfig() string {
	return fmt.Sprintf(`{
  "cniVersion": "1.0.0",
  "name": "labbox",
  "plugins": [
    {
      "type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": false, "hairpinMode": true,
      "ipam": {
        "type": "host-local", "dataDir": "/run/cni",
        "ranges": [[{"subnet": %q}]], "routes": [{"dst": "0.0.0.0/0"}]
      }
    },
    {"type": "portmap", "backend": "nftables", "capabilities": {"portMappings": true}}
  ]
}
`, nodePodCIDR)
}

// nftWrapper is the program that kube-proxy finds as "nft": it runs the helpers'
// nft with the loader and the libraries that travel with it.
func nftWrapper() string {
	const dir = boxHelpers + "/nft"
	return fmt.Sprintf("#!/bin/sh\nexec %[1]s/ld.so --library-path %[1]s/lib --argv0 nft %[1]s/nft.bin \"$@\"\n", dir)
}
