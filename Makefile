# SPDX-License-Identifier: GPL-3.0-or-later
#
#   make          build src/__hybridsam__.mex; then octave/ and src/ on Octave's path are enough
#   make demo     install what is missing, build, train the real pendulum, write demo_pendulum.png
#   make check    install what is missing, build, run every test
#   make help     the other targets

VERSION := $(shell sed -n 's/^Version: *//p' DESCRIPTION)
NAME    := hybridsam-$(VERSION)
OCTAVE  := octave-cli --norc -q --no-history

all: build

build:
	$(MAKE) -C src

demo:
	sh .ci/deps build
	$(MAKE) build
	$(OCTAVE) examples/demo_pendulum.m

check:
	sh .ci/deps check
	$(MAKE) build
	bash tests/check.sh

# Made before processes that go side by side would each make it.
build/results:
	mkdir -p $@

# The tasks by many methods, 5 seeds; an hour and a half on two cores. One alone: make results TASK=pendulum; fewer seeds and iterations, printed only: QUICK=1 (ten minutes)
FIELDS = reaction_diffusion
OTHERS = pendulum duffing duffing_cubic wind_tunnel wind_tunnel_simulated light_tunnel light_tunnel_ir_3 real_pendulum wind_physics pendulum_images
tables = HYBRIDSAM_QUICK="$(QUICK)" HYBRIDSAM_TABLES="$(1)" $(OCTAVE) tests/results/tasks.m

results: build build/results
	$(if $(QUICK),rm -f build/results/quick.md)
ifneq ($(TASK),)
	$(call tables,$(TASK))
else
	$(call tables,$(FIELDS)) & fields=$$!; $(call tables,$(OTHERS)) && wait $$fields
endif

# How often the intervals of hybrid_report cover the truth; a quarter of an hour.
coverage: build
	$(OCTAVE) tests/results/coverage.m

# Which rule of hybrid_sweep finds theta best, on the tasks; an hour or more.
selection: build build/results
	$(OCTAVE) tests/results/selection.m

# What makes the difference to theta: the settings of training, changed one at a time, on the tasks; half an hour or more.
settings: build build/results
	$(OCTAVE) tests/results/settings.m

# How fast it is (tests/bench/bench.m says how it is measured); some minutes, on a machine with nothing else to do. QUICK=1: half a minute, to see
# that it runs. bench, profile and bench-peers write their tables into doc/benchmarks.md.
bench: build
	HYBRIDSAM_QUICK=$(QUICK) bash tests/bench/run.sh tests/bench/bench.m
	$(if $(QUICK),,bash tests/bench/into_page.sh bench build/bench/bench.md)

# Where the time of a gradient goes; needs perf.
profile:
	bash tests/bench/profile.sh

# The same problems by PyTorch and JAX, in a Python environment of its own (build/peers, 6 GB from the package index).
bench-peers: build
	HYBRIDSAM_QUICK=$(QUICK) bash tests/bench/peers/run.sh

# Look for inputs that break the core's checks of graphs and data sets, for FUZZ_SECONDS each.
FUZZ_SECONDS ?= 300
fuzz:
	sh .ci/deps check
	FUZZ_SECONDS=$(FUZZ_SECONDS) bash tests/check.sh fuzz

# More of what make check does a few times: SIGKILL and ^C at random moments, many trainings in one process.
torture: build
	bash tests/resume.sh 50
	bash tests/interrupt_pty.sh 50
	bash tests/memory.sh 5000

dist:
	@rm -rf build/$(NAME) $(NAME).tar.gz
	@mkdir -p build/$(NAME)
	@sh tests/files.sh | tar -cf - -T - | tar -xf - -C build/$(NAME)
	tar -C build -czf $(NAME).tar.gz $(NAME)

install: dist
	$(OCTAVE) --eval 'pkg install $(NAME).tar.gz'

format:
	clang-format -i $$(find src tests/c tests/fuzz -name '*.c' -o -name '*.h')

clean:
	$(MAKE) -C src clean
	rm -rf build inst hybridsam-*.tar.gz demo_pendulum.png wind_tunnel.png may_i_believe_*.png

help:
	@echo 'make [build] | demo | check | fuzz | torture | results | coverage | selection | settings | bench | profile | bench-peers | dist | install | format | clean'

.PHONY: all build demo check results coverage selection settings bench profile bench-peers fuzz torture dist install format clean help
