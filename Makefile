# SPDX-License-Identifier: Apache-2.0
# The front door: everything else is CMake's. `make demo` and `make check` set up the machine first.
BUILD  ?= build
PREFIX ?= /usr/local

.PHONY: all everything demo check bench install dist clean

# The program, as it is installed.
all:
	@tools/setup.sh --look
	@cmake -G Ninja -S . -B "$(BUILD)" >/dev/null
	@cmake --build "$(BUILD)" --target program

# With tests and benchmarks.
everything: all
	@cmake --build "$(BUILD)"

demo:
	@tools/setup.sh demo
	@$(MAKE) --no-print-directory all
	@tools/demo.sh "$(BUILD)"

check:
	@tools/setup.sh check
	@tools/check.sh

bench:
	@tools/setup.sh bench
	@$(MAKE) --no-print-directory everything
	@tools/bench.sh "$(BUILD)"

# CMake itself puts DESTDIR before the prefix.
install: all
	@cmake --install "$(BUILD)" --prefix "$(PREFIX)"

# A tarball with the libraries in it.
dist: all
	@tools/dist.sh "$(BUILD)"

clean:
	rm -rf "$(BUILD)" build-*
