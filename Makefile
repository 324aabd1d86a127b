# SpikeBench: `make help` lists the targets.
CC       ?= gcc
BUILD    ?= build
VERSION  := 0.2.0
PREFIX   ?= /usr/local
DESTDIR  ?=
# libcsv has no .pc file on Debian: it is linked by name below.
PC       := openblas yaml-0.1 zlib libmd popt libcjson
PC_CFLAGS := $(shell pkg-config --cflags $(PC) 2>/dev/null)
PC_LIBS   := $(shell pkg-config --libs $(PC) 2>/dev/null)
# HDF5 is for the datasets shd and ssc; without it (or with HDF5=no) they say so.
HDF5     ?= $(shell pkg-config --exists hdf5 2>/dev/null && echo yes || echo no)
ifeq ($(HDF5),yes)
PC_CFLAGS += -DSPIKEBENCH_HDF5 $(shell pkg-config --cflags hdf5)
PC_LIBS   += $(shell pkg-config --libs hdf5)
endif
# MPI is for runs of several processes (option ranks); without it (or with MPI=no) they are refused.
MPI      ?= $(shell pkg-config --exists ompi-c 2>/dev/null && echo yes || echo no)
ifeq ($(MPI),yes)
PC_CFLAGS += -DSPIKEBENCH_MPI $(shell pkg-config --cflags ompi-c)
PC_LIBS   += $(shell pkg-config --libs ompi-c)
endif
OPT      ?= -O2
# Warnings are errors for developers and CI (STRICT=1), not for a newer compiler of a user.
STRICT   ?= 0
WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wconversion $(if $(filter 1,$(STRICT)),-Werror)
CFLAGS   += -std=c17 $(OPT) -g -ffp-contract=off -D_POSIX_C_SOURCE=200809L -D_FILE_OFFSET_BITS=64 $(WARN) -I. -I$(BUILD) $(PC_CFLAGS) -pthread
LDLIBS   += $(PC_LIBS) -lcsv -lm -ldl -pthread
# What a plug-in calls is found in the program that loads it.
LDFLAGS  += -rdynamic
# The rooms from the lowest to the highest: a file includes and calls only what stands in its own or a lower one (make lint).
ROOMS    := support network datasets trainer solvers/proximal solvers/admm solvers/resync baselines experiments records runs report commands
MAINS    := commands/main.c
SRC      := $(filter-out $(MAINS),$(wildcard $(addsuffix /*.c,$(ROOMS))))
# The kernels: one source, one object for each level (network/kernels/kernels.h); -O3 for vectors in plain loops.
ifneq ($(findstring x86_64,$(shell $(CC) -dumpmachine)),)
LEVELS   := generic avx2 avx512
else
LEVELS   := generic
endif
KERNELS  := network/kernels/kernels.o $(LEVELS:%=network/kernels/%.o)
LEVEL_avx2   := -mavx2 -mpopcnt
LEVEL_avx512 := -mavx512f -mavx512bw -mavx512dq -mavx512vl -mpopcnt -mprefer-vector-width=512
# The tests replay the corpora of the fuzz targets; FUZZMAIN is libFuzzer's, FUZZHDF5 of the targets that read HDF5.
FUZZMAIN := tests/fuzz/fuzz_main.c
FUZZHDF5 := tests/fuzz/hdf5_process.c tests/fuzz/thread_child.c
FUZZSRC  := $(filter-out $(FUZZMAIN) $(FUZZHDF5),$(wildcard tests/fuzz/*.c))
TESTSRC  := $(wildcard tests/*.c) $(FUZZSRC)
# Tests that run once, in double: of the program from outside, which starts the worker of either precision (tests/program), and of what has
# no real numbers and is the same code in both (tests/once).
ONCETEST := $(wildcard tests/program/*.c tests/once/*.c)
DIGITS   := $(BUILD)/digits_csv.o
OBJ64    := $(SRC:%.c=$(BUILD)/f64/%.o) $(KERNELS:%=$(BUILD)/f64/%) $(DIGITS)
OBJ32    := $(SRC:%.c=$(BUILD)/f32/%.o) $(KERNELS:%=$(BUILD)/f32/%) $(DIGITS)
BIN      := $(BUILD)/spikebench $(BUILD)/spikebench-f64 $(BUILD)/spikebench-f32
TESTS    := $(BUILD)/tests-f64 $(BUILD)/tests-f32
# The tests hold all of the benchmarks but their main.
BENCHMAIN := tests/bench/main.c
BENCHSRC := $(filter-out $(BENCHMAIN),$(wildcard tests/bench/*.c))
BENCH    := $(BUILD)/bench-f64 $(BUILD)/bench-f32
WORKLOADS := $(BUILD)/workload-f64 $(BUILD)/workload-f32
WORKLOADSRC := $(wildcard tests/bench/peers/*.c)
OPENMP   := $(BUILD)/openmp/workload-f64 $(BUILD)/openmp/workload-f32

# One short line a file; V=1 prints whole commands.
V ?= 0
quiet_0 = @printf '  %-4s %s\n'
quiet_1 = @:
say = $(quiet_$(V))
Q_0 := @
Q_1 :=
Q := $(Q_$(V))

# Or OpenBLAS starts threads in each of the thousands of processes of the tests, which spin and do nothing.
export OPENBLAS_NUM_THREADS := 1

.DEFAULT_GOAL := build
.PHONY: build all help fuzz fuzz-programs faults coverage same weekly fresh check-clang check-tsan test bench bench-peers bench-admm bench-pool bench-scaling bench-ranks scaling-model bench-report oracle mutants check-asan check-examples docs results-docs write-docs check-docs lint format smoke references reproduce plots paper install install-headers uninstall check-install dist deb clean FORCE
.SECONDARY:

build: $(BIN) ## the program and its two workers (default)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

# Facts about the build that results carry, and what tells two builds of changed sources apart; rewritten only when they change.
SOURCES := $(sort $(wildcard $(addsuffix /*.c,$(ROOMS) network/kernels) $(addsuffix /*.h,$(ROOMS) network/kernels))) datasets/digits.csv
$(BUILD)/version.h: FORCE
	@mkdir -p $(BUILD)
	@commit=$$(git rev-parse --short=12 HEAD 2>/dev/null || sed -n 's/^\([0-9a-f]\{12\}\).*/\1/p' .commit 2>/dev/null); commit=$${commit:-unknown}; \
	 dirty=$$(test -z "$$(git status --porcelain --untracked-files=no 2>/dev/null)" && echo 0 || echo 1); \
	 sources=$$(cat $(SOURCES) | sha256sum | cut -c 1-12); \
	 printf '#define VERSION_STRING "%s"\n#define VERSION_COMMIT "%s"\n#define VERSION_DIRTY %s\n#define VERSION_SOURCES "%s"\n#define VERSION_COMPILER "%s"\n#define VERSION_FLAGS "%s"\n' \
	   "$(VERSION)" "$$commit" "$$dirty" "$$sources" "$$($(CC) --version | head -n 1 | tr -d ',"')" "-std=c17 $(OPT) -ffp-contract=off" > $@.new; \
	 cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(BUILD)/f64/%.o: %.c
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c $< -o $@
$(BUILD)/f32/%.o: %.c
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) $(CFLAGS) -DSPIKEBENCH_SINGLE -MMD -MP -c $< -o $@
# Loops over every number of an ADMM iterate: -O3 for vectors in plain loops. Roots are made in vectors where nobody asks errno for
# negative numbers; the bits are the same.
STREAMED := solvers/admm/admm_state solvers/admm/admm_spikes solvers/admm/admm_potentials solvers/resync/resync_branch solvers/resync/resync
$(foreach p,f64 f32,$(STREAMED:%=$(BUILD)/$(p)/%.o)): private OPT := -O3 -fno-math-errno
LEVEL = $(basename $(@F))
KERNELS_AS = -O3 -fno-math-errno $(LEVEL_$(LEVEL)) -DKERNELS=kernels_$(LEVEL) -DKERNELS_NAME='"$(LEVEL)"'
$(LEVELS:%=$(BUILD)/f64/network/kernels/%.o): network/kernels/levels.c
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) $(CFLAGS) $(KERNELS_AS) -MMD -MP -c $< -o $@
$(LEVELS:%=$(BUILD)/f32/network/kernels/%.o): network/kernels/levels.c
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) $(CFLAGS) -DSPIKEBENCH_SINGLE $(KERNELS_AS) -MMD -MP -c $< -o $@
$(BUILD)/f64/support/env.o $(BUILD)/f32/support/env.o: $(BUILD)/version.h
$(BUILD)/f64/tests/bench/openmp/pool.o $(BUILD)/f32/tests/bench/openmp/pool.o: private OPT += -fopenmp

