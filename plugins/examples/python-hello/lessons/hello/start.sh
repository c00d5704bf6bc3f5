# The beginning: no greeting. The same script resets.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git clone -q "$GIT_URL/learn-python-hello" "$work"
cd "$work"
if [ -e hello.txt ]; then
  git rm -q hello.txt
  git commit -q -m "Back to the beginning"
  git push -q origin HEAD:main
fi
