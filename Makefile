# SpikeBench: `make help` lists the targets.
CC       ?= gcc
BUILD    ?= build
PREFIX   ?= /usr/local
DESTDIR  ?=
PKGS     := openblas libcsv yaml-0.1 zlib libmd
# libcsv has no .pc file on Debian; its name stays here for the linker only.
PC       := $(filter-out libcsv,$(PKGS))
PC_CFLAGS := $(shell pkg-config --cflags $(PC) 2>/dev/null)
PC_LIBS   := $(shell pkg-config --libs $(PC) 2>/dev/null)
OPT      ?= -O2
WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
CFLAGS   += -std=c17 $(OPT) -g -ffp-contract=off -D_POSIX_C_SOURCE=200809L -D_FILE_OFFSET_BITS=64 $(WARN) -I. -I$(BUILD) $(PC_CFLAGS) -pthread
LDLIBS   += $(PC_LIBS) -lcsv -lm -pthread
ROOMS    := support network datasets solvers baselines experiments
MAINS    := experiments/main.c experiments/worker_main.c
SRC      := $(filter-out $(MAINS),$(wildcard $(addsuffix /*.c,$(ROOMS))))
TESTSRC  := $(wildcard tests/*.c)
DIGITS   := $(BUILD)/digits_csv.o
OBJ64    := $(SRC:%.c=$(BUILD)/f64/%.o) $(DIGITS)
OBJ32    := $(SRC:%.c=$(BUILD)/f32/%.o) $(DIGITS)
BIN      := $(BUILD)/spikebench $(BUILD)/spikebench-f64 $(BUILD)/spikebench-f32
TESTS    := $(BUILD)/tests-f64 $(BUILD)/tests-f32

.DEFAULT_GOAL := build
.PHONY: build help test check-asan lint format bench smoke reproduce plots install uninstall clean FORCE
.SECONDARY:

build: $(BIN) ## the program and its two workers (default)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

# Facts about the build that results carry; rewritten only when they change.
$(BUILD)/version.h: FORCE
	@mkdir -p $(BUILD)
	@commit=$$(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown); \
	 dirty=$$(test -z "$$(git status --porcelain --untracked-files=no 2>/dev/null)" && echo 0 || echo 1); \
	 printf '#define VERSION_STRING "0.1.0"\n#define VERSION_COMMIT "%s"\n#define VERSION_DIRTY %s\n#define VERSION_COMPILER "%s"\n#define VERSION_FLAGS "%s"\n' \
	   "$$commit" "$$dirty" "$$($(CC) --version | head -n 1 | tr -d ',"')" "-std=c17 $(OPT) -ffp-contract=off" > $@.new; \
	 cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(BUILD)/f64/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c $< -o $@
$(BUILD)/f32/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -DSPIKEBENCH_SINGLE -MMD -MP -c $< -o $@
$(BUILD)/f64/experiments/env.o $(BUILD)/f32/experiments/env.o: $(BUILD)/version.h

# The digits are linked into the program: symbols digits_csv_start and digits_csv_end.
$(DIGITS): datasets/digits.csv
	@mkdir -p $(BUILD)
	cp $< $(BUILD)/digits_csv
	cd $(BUILD) && ld -r -b binary -z noexecstack digits_csv -o digits_csv.o
	rm $(BUILD)/digits_csv
	objcopy --redefine-sym _binary_digits_csv_start=digits_csv_start --redefine-sym _binary_digits_csv_end=digits_csv_end $@

$(BUILD)/spikebench: $(OBJ64) $(BUILD)/f64/experiments/main.o
	$(CC) $(CFLAGS) $^ $(LDLIBS) -o $@
$(BUILD)/spikebench-f64: $(OBJ64) $(BUILD)/f64/experiments/worker_main.o
	$(CC) $(CFLAGS) $^ $(LDLIBS) -o $@
$(BUILD)/spikebench-f32: $(OBJ32) $(BUILD)/f32/experiments/worker_main.o
	$(CC) $(CFLAGS) $^ $(LDLIBS) -o $@
$(BUILD)/tests-f64: $(OBJ64) $(TESTSRC:%.c=$(BUILD)/f64/%.o)
	$(CC) $(CFLAGS) $^ $(LDLIBS) -lcriterion -o $@
$(BUILD)/tests-f32: $(OBJ32) $(TESTSRC:%.c=$(BUILD)/f32/%.o)
	$(CC) $(CFLAGS) $^ $(LDLIBS) -lcriterion -o $@

test: $(TESTS) $(BIN) ## the test suite, in both precisions
	SPIKEBENCH_BUILD=$(BUILD) $(BUILD)/tests-f32
	SPIKEBENCH_BUILD=$(BUILD) $(BUILD)/tests-f64

clean: ## remove what was built
	rm -rf $(BUILD)

-include $(wildcard $(BUILD)/f64/*/*.d $(BUILD)/f32/*/*.d)
