# Two lines more: the commit of the code and the fingerprint of the data.
cd ~/ml-track
grep -q log_input train.py || python3 - <<'PYTHON'
from pathlib import Path

file = Path("train.py")
before = '        mlflow.log_param("C", C)\n'
added = (
    '        mlflow.set_tag("mlflow.source.git.commit", os.environ["GIT_COMMIT"])\n'
    '        mlflow.log_input(mlflow.data.from_numpy(train_x, targets=train_y, name="digits"), context="training")\n'
)
file.write_text(file.read_text().replace(before, before + added))
PYTHON
git commit -qam "Log commit and dataset to MLflow" || echo "committed already"
git push -q origin main
./run.sh
