package api

// AnnotationMaxInflight on a function bounds the calls that one replica has at a
// time, "1" or more; 0 or none is no bound. Calls beyond it wait for a free replica,
// first come first served.
const AnnotationMaxInflight = "labbox.dev/max-inflight"
