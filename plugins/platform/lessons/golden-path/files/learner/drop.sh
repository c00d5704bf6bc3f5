# drop.sh NAME: removes the application of that name with what it deployed, and the repository.
# Without the finalizer nobody waits for Argo CD to clear up, so it is done here.
name=$1
if kubectl -n argocd patch application "$name" --type=merge -p '{"metadata": {"finalizers": null}}'; then
  kubectl -n argocd delete application "$name"
fi
for namespace in env-learn openfaas-fn; do
  objects=$(kubectl -n "$namespace" get deployments,services,configmaps -o name | grep -E "/$name(-app-[a-z0-9]+|-handler-[a-z0-9]+)?$" || true)
  if [ -n "$objects" ]; then
    kubectl -n "$namespace" delete --wait=false $objects
  fi
done

login=$(printf 'url=%s\n\n' "$GIT_URL" | GIT_TERMINAL_PROMPT=0 git credential fill)
user=$(echo "$login" | sed -n 's/^username=//p')
password=$(echo "$login" | sed -n 's/^password=//p')
curl -fsS -u "$user:$password" -X DELETE "$GIT_URL/api/v1/repos/$name"
