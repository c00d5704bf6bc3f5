# labbox: `make up` builds what is missing and starts the lab, `make test` tests it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build

# One setting for every Go command, so that each dependency is compiled once.
export CGO_ENABLED := 0
export GOFLAGS := -trimpath -buildvcs=false

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := $(shell VERSION=$(VERSION) .ci/ldflags)
SUDO := $(shell [ "$$(id -u)" -eq 0 ] || echo sudo -E env "PATH=$$PATH")

GORELEASER := github.com/goreleaser/goreleaser/v2@v2.14.0
GOTESTSUM := gotest.tools/gotestsum@v1.13.0
BUILD_PACKAGES := git gcc libc6-dev binutils make ca-certificates zstd python3-pip debian-archive-keyring
TEST_PACKAGES := python3-venv chromium debootstrap iproute2 procps curl fonts-dejavu-core poppler-utils

# Every lesson is proven on the lab of the box tests, too, which takes eight minutes.
# Empty leaves that out.
LABBOX_BOX_PROVE ?= 1

BOX_TESTS := ./internal/kube ./cmd/labbox ./internal/web ./internal/faas/lambda ./internal/faas/gateway ./internal/kit ./plugins/examples

.PHONY: build up down test lint unit box prove bench vm proto clean deps test-deps ui release

## build: the one file, bin/labbox, with everything in it
build: deps ui
	mkdir -p build bin
	go build -ldflags "$(LDFLAGS)" -o build/labbox ./cmd/labbox
	go run ./cmd/mkbundle -o build/payload
	go run ./cmd/mkbundle -exe build/labbox -payload build/payload -version $(VERSION) -o bin/labbox

## up: build what is missing, start the lab unless it runs, run the capstone, show what there is
up: build
	$(SUDO) bin/labbox up || [ $$? -eq 10 ] # 10: a lab runs already
	$(SUDO) bin/labbox capstone run
	$(SUDO) bin/labbox status

down:
	$(SUDO) bin/labbox down

## test: everything, on a bare machine too
test: deps test-deps ui lint unit build box

lint:
	@test -z "$$(gofmt -l cmd internal plugins charts bundle/*.go ui/*.go)" || { echo "not gofmt-ed:"; gofmt -l cmd internal plugins charts; exit 1; }
	go vet ./...

unit: ui
	go test -short ./...

## box: the promises of the README, on the real thing, as root; what failed is said again at the end
box:
	$(SUDO) env LABBOX_BIN=$(CURDIR)/bin/labbox LABBOX_BOX_PROVE=$(LABBOX_BOX_PROVE) $(shell which go) run $(GOTESTSUM) --format standard-verbose --hide-summary skipped -- \
		-count=1 -timeout 45m -p 1 -run 'TestBox|TestBrowser' $(BOX_TESTS) | grep --line-buffered -vE '^=== (RUN|PAUSE|CONT|NAME)'

## prove: the whole life of every lesson, on the lab that runs
prove:
	$(SUDO) bin/labbox lesson prove

## bench: figures as JSON on standard output
bench: build
	@$(SUDO) $(shell which go) run ./cmd/bench -labbox bin/labbox

## vm: the lab on Debian's own kernel in a virtual machine, as on a learner's VM
vm: build
	@.ci/install qemu-system-x86 debootstrap e2fsprogs
	go test -c -o build/cage.test ./internal/modhost/cage
	go test -c -o build/modhost.test ./internal/modhost
	$(SUDO) .ci/vm bin/labbox .ci/vmscript build/cage.test build/modhost.test

## proto: the module protocol's generated code, which is committed
proto:
	@.ci/install protobuf-compiler
	plugins/sdk/proto/generate.sh

## ui: third-party browser code, from npm by lock file
ui:
	@go run ./cmd/mkui

## release: archive, checksums and payload, without publishing
release: deps ui # 2.14 is the newest whose modules are all to be had
	go run $(GORELEASER) check
	LDFLAGS="$(LDFLAGS)" go run $(GORELEASER) release --snapshot --clean

deps:
	@.ci/install $(BUILD_PACKAGES)

test-deps:
	@.ci/install $(TEST_PACKAGES)

clean:
	rm -rf bin build