# The digits are linked into the program: symbols digits_csv_start and digits_csv_end.
$(DIGITS): datasets/digits.csv
	@mkdir -p $(BUILD)
	$(say) BIN $@
	$(Q)cp $< $(BUILD)/digits_csv
	$(Q)cd $(BUILD) && ld -r -b binary -z noexecstack digits_csv -o digits_csv.o
	$(Q)rm $(BUILD)/digits_csv
	$(Q)objcopy --redefine-sym _binary_digits_csv_start=digits_csv_start --redefine-sym _binary_digits_csv_end=digits_csv_end $@

$(BUILD)/spikebench: $(OBJ64) $(BUILD)/f64/commands/main.o
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@
$(BUILD)/spikebench-f64: $(OBJ64) $(BUILD)/f64/commands/main.o
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@
$(BUILD)/spikebench-f32: $(OBJ32) $(BUILD)/f32/commands/main.o
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@
$(BUILD)/tests-f64: $(OBJ64) $(TESTSRC:%.c=$(BUILD)/f64/%.o) $(ONCETEST:%.c=$(BUILD)/f64/%.o) $(BENCHSRC:%.c=$(BUILD)/f64/%.o)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -lcriterion -o $@
$(BUILD)/tests-f32: $(OBJ32) $(TESTSRC:%.c=$(BUILD)/f32/%.o) $(BENCHSRC:%.c=$(BUILD)/f32/%.o)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -lcriterion -o $@
# A test starts this one.
$(TESTS): | $(BUILD)/bench-f64
$(BUILD)/bench-f64: $(OBJ64) $(BENCHSRC:%.c=$(BUILD)/f64/%.o) $(BENCHMAIN:%.c=$(BUILD)/f64/%.o)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@
$(BUILD)/workload-f64: $(OBJ64) $(WORKLOADSRC:%.c=$(BUILD)/f64/%.o)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@
$(BUILD)/openmp/workload-f64: $(filter-out %/support/pool.o,$(OBJ64)) $(WORKLOADSRC:%.c=$(BUILD)/f64/%.o) $(BUILD)/f64/tests/bench/openmp/pool.o
	@mkdir -p $(@D)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -fopenmp $^ $(LDLIBS) -o $@
