# SPDX-License-Identifier: Apache-2.0
# The front door: everything else is CMake's. `make demo` and `make check` set up the machine first.
BUILD  ?= build
PREFIX ?= /usr/local
CMAKE   = cmake -G Ninja -S . -B

.PHONY: all build demo check bench install clean setup-demo setup-check setup-bench

all: build

build:
	@$(CMAKE) $(BUILD) >/dev/null
	@cmake --build $(BUILD)

setup-%:
	@tools/setup.sh $*

demo: setup-demo build
	@tools/demo.sh $(BUILD)

check: setup-check
	@tools/check.sh

bench: setup-bench build
	@tools/bench.sh $(BUILD)

install: build
	@cmake --install $(BUILD) --prefix $(DESTDIR)$(PREFIX)

clean:
	rm -rf $(BUILD) build-*
