work=$(mktemp -d)
git clone -q "$GIT_URL/learn-python-hello" "$work"
cd "$work"
echo goodbye > hello.txt
git commit -q -a -m "Say goodbye"
git push -q origin HEAD:main