$(BUILD)/workload-f32: $(OBJ32) $(WORKLOADSRC:%.c=$(BUILD)/f32/%.o)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@
$(BUILD)/openmp/workload-f32: $(filter-out %/support/pool.o,$(OBJ32)) $(WORKLOADSRC:%.c=$(BUILD)/f32/%.o) $(BUILD)/f32/tests/bench/openmp/pool.o
	@mkdir -p $(@D)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -fopenmp $^ $(LDLIBS) -o $@
$(BUILD)/bench-f32: $(OBJ32) $(BENCHSRC:%.c=$(BUILD)/f32/%.o) $(BENCHMAIN:%.c=$(BUILD)/f32/%.o)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@

T ?=
test: $(TESTS) $(BIN) ## the tests, the numerical ones in both precisions; T=admm only suites with that name
	@sh tests/run.sh $(BUILD) '$(T)'

all: $(BIN) $(TESTS) $(BENCH) ## the program, its tests and benchmarks

# M: names of mutants, shell patterns.
M ?=
mutants: $(BUILD)/tests-f64 $(BIN) ## planted bugs, each of which a test must catch; M=NAME only these, SMOKE=1 the convergence gate, too (minutes)
	@sh tests/mutants.sh $(MAKE) $(BUILD) $(M)

CLANG_BUILD := build-clang
check-clang: ## all of it builds with clang without a warning
	@$(MAKE) --no-print-directory CC=clang STRICT=1 BUILD=$(CLANG_BUILD) all

