. shared/common.sh
here=$PWD

begin learn-flux
record "Declare the web server and its Application" "$here/files/repo"
publish
