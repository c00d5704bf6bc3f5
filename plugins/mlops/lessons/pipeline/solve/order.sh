# train and evaluate become initContainers: they run one after the other, and each has to
# succeed before the next begins.
cd ~/ml-pipeline
python3 - <<'PYTHON'
from pathlib import Path

file = Path("pipeline.yaml")
text = file.read_text().replace("      containers:\n        - name: train", "      initContainers:\n        - name: train")
file.write_text(text.replace("        - name: register", "      containers:\n        - name: register"))
PYTHON
kubectl -n ml-pipeline delete job pipeline --ignore-not-found
kubectl -n ml-pipeline apply -f pipeline.yaml
kubectl -n ml-pipeline wait --for=condition=complete --timeout=90s job/pipeline