PYTHON   ?= /usr/bin/python3
SPEED    := results/bench
bench: $(BENCH) $(WORKLOADS) ## speed: workloads A to G beside their floor (python3), then ratios of pairs of ways; results/bench/*.csv (half an hour)
	$(PYTHON) tests/bench/workloads.py --build $(BUILD) --out $(SPEED)/workloads.csv
	@echo
	$(BUILD)/bench-f64
	@echo
	$(BUILD)/bench-f32

# The library peers: a folder that holds snntorch/, spikingjelly/ or norse/, and what they import.
PEERS ?=
bench-peers: $(WORKLOADS) ## speed beside PyTorch (Debian: python3-torch), epoch by epoch in one run; PEERS=DIR snnTorch and others, too; results/bench/peers.csv
	for threads in 1 2; do $(PYTHON) tests/bench/peers.py --build $(BUILD) --threads $$threads --precision float,double --peers "$(PEERS)" --out $(SPEED)/peers.csv || exit 1; done

bench-pool: $(WORKLOADS) $(OPENMP) ## the own pool of threads beside OpenMP's with passive waiting; results/bench/pools.csv
	$(PYTHON) tests/bench/pools.py --build $(BUILD) --out $(SPEED)/pools.csv

bench-scaling: $(WORKLOADS) ## time against N, T, width, depth and density; results/bench/scaling.csv, exponents.csv, scaling_time.png
	$(PYTHON) tests/bench/scaling.py --build $(BUILD) --out $(SPEED)
	sh tests/bench/draw.sh tests/bench/scaling_time.gp $(SPEED)/scaling_time.png $(SPEED)/scaling.csv $(SPEED)/exponents.csv

RANKS_SECONDS ?= 420
bench-ranks: build ## one and two ranks on the runs of experiments/scale_*.yaml, on a quiet machine of two cores, then scaling-model (seven minutes)
	OPENBLAS_CORETYPE=Haswell $(PYTHON) tests/bench/ranks.py --build $(BUILD) --seconds $(RANKS_SECONDS) --out results/reference/scaling/ranks.csv
	@$(MAKE) --no-print-directory scaling-model

scaling-model: ## the model of docs/scaling.md from results/reference: its check, and plots/reference/ranks_model.png
	@mkdir -p $(BUILD)/scaling
	@LC_ALL=C awk -v out=$(BUILD)/scaling -f docs/scaling.awk results/reference/scaling/ranks.csv results/reference/scale_*/traffic.csv
	@sh tests/bench/draw.sh plots/ranks_model.gp plots/reference/ranks_model.png $(BUILD)/scaling/model.csv

bench-report: $(WORKLOADS) $(OPENMP) ## what docs/speed.md says, on a quiet machine of two cores; into results/reference/speed (20 to 40 minutes; PEERS=DIR: snnTorch and others, too)
	sh tests/bench/report.sh "$(PYTHON)" $(BUILD) results/reference/speed "$(PEERS)"

oracle: $(BUILD)/tests-f64 ## write tests/oracle again by PyTorch (Debian: python3-torch), and check against it
	$(PYTHON) tests/oracle/oracle.py tests/oracle
	sh tests/run.sh $(BUILD) 'oracle/*' f64

bench-admm: $(WORKLOADS) ## admm beside a numpy version (Debian: python3-numpy); results/bench/admm.csv
	$(PYTHON) tests/bench/peers_admm.py --build $(BUILD) --precision double,float --out $(SPEED)/admm.csv

# The tests' own sources go without optimisation, which takes longer than it saves; those of the benchmarks do not.
TESTFLAGS := -O0
$(BUILD)/f64/tests/%.o $(BUILD)/f32/tests/%.o: private CFLAGS += $(TESTFLAGS)
$(BUILD)/f64/tests/bench/%.o $(BUILD)/f32/tests/bench/%.o: private TESTFLAGS :=

