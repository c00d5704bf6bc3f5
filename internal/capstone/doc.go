// Package capstone runs the one exercise that joins all trends of the course, on
// the real systems of the lab, and reads its evidence back from them.
//
//	gitops ──► pipeline ──► promotion ──► function ──► metrics ──► energy
//	 push       3 Jobs       commit        100 calls    PromQL      J, gCO2e
//	 Argo CD    MLflow       Argo CD       gateway
//
// Every step first looks at what is there and does only what is missing: a second
// run changes nothing and still verifies everything. The package knows the systems
// by their public interfaces alone: git over HTTP, Kubernetes objects, and the REST
// APIs of Argo CD, MLflow, the function gateway and Prometheus.
package capstone
