# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# A thin front of CMake: fetches what is missing, configures build/$(BUILD), builds. `make help` lists the targets.

BUILD ?= release
PREFIX ?= /usr/local
DESTDIR ?=
LIBTORCH ?=
JOBS ?= $(shell nproc)
QUICK ?=
WERROR ?= OFF

ifeq ($(filter $(BUILD),release debug asan tsan),)
$(error BUILD is '$(BUILD)'; use release, debug, asan or tsan)
endif

SOURCE := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))
DIR := $(SOURCE)/build/$(BUILD)
CORE := $(SOURCE)/build/core
SETUP := $(SOURCE)/libcore/cmake/setup.sh
CTEST := ctest --test-dir "$(DIR)" --output-on-failure --no-tests=error

export LIBTORCH WERROR

.DEFAULT_GOAL := build
.PHONY: build tests core install-core test unit goldens bench demo docs format tidy lint install clean distclean deps configure help

help:
	@echo 'make               build the tools into build/$$BUILD/bin; build/bin leads there'
	@echo 'make core          build the eight tools that need no LibTorch into build/core/bin; LibTorch is not fetched'
	@echo 'make test          build, then run all tests'
	@echo 'make unit          build, then run the quick tests (labels unit and cli)'
	@echo 'make goldens       build, then print the errors of all goldens as a table; INR_GOLDEN_DIR=/path; DETAIL=1: every tensor'
	@echo 'make bench         build, then run the benchmarks'
	@echo 'make demo          build, then train, sample, render and score on real pictures; QUICK=1: in under 2 minutes'
	@echo 'make install       install to PREFIX=/usr/local, staged below DESTDIR=;  make install-core: the eight tools alone'
	@echo 'make deps          only fetch what is missing: Debian packages (as root) and LibTorch'
	@echo 'make docs          write man pages and completions anew from the option tables'
	@echo 'make format        clang-format every source;  make lint: check the rules of the tree'
	@echo 'make tidy          clang-tidy the library and tools without LibTorch; TIDY=all: every source'
	@echo 'make clean         remove the built files; make distclean: LibTorch too'
	@echo
	@echo 'BUILD=release|debug|asan|tsan   JOBS=N   WERROR=ON   LIBTORCH=/path (a folder with include/ and lib/; else it is fetched)'

deps:
	@$(SETUP) all

# CMake runs again by itself when one of its own files changes; here only where there is no build folder, or where LIBTORCH
# names another one than the folder was configured for.
configure: deps
	@$(SETUP) configure "$(DIR)" "$(BUILD)"

build: configure
	@cmake --build "$(DIR)" -j $(JOBS)
	@ln -sfn "$(BUILD)/bin" "$(SOURCE)/build/bin"

tests: build
	@cmake --build "$(DIR)" -j $(JOBS) --target tests

# Nothing of LibTorch is fetched, configured or linked.
core:
	@$(SETUP) core-packages
	@$(SETUP) configure-core "$(CORE)" release
	@cmake --build "$(CORE)" -j $(JOBS)

test: tests
	@$(CTEST) -j $(JOBS)

unit: tests
	@$(CTEST) -j $(JOBS) -L '^(unit|cli)$$'

goldens: tests
	@"$(SOURCE)/tests/golden/table.sh" "$(DIR)/bin"

bench: build
	@cmake --build "$(DIR)" -j $(JOBS) --target benchmarks
	@$(CTEST) -L '^bench$$' -C bench --verbose

demo: build
	@BIN="$(DIR)/bin" QUICK="$(QUICK)" "$(SOURCE)/examples/demo/run.sh"

docs: build
	@cmake --build "$(DIR)" --target docs

lint:
	@"$(SOURCE)/tests/lint/lint.sh"

format:
	@cd "$(SOURCE)" && find cmd libcore tests \( -name '*.cpp' -o -name '*.hpp' \) -print0 | xargs -0 clang-format -i

tidy: configure
	@"$(SOURCE)/tests/lint/tidy.sh" "$(DIR)" "$(JOBS)" $(TIDY)

install-core: core
	@DESTDIR="$(DESTDIR)" cmake --install "$(CORE)" --prefix "$(PREFIX)" --strip

install: build
	@DESTDIR="$(DESTDIR)" cmake --install "$(DIR)" --prefix "$(PREFIX)" --strip

clean:
	@rm -rf "$(SOURCE)/build/release" "$(SOURCE)/build/debug" "$(SOURCE)/build/asan" "$(SOURCE)/build/tsan" "$(CORE)" "$(SOURCE)/build/bin"

distclean: clean
	@rm -rf "$(SOURCE)/build"