# At a fixed address a process of a test starts faster. Criterion copies its own process for each test: it stays small without a long quarantine.
# A leaking Criterion test still exits 0, so the gate is the sanitizers' log files; the leak test proves that it bites.
# SANITIZED: precisions of the tests, WORKERS of the programs that they start.
SANITIZED := f64
WORKERS   := f64 f32
LOGGED = log_path=$(CURDIR)/$(1)/log/sanitizer
check-asan: ## the tests under the address, leak and undefined behaviour sanitizers
	rm -rf build-asan/log && mkdir -p build-asan/log
	$(MAKE) BUILD=build-asan OPT="-O1 -fsanitize=address,undefined -fno-omit-frame-pointer" TESTFLAGS="-O0 -g1" LDFLAGS="-rdynamic -no-pie" \
	  $(SANITIZED:%=build-asan/tests-%) build-asan/spikebench $(WORKERS:%=build-asan/spikebench-%)
	sh tests/leak_gate.sh "$(CC)" build-asan
	ASAN_OPTIONS=$(call LOGGED,build-asan):quarantine_size_mb=16:suppressions=$(CURDIR)/tests/asan.supp UBSAN_OPTIONS=$(call LOGGED,build-asan):print_stacktrace=1 \
	  sh tests/run.sh build-asan '$(T)' '$(SANITIZED)'
	@if ls build-asan/log/* >/dev/null 2>&1; then cat build-asan/log/*; echo "sanitizers found errors"; exit 1; fi

# Criterion does not start under the thread sanitizer, so the program does without it.
check-tsan: ## the smoke experiment and each solver's contract under the thread sanitizer
	rm -rf build-tsan/log && mkdir -p build-tsan/log
	$(MAKE) BUILD=build-tsan OPT="-O1 -fsanitize=thread" build
	TSAN_OPTIONS=$(call LOGGED,build-tsan) build-tsan/spikebench run experiments/smoke.yaml --set threads=3 --out build-tsan/results --fresh
	@for solver in $$(build-tsan/spikebench list solvers | awk '{ print $$1 }'); do for precision in double float; do \
	  TSAN_OPTIONS=$(call LOGGED,build-tsan) build-tsan/spikebench contract $$solver --precision $$precision | grep -v '^ok' || true; done; done
	@if ls build-tsan/log/* >/dev/null 2>&1; then cat build-tsan/log/*; echo "the thread sanitizer found races"; exit 1; fi

# FUZZ: names of targets (tests/fuzz/targets.c); FUZZ_SECONDS: for each.
FUZZ ?= yaml set sidecar idx nmnist dat aedat npy text index shd weights nir nir_graph runs curve checkpoint
FUZZ_SECONDS ?= 60
FUZZ_BUILD := build-fuzz
fuzz: ## libFuzzer under the address and undefined behaviour sanitizers: a minute a target (clang); FUZZ="yaml idx", FUZZ_SECONDS=600
	@$(MAKE) --no-print-directory CC=clang BUILD=$(FUZZ_BUILD) OPT="-O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined" fuzz-programs
	sh tests/fuzz/fuzz.sh $(FUZZ_BUILD) $(FUZZ_SECONDS) $(FUZZ)

fuzz-programs: $(FUZZ:%=$(BUILD)/fuzz-%)

$(BUILD)/fuzz-%: $(OBJ64) $(FUZZSRC:%.c=$(BUILD)/f64/%.o) $(FUZZMAIN)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) -fsanitize=fuzzer -DFUZZ_TARGET=fuzz_$* $(LDFLAGS) $^ $(LDLIBS) -o $@

ifeq ($(HDF5),yes)
wrapped = -Wl,--wrap=child_start,--wrap=child_end,--wrap=child_may_take
$(BUILD)/fuzz-nir $(BUILD)/fuzz-shd: $(BUILD)/fuzz-%: $(OBJ64) $(FUZZSRC:%.c=$(BUILD)/f64/%.o) $(FUZZMAIN) $(FUZZHDF5)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) -fsanitize=fuzzer -DFUZZ_HDF5 -DFUZZ_TARGET=fuzz_$* $(LDFLAGS) $(wrapped) $^ $(LDLIBS) -o $@
endif

$(BUILD)/fail_alloc.so: tests/faults/fail_alloc.c
	@mkdir -p $(BUILD)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) -fno-builtin -fPIC -shared $< -o $@

# PARTS: kills signals allocations limits disk descriptors cuts.
FAULTS ?= quick
PARTS ?=
faults: build $(BUILD)/fail_alloc.so ## kills, failed allocations, full disks, limits, cut files: a table of promises; FAULTS=whole an hour of them, PARTS="kills cuts"
	@sh tests/faults/faults.sh $(BUILD) $(FAULTS) $(PARTS)

# Lines that the tests run, by room; LEAST: a room with a smaller share of its lines is an error.
LEAST ?= 90
coverage: ## lines of each room that the tests in double precision run (gcov; half an hour)
	$(MAKE) BUILD=build-coverage OPT="-O1 --coverage -fprofile-update=atomic -DSPIKEBENCH_COVERAGE" build build-coverage/tests-f64
	find build-coverage -name '*.gcda' -delete
	sh tests/run.sh build-coverage '$(T)' f64
	@sh tests/coverage.sh build-coverage/f64 $(LEAST) $(ROOMS)

fresh: ## README's two commands in minimal roots of Debian 12 and 13 (root, debootstrap; 20 minutes)
	sh tests/fresh.sh

weekly: ## what CI has no time for: all mutants, all sanitizers, clang's tests, fuzz, all faults, coverage, fresh, with OLD=<build folder> same (5 hours)
	$(MAKE) mutants
	$(MAKE) check-asan SANITIZED="f32 f64"
	$(MAKE) check-tsan
	$(MAKE) check-clang
	sh tests/run.sh $(CLANG_BUILD)
	$(MAKE) fuzz
	$(MAKE) faults FAULTS=whole
	$(MAKE) coverage
	$(MAKE) fresh
	[ -z "$(OLD)" ] || $(MAKE) same OLD="$(OLD)"

check-examples: build ## build, test and run the examples of docs/ in a copy of the sources
	sh tests/examples.sh "$(MAKE)" "$(BUILD)"

# The pages that the program writes, of itself and of results/reference; check-docs compares, and lets groff read the man page.
DOCS := reference.md results.md systems.md speed.md scaling.md ../README.md spikebench.1
docs: $(BUILD)/spikebench ## write the reference, the results and the man page in docs/ (help2man: sh setup.sh lint)
	@$(MAKE) --no-print-directory write-docs TO=docs

# Neither the date nor help2man's version are in the page.
TO := docs
write-docs:
	@mkdir -p $(TO)
	$(BUILD)/spikebench help --markdown > $(TO)/reference.md
	help2man --no-info --name='benchmark training methods for spiking neural networks' --help-option='help --all' \
	  --version-string="$$($(BUILD)/spikebench --version | sed 's/ (.*//;q')" $(BUILD)/spikebench > $(TO)/spikebench.1
	@sed -i -e '1s/.*/.\\" Written by make docs; do not edit./' -e '2s/"[A-Z][a-z]* [0-9]*"/""/' $(TO)/spikebench.1
	@$(MAKE) --no-print-directory results-docs

