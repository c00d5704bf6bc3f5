# A pattern that may match anywhere.
rm -rf ~/learn-template
git clone -q "$GIT_URL/learn-template.git" ~/learn-template
cd ~/learn-template
cat > catalog-info.yaml <<'YAML'
apiVersion: backstage.io/v1alpha1
kind: Location
metadata: {name: learn-template}
spec:
  targets: [./template.yaml, ./org.yaml]
YAML
python3 - <<'PY'
import re
text = open("template.yaml").read()
form = """  parameters:
    - title: Your notes
      required: [name, owner]
      properties:
        name: {type: string, title: Name, pattern: '[a-z0-9-]'}
        owner: {type: string, title: Owner}
"""
text = re.sub(r"  parameters:\n.*?(?=  steps:)", lambda _: form, text, flags=re.S)
open("template.yaml", "w").write(text)
PY
git add -A
git commit -q --allow-empty -m "A pattern without ends"
git push -q
