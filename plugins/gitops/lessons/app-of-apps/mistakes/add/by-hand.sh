# Makes the Application with kubectl; the repository does not know it.
sed 's/name: learn-apps-web/name: learn-apps-api/; s/path: web/path: api/' files/repo/apps/web.yaml | kubectl apply -f -
