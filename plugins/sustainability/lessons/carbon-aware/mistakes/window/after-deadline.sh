# Takes the best three hours, which are too late.
sed 's/0 12 /0 21 /' solve/window.sh | bash
