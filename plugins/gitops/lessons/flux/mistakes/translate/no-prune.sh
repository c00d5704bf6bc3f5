# Forgets that the Application deletes what has vanished.
sed 's/  prune: true/  prune: false/' solve/translate.sh | bash
