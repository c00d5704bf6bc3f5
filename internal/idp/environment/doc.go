// Package environment is self-service: a team orders a namespace with a quota, and
// gets it, within its budget, without asking anybody.
//
//	POST ──► owner known? budget left? ──► Namespace, ResourceQuota, LimitRange,
//	                                       RoleBindings, NetworkPolicy
//	ttl over, DELETE ──► the applications that deploy there, then the namespace
package environment
