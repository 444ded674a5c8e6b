# The front door. `make` alone says what there is.
PREFIX ?= /usr/local
BINDIR = $(DESTDIR)$(PREFIX)/bin
# What `mamori setup tmux` has tmux run.
SHARE = $(DESTDIR)$(PREFIX)/share/mamori
TARGET = $(or $(CARGO_TARGET_DIR),target)
# The small ones are linked statically on Linux with glibc: they start twice as fast.
SMALL = mamori-status mamori-layout
PROGRAMS = mamori $(SMALL)

export PATH := $(PATH):$(or $(CARGO_HOME),$(HOME)/.cargo)/bin
export SMALL

.PHONY: help try try-stop test check bench build install uninstall clean

help: ## say what there is
	@awk -F ':.* ## ' '/^[a-z-]+:.* ## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

try: ## see it at once: build, then a private tmux with the status bar and a watcher
	@bash scripts/try.sh

try-stop: ## end what `make try` left running
	@bash scripts/try.sh stop

test: ## every test; installs what they need (tmux, ssh, sshd) where that is missing
	@bash scripts/test.sh

check: ## all that CI checks besides the tests: format, lints, documentation, shell, sizes, other platforms
	@bash scripts/check.sh

bench: ## every benchmark: figure, peer's figure, ratio, PASS or FAIL
	@bash tests/bench/run.sh

build: ## build the release programs into target/release
	@bash scripts/build.sh

install: build ## install into PREFIX (/usr/local; on Termux its own), under DESTDIR if given
	install -d "$(BINDIR)"
	cd "$(TARGET)/release" && install -m 755 $(PROGRAMS) "$(abspath $(BINDIR))"
	install -d "$(SHARE)/tmux"
	install -m 755 mamori.tmux "$(SHARE)"
	install -m 644 tmux/options.sh "$(SHARE)/tmux"
	ln -sfn ../../bin "$(SHARE)/bin"

uninstall: ## remove what `make install` installed
	cd "$(BINDIR)" && rm -f $(PROGRAMS)
	rm -f "$(SHARE)/mamori.tmux" "$(SHARE)/tmux/options.sh" "$(SHARE)/bin"
	-rmdir "$(SHARE)/tmux" "$(SHARE)"

clean: ## remove what was built
	cargo clean