results-docs: $(BUILD)/spikebench ## write docs/results.md, docs/systems.md, docs/speed.md, docs/scaling.md and README's table, from results/reference
	sh docs/results.sh $(BUILD)/spikebench $(BUILD)/reference $(TO)

check-docs: $(BUILD)/spikebench ## docs/ is what the program writes; groff and bash accept it
	@$(MAKE) --no-print-directory write-docs TO=$(BUILD)/docs >/dev/null
	@sh tests/docs_current.sh $(BUILD)/docs docs $(DOCS)

CROOMS    = $(ROOMS) network/kernels tests tests/fuzz tests/faults tests/bench tests/bench/peers tests/bench/openmp tests/program tests/once
CSOURCES = $(wildcard $(addsuffix /*.c,$(CROOMS) docs/examples) $(addsuffix /*.h,$(CROOMS)))
LINT     := lint-format lint-sizes lint-rooms lint-plots lint-clang lint-cppcheck
.PHONY: $(LINT)
lint: ## format, sizes of files and functions, order of the rooms, scripts that run nothing, clang, cppcheck: no finding
	@$(MAKE) -k --no-print-directory $(LINT)

lint-format:
	@clang-format --dry-run --Werror $(CSOURCES)

lint-sizes:
	@sh tests/sizes.sh $(CSOURCES)

lint-rooms: $(filter-out $(DIGITS),$(OBJ64)) $(MAINS:%.c=$(BUILD)/f64/%.o)
	@sh tests/rooms.sh $(BUILD)/f64 $(ROOMS)

lint-plots:
	@sh tests/plots.sh $(wildcard plots/*.gp plots/experiments/*.gp tests/bench/*.gp)

lint-clang: $(BUILD)/version.h
	@for single in "" -DSPIKEBENCH_SINGLE; do printf '%s\n' $(SRC) $(MAINS) | xargs -n 20 clang $(CFLAGS) -Werror $$single -fsyntax-only || exit 1; done

lint-cppcheck:
	@cppcheck --quiet --std=c11 --language=c --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
	  --suppressions-list=.cppcheck -I. -DSPIKEBENCH_LINT $(addsuffix /,$(ROOMS) tests/bench)

format: ## rewrite the sources in the project's format
	@clang-format -i $(CSOURCES)

smoke: build ## the convergence gate: every trainer, compared with results/reference (half a minute)
	@sh tests/gate.sh $(BUILD)/spikebench $(BUILD)/results

J ?= 1
ONLY ?=
references: build ## run all experiments and put them into results/reference; resumes where it was killed; J=2 two runs at a time, ONLY="smoke start" some (hours)
	@sh tests/references.sh $(BUILD)/spikebench results/remade $(J) $(ONLY)

# Threads change no result; more than four gain little on these sizes.
THREADS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1); [ "$$n" -le 4 ] && echo "$$n" || echo 4)
reproduce: build ## run the proof of concept on this machine with up to four threads (THREADS=1), draw its figures, print the tables and where their page is
	$(BUILD)/spikebench run experiments/poc_digits.yaml --set threads=$(THREADS)
	@if [ -d "$${SPIKEBENCH_DATA:-/nonexistent}/nmnist/Train" ]; then $(BUILD)/spikebench run experiments/poc_nmnist_small.yaml --set threads=$(THREADS); \
	else echo "N-MNIST is left out: SPIKEBENCH_DATA/nmnist/Train was not found"; fi
	@$(MAKE) --no-print-directory plots
	@for e in poc_digits poc_nmnist_small; do if [ -f results/$$e/runs.csv ]; then \
	  page=$$($(BUILD)/spikebench report $$e) && echo "the page with all of it: $(CURDIR)/$$page" || exit 1; \
	fi; done

same: build ## OLD=<build folder>: the same curves and weights as an old program, byte for byte (3 minutes)
	@[ -n "$(OLD)" ] || { echo 'make same OLD=<build folder of the old program>' >&2; exit 2; }
	@sh tests/same.sh "$(OLD)" $(BUILD)

plots: build ## draw the figures of the proof of concept from the results present
	@for e in poc_digits poc_nmnist_small; do if [ -f results/$$e/runs.csv ]; then \
	  $(BUILD)/spikebench plot $$e && echo && $(BUILD)/spikebench summarise $$e && echo "numbers: results/$$e/runs.csv, results/$$e/summary.csv" || exit 1; \
	fi; done

paper: build ## typeset paper/paper.pdf from the results present; what is missing is marked (TeX: sh setup.sh paper)
	sh paper/generate.sh $(BUILD)/spikebench $(BUILD)/paper
	cd paper && latexmk -pdf -quiet -halt-on-error -interaction=nonstopmode -outdir=generated paper.tex
	mv paper/generated/paper.pdf paper/paper.pdf

ROOT = $(DESTDIR)$(PREFIX)
MANPAGE = $(ROOT)/share/man/man1/spikebench.1
COMPLETION = $(ROOT)/share/bash-completion/completions/spikebench
SHARE = $(ROOT)/share/spikebench
INCLUDE = $(ROOT)/include/spikebench
# What a plug-in may include, "trainer/solver.h" first: the headers of these rooms.
PLUGIN_ROOMS := support network network/kernels datasets trainer solvers/proximal
# Plumbing of the program itself, which a plug-in has no use for.
NOT_INSTALLED := $(addprefix support/,process.h yaml.h settings.h drawing.h page.h command.h command_main.h command_usage.h command_complete.h)
NOT_INSTALLED += network/nir.h network/nir_graph.h trainer/shared_object.h datasets/event_write.h datasets/counts.h
PKGCONFIG = $(addprefix $(ROOT)/lib/pkgconfig/,spikebench.pc spikebench-f64.pc spikebench-f32.pc)
install: build install-headers ## install under PREFIX (and DESTDIR)
	install -d $(ROOT)/bin $(dir $(MANPAGE)) $(dir $(COMPLETION)) $(SHARE)/plots/experiments $(SHARE)/experiments $(SHARE)/datasets $(SHARE)/report
	install -m 644 report/page.html report/page.css report/page.js $(SHARE)/report
	install -m 755 $(BIN) $(ROOT)/bin
	install -m 644 plots/*.gp plots/published.csv $(SHARE)/plots
	install -m 644 plots/experiments/*.gp $(SHARE)/plots/experiments
	install -m 644 experiments/*.yaml $(SHARE)/experiments
	install -m 644 datasets/digits.csv datasets/digits.LICENCE datasets/sources.csv $(SHARE)/datasets
	install -m 755 datasets/fetch.sh $(SHARE)/datasets
	install -m 644 docs/spikebench.1 $(MANPAGE)
	install -m 644 docs/completion.bash $(COMPLETION)

# What a plug-in is built with.
install-headers:
	install -d $(SHARE)/examples $(ROOT)/lib/pkgconfig $(addprefix $(INCLUDE)/,$(PLUGIN_ROOMS))
	install -m 644 docs/examples/*.c $(SHARE)/examples
	$(foreach room,$(PLUGIN_ROOMS),install -m 644 $(filter-out $(NOT_INSTALLED),$(wildcard $(room)/*.h)) $(INCLUDE)/$(room) &&) true
	for file in $(PKGCONFIG); do \
	  case $$file in *f32.pc) single=" -DSPIKEBENCH_SINGLE" ;; *) single= ;; esac; \
	  sed "s|@PREFIX@|$(PREFIX)|; s|@NAME@|$$(basename $$file .pc)|; s|@VERSION@|$(VERSION)|; s|@SINGLE@|$$single|" \
	    support/spikebench.pc.in >$$file || exit 1; done

# A folder that is empty after that goes whoever made it, PREFIX itself too; one that holds anything stays.
uninstall: ## remove what install put there, and the folders that this leaves empty
	rm -f $(addprefix $(ROOT)/bin/,$(notdir $(BIN)))
	rm -f $(MANPAGE) $(COMPLETION) $(PKGCONFIG)
	rm -rf $(SHARE) $(INCLUDE)
	@for d in share/man/man1 share/man share/bash-completion/completions share/bash-completion share lib/pkgconfig lib include bin; do \
	  rmdir "$(ROOT)/$$d" 2>/dev/null || true; done
	@rmdir "$(ROOT)" 2>/dev/null || true

check-install: build ## install and uninstall in an empty folder leave nothing, and no file of others is touched
	@sh tests/install_round.sh "$(MAKE)" "$(CC)"

# The commit stands in .commit, so that results of a program from the archive name it, too.
DIST = $(BUILD)/spikebench-$(VERSION).tar.gz
dist: ## the sources of the last commit as build/spikebench-VERSION.tar.gz
	@[ -z "$$(git status --porcelain --untracked-files=no)" ] || echo 'make dist: changes that are not committed are left out' >&2
	@mkdir -p $(BUILD)
	git archive --format=tar --prefix=spikebench-$(VERSION)/ HEAD | gzip -9n > $(DIST)
	@echo $(DIST)

deb: dist ## a Debian package, looked at by lintian, installed, run and removed (apt: dpkg-dev debhelper lintian)
	@sh tests/deb.sh $(DIST) $(BUILD)

clean: ## remove what was built
	rm -rf $(BUILD) $(CLANG_BUILD) $(FUZZ_BUILD) build-asan build-tsan build-coverage

-include $(wildcard $(BUILD)/f??/*/*.d $(BUILD)/f??/*/*/*.d $(BUILD)/f??/*/*/*/*.d)
