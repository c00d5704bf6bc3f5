rm -rf ~/learn-hello
git clone -q "$GIT_URL/learn-hello.git" ~/learn-hello
cd ~/learn-hello
sed -i 's/^GREETING = .*/GREETING = "Moin"/' app/app.py
git commit -qam "Greets as in Hamburg"
git push -q
