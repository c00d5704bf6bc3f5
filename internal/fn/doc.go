// Package fn is about functions as source code: which runtime of the lab runs a
// language, under the names that OpenFaaS's own templates have.
//
//	stack.yaml ──stack──► function ──build──► one layer ──(app)──► image in the cluster
//	   template ──► folder ──┘          └──remote: POST /build does the same for faas-cli
//
// Its packages know nothing of containerd and of the gateway; app joins them.
package fn
