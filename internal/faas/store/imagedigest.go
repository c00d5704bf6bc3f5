package store

import (
	appsv1 "k8s.io/api/apps/v1"
)

// AnnotationImageDigest is on the pod template of a function whose image was built
// anew under the same name: the lab's builder sets it, so that the function gets new
// pods.
const AnnotationImageDigest = "labbox.dev/image-digest"

// keepImageDigest carries the annotation over to the next version with the same image.
// Without it the template would be the one from before the build, and the function
// would go back to that one's pods.
func keepImageDigest(next, have *appsv1.Deployment) {
	digest := have.Spec.Template.Annotations[AnnotationImageDigest]
	was, is := have.Spec.Template.Spec.Containers, next.Spec.Template.Spec.Containers
	if digest == "" || len(was) == 0 || len(is) == 0 || was[0].Image != is[0].Image {
		return
	}
	if next.Spec.Template.Annotations == nil {
		next.Spec.Template.Annotations = map[string]string{}
	}
	next.Spec.Template.Annotations[AnnotationImageDigest] = digest
}
