# The alias in place of a number.
sed 's/value: "?"/value: champion/' files/champion.yaml | kubectl -n ml-serve apply -f -
