# Points at a source of another name.
sed 's/sourceRef: {kind: GitRepository, name: web}/sourceRef: {kind: GitRepository, name: learn-flux}/' solve/translate.sh | bash
