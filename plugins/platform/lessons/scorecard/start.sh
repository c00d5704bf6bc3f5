# The start: learn-lemon as its authors left it, deployed by Argo CD.
work=$(mktemp -d)
git clone -q "$GIT_URL/learn-score.git" "$work" 2>/dev/null
git -C "$work" checkout -q -B main
git -C "$work" rm -rq --ignore-unmatch .
cp -r files/repo/. "$work"
git -C "$work" add -A
git -C "$work" commit -q --allow-empty -m "The start of the lesson"
git -C "$work" push -q "$GIT_URL/learn-score.git" main
head=$(git -C "$work" rev-parse HEAD)
rm -rf "$work" ~/learn-score

kubectl apply -f files/application.yaml
kubectl -n argocd annotate application learn-score argocd.argoproj.io/refresh=normal --overwrite
kubectl -n argocd wait application/learn-score --for=jsonpath='{.status.sync.revision}'="$head" --timeout=60s
