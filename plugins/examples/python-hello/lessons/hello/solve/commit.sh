work=$(mktemp -d)
git clone -q "$GIT_URL/learn-python-hello" "$work"
cd "$work"
echo hello > hello.txt
git add hello.txt
git commit -q -m "Say hello"
git push -q origin HEAD:main
