# Takes the commits off the branch as if they had never been. The working copy keeps them.
cd ~/learn-rollback
git push -q --force origin "$(git log -1 --format=%h --grep='^Greet the world')":main
kubectl -n argocd wait application/learn-rollback --for=jsonpath='{.status.operationState.syncResult.revision}'="$(git ls-remote origin main | cut -f1)" --timeout=60s
