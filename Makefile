# Everything that is run on this repository, by people and by CI.
#
#   make test          all tests, with the servers they need (scripts/test.sh)
#   make lint          gofmt, go vet, staticcheck and the rules of .golangci.yml
#   make build         bin/lineman, one static binary
#   make bench N=10000 the benchmarks; N is the number of mails
#   make fuzz T=60s    every fuzz target for T
#   make soak R=20     the tests of durability R times, each with another seed
#   make picture       docs/demo.svg, from what the demo prints

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

N ?= 10000
T ?= 60s
R ?= 20

.PHONY: test bench lint build fuzz soak picture

test:
	@./scripts/test.sh

bench:
	@./scripts/bench.sh $(N)

lint:
	@CGO_ENABLED=0 GOFLAGS=-trimpath go tool -modfile=scripts/lint.mod golangci-lint run

build:
	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o bin/lineman ./cmd/lineman

fuzz:
	@./scripts/fuzz.sh $(T)

soak:
	@./scripts/test.sh -count=$(R) -timeout=0 -run 'Killed|Replicas|Dovecot|Restarted|DatabaseFull' ./internal/app ./ingest
	@LINEMAN_TEST_FULL=1 ./scripts/test.sh -count=1 -timeout=0 -run 'Killed|TwoProcesses|Causes' ./notify

picture: build
	@./bin/lineman demo --once | go run ./internal/tool/picture 'go run ./cmd/lineman demo' >docs/demo.svg
