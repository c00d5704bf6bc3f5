# The root points to the whole repository, where no manifests lie.
sed 's/path: apps/path: ./' shared/root.yaml | kubectl apply -f -
