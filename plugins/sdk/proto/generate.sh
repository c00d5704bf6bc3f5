#!/bin/sh
# Regenerates the Go code of module.proto. Needs protoc (Debian: protobuf-compiler);
# the two generators are built by the Go toolchain at the versions named here.
set -eu
cd "$(dirname "$0")"
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
GOBIN="$tools" go install google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.12
GOBIN="$tools" go install google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.6.2
PATH="$tools:$PATH" protoc -I. \
	--go_out=. --go_opt=paths=source_relative \
	--go-grpc_out=. --go-grpc_opt=paths=source_relative \
	module.proto
# The example in Python has it, too.
protoc -I. --python_out=../../examples/python-hello module.proto
