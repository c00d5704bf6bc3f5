# Takes the best single hour for a job of three.
sed 's/0 12 /0 5 /' solve/window.sh | bash
