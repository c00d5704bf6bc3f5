# Takes a joule for a watt-hour.
sed 's|/ 3600000|/ 1000|' solve/read.sh | bash
