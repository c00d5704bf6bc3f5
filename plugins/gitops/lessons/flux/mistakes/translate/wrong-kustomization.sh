# Takes the other Kustomization.
sed 's|kustomize.toolkit.fluxcd.io/v1|kustomize.config.k8s.io/v1beta1|' solve/translate.sh | bash
