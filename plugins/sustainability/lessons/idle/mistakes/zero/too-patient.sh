# Leaves the time without calls at fifteen minutes.
sed 's/, "com.openfaas.scale.zero-duration": "5s"//; /^kubectl/d' solve/zero.sh | bash
