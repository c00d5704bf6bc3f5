# Forgets to divide.
sed 's|/ 25||' solve/per-call.sh | bash
