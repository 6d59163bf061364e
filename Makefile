# refmount: one Makefile for everything; `make help` lists what it can do.
#
# A room (folder) is a set of objects. DEPS_<room> says which rooms lie below it: the same table as in
# tests/lint/layers, used here to link each unit test with its own room and those below, and nothing
# else. A variant is one way to compile everything, in a folder of its own below build/.

VERSION    := 0.1.0
PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
SBINDIR    ?= $(PREFIX)/sbin
LIBEXECDIR ?= $(PREFIX)/libexec/refmount
MANDIR     ?= $(PREFIX)/share/man
DOCDIR     ?= $(PREFIX)/share/doc/refmount
UNITDIR    ?= $(PREFIX)/lib/systemd/system
USERUNITDIR ?= $(PREFIX)/lib/systemd/user
BASHDIR    ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR     ?= $(PREFIX)/share/zsh/site-functions
FISHDIR    ?= $(PREFIX)/share/fish/vendor_completions.d

VARIANT ?= plain
O       := build/$(VARIANT)
BIN     := $(if $(filter plain,$(VARIANT)),build,$(O))
COUNTS  := build/counts

# As many jobs as there are cores, unless the caller says otherwise.
ifeq ($(MAKELEVEL),0)
ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)
endif
endif
MAKEFLAGS += --no-builtin-rules --no-print-directory

# --- rooms: what lies directly below each, and the library each one alone may use ---

ROOMS := base snap link git fetch value http jinja ctl node trust follow render build roles engine cmd

DEPS_base   :=
DEPS_snap   := base
DEPS_link   := base
DEPS_git    := base
DEPS_fetch  := base
DEPS_value  := base
DEPS_ctl    := base
DEPS_http   := base
DEPS_jinja  := base value
DEPS_node   := base value
DEPS_trust  := base git
DEPS_follow := base git fetch
DEPS_render := base git value jinja
DEPS_build  := base git value snap render
DEPS_fs     := base snap link
DEPS_roles  := base git value trust build node follow
DEPS_engine := base git fetch value snap link http trust build ctl node follow
DEPS_cmd    := base git fetch value snap link http jinja render build ctl trust node follow roles engine

PKG_base  := libseccomp
PKG_snap  := libxxhash
PKG_trust := libxxhash
PKG_git   := libgit2 zlib
PKG_value := yaml-0.1 libpcre2-8
PKG_http  := libmicrohttpd nettle
PKG_jinja := nettle libutf8proc
PKG_build := libutf8proc
PKG_fs    := fuse3

folder  = $(if $(filter fs,$1),fs,src/$1)
closure = $(sort $1 $(foreach room,$(DEPS_$1),$(call closure,$(room))))
sources = $(filter-out fs/main.c,$(wildcard $(call folder,$1)/*.c))
objects = $(foreach room,$1,$(patsubst %.c,$(O)/obj/%.o,$(call sources,$(room))))

# Asked for only when something is linked or compiled: on a fresh machine pkg-config comes with the rest.
PKG_CONFIG ?= pkg-config
packages  = $(strip $(foreach room,$1,$(PKG_$(room))))
ask       = $(if $2,$$($(PKG_CONFIG) $1 $2))
libraries = $(call ask,--libs,$(call packages,$1)) -lpthread $2

# --- flags ---

ifeq ($(origin CC),default)
CC := gcc
endif

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-Wformat=2 -Wpointer-arith -Wwrite-strings -Wundef
HARDEN   := -fstack-protector-strong -fPIE
LINK_HARDEN := -pie -Wl,-z,relro,-z,now

# What is installed does not tell in which folder it was built: two builds are the same bytes.
MODE_plain := -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 "-ffile-prefix-map=$(CURDIR)=."
# Looked at for its warnings only.
MODE_clang := -O0
MODE_test  := $(MODE_plain) -DREFMOUNT_TEST
MODE_asan  := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
MODE_tsan  := -O1 -fno-omit-frame-pointer -fsanitize=thread
MODE_fuzz  := -O1 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=all
MODE := $(MODE_$(VARIANT))

ALL_CPPFLAGS := -I. -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 $(CPPFLAGS)
ALL_CFLAGS   := -std=c11 -g $(WARNINGS) $(HARDEN) $(MODE) $(CFLAGS)
ALL_LDFLAGS  := $(LINK_HARDEN) $(filter -fsanitize%,$(MODE)) $(LDFLAGS)

# `make V=1` shows the commands.
Q   = $(if $(V),,@)
say = $(if $(V),,@echo '  $1  $2')

# What only some files get: $1 is the source. That of a test may do what those of its room may. cmocka 2 deprecates what cmocka 1 knows.
room_of  = $(firstword $(subst _, ,$1))
room_for = $(if $(filter fs/% src/%,$1),$(notdir $(patsubst %/,%,$(dir $1))),$(call room_of,$(patsubst fuzz_%,%,$(notdir $1))))
only_for = $(call ask,--cflags,$(PKG_$(call room_for,$1))) \
	$(if $(filter fs,$(call room_for,$1)),-DFUSE_USE_VERSION=35) \
	$(if $(filter tests/unit/%,$1),-Wno-deprecated-declarations) \
	$(if $(filter fs/% src/main.c src/cmd/%,$1),-DVERSION='"$(VERSION)"') \
	$(if $(filter src/base/proc.c,$1),-DLIBEXECDIR='"$(LIBEXECDIR)"')

# --- programs ---

PROGRAMS := $(if $(wildcard src/main.c),$(BIN)/refmount) \
	$(if $(wildcard fs/main.c),$(BIN)/refmount-fs)

all: $(PROGRAMS) objects
objects: $(call objects,$(ROOMS) fs) $(patsubst %.c,$(O)/obj/%.o,$(wildcard src/main.c fs/main.c))

$(BIN)/refmount: $(O)/obj/src/main.o $(call objects,$(ROOMS))
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(call libraries,$(ROOMS),-lm)

$(BIN)/refmount-fs: $(O)/obj/fs/main.o $(call objects,$(call closure,fs))
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(call libraries,$(call closure,fs))

$(O)/obj/%.o: %.c $(O)/flags | build/libraries
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(call only_for,$<) -MMD -MP -c -o $@ $<

# Before the first file is compiled: what is missing, in words.
build/libraries: tests/deps
	@mkdir -p $(@D)
	@PKG_CONFIG='$(PKG_CONFIG)' tests/deps libraries && touch $@

# Other flags or another compiler: compile again.
$(O)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(VERSION) $(LIBEXECDIR)' >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

-include $(shell find $(O) build/lint -name '*.d' 2>/dev/null)

# --- unit tests: tests/unit/<room>_<name>.c, each a cmocka program ---

UNITS  := $(sort $(basename $(notdir $(wildcard tests/unit/*.c))))
RACERS := $(filter fs_% snap_% build_prefetch,$(UNITS))

define unit_rule
$(O)/unit/$1: $(O)/obj/tests/unit/$1.o $(call objects,$(call closure,$(call room_of,$1)))
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(ALL_CFLAGS) $$(ALL_LDFLAGS) -o $$@ $$^ \
		$$(call libraries,$(call closure,$(call room_of,$1)),-lcmocka -lm)
endef
$(foreach unit,$(UNITS),$(eval $(call unit_rule,$(unit))))

units:  $(UNITS:%=$(O)/unit/%)
racers: $(RACERS:%=$(O)/unit/%)

# TSan and the address randomization of recent kernels do not fit together ("unexpected memory
# mapping"), hence setarch -R, where a container allows it.
NO_ASLR = $(shell setarch -R true 2>/dev/null && echo setarch -R)
SANITIZER_ENV := ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:allocator_may_return_null=1 \
	UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS=halt_on_error=0:second_deadlock_stack=1:color=never

unit:
	@$(MAKE) VARIANT=asan units
	@$(MAKE) VARIANT=tsan racers
	@$(SANITIZER_ENV) tests/run --tap --timeout 120 'units (asan)' $(UNITS:%=build/asan/unit/%)
	@$(SANITIZER_ENV) tests/run --tap --timeout 300 --prefix '$(NO_ASLR)' 'units (tsan)' \
		$(RACERS:%=build/tsan/unit/%)

# Without sanitizers, as a package is built.
unit-plain: units
	@tests/run --tap --timeout 300 units $(UNITS:%=$(O)/unit/%)

# --- the template engine beside its oracle: many cases, one process ---

$(BIN)/jinja/batch: $(O)/obj/tests/jinja/batch.o $(call objects,$(call closure,jinja))
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(call libraries,$(call closure,jinja),-lm)

CASES ?= 20000
SEED  ?= 1

differ: $(BIN)/jinja/batch
	@tests/jinja/differ --count $(CASES) --seed $(SEED) --batch $<
	@tests/jinja/differ --scopes --count $(CASES) --seed $(SEED) --batch $<

# --- integration tests: TAP scripts that drive the programs; those of tests/remote talk to servers of their own ---

REFMOUNT_BIN ?= $(CURDIR)/build/asan
TESTS        ?= $(sort $(wildcard tests/integration/*.t tests/remote/*.t))

# With sanitizers a role may make more system calls than without. So what depends on that is tried without them as well.
PLAIN := $(patsubst %,tests/integration/%.t,fd_store gate_candidate gate_user held_files hooks_fail http_hook kill_keeper kill_server live_files \
	log_journal log_stderr privileges readers sandbox trust_openpgp trust_ssh umount_hung umount_lazy upgrade watch_kinds) \
	$(patsubst %,tests/remote/%.t,fetcher https servers ssh)
run_scripts = tests/run --timeout 120 --per-core 2

integration:
	@$(MAKE) all
	@$(MAKE) VARIANT=asan all judges
	@$(MAKE) build/torture/checker build/jinja/batch
	@rc=0; REFMOUNT_BIN='$(REFMOUNT_BIN)' $(SANITIZER_ENV) $(run_scripts) integration $(TESTS) || rc=1; \
		$(if $(filter $(PLAIN),$(TESTS)),REFMOUNT_BIN='$(CURDIR)/build' $(run_scripts) 'integration (plain)' $(filter $(PLAIN),$(TESTS)) || rc=1;) exit $$rc

# Programs through which tests compare a room with somebody else's implementation of the same.
judges: $(BIN)/judge/values $(BIN)/jinja/batch

$(BIN)/judge/values: $(O)/obj/tests/judge/values.o $(call objects,$(call closure,build))
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(call libraries,$(call closure,build),-lm)

# --- fuzzing: tests/fuzz/fuzz_<room>_<name>.c, libFuzzer targets ---

FUZZERS      := $(sort $(basename $(notdir $(wildcard tests/fuzz/fuzz_*.c))))
FUZZ_SECONDS ?= 60

define fuzz_rule
$(O)/fuzz/$1: $(O)/obj/tests/fuzz/$1.o $(call objects,$(call closure,$(word 2,$(subst _, ,$1))))
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(ALL_CFLAGS) $$(ALL_LDFLAGS) -fsanitize=fuzzer -o $$@ $$^ \
		$$(call libraries,$(call closure,$(word 2,$(subst _, ,$1))),-lm)
endef
$(foreach fuzzer,$(FUZZERS),$(eval $(call fuzz_rule,$(fuzzer))))

fuzzers: $(FUZZERS:%=$(O)/fuzz/%)

# Same seed, same inputs: a failure here is a failure everywhere.
fuzz-short:
	@$(MAKE) VARIANT=fuzz CC=clang fuzzers
	@tests/run --fuzz '-runs=8000 -seed=1' fuzz $(FUZZERS:%=build/fuzz/fuzz/%)

fuzz:
	@$(MAKE) VARIANT=fuzz CC=clang fuzzers
	@tests/run --fuzz '-max_total_time=$(FUZZ_SECONDS)' fuzz $(FUZZERS:%=build/fuzz/fuzz/%)
	@$(MAKE) differ

# --- longer work: the checker of switches, and figures ---

SWITCHES ?= 10000
READERS  ?= 6
# Percent of 20,000 kills of the server, 500 of engine and builder, 200 of the keeper, 200 upgrades.
FAULTS   ?= 100

build/torture/checker: $(patsubst %.c,$(O)/obj/%.o,$(wildcard tests/torture/*.c))
build/bench/probe: $(O)/obj/tests/bench/probe.o
build/bench/render: $(O)/obj/tests/bench/render.o $(call objects,$(call closure,jinja))
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(call libraries,$(call closure,jinja),-lm)

build/torture/checker build/bench/probe:
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ -lpthread

# The negative control needs programs that can be told to switch in the wrong order.
torture: all build/torture/checker
	@$(MAKE) VARIANT=test all
	@tests/torture/run --self-test
	@PROGRAM_DIR=build/test tests/torture/run --naive
	@tests/torture/run --no-naive $(SWITCHES) $(READERS)
	@tests/torture/run --leases 5000 $(READERS)
	@tests/torture/run --faults=$(FAULTS) 0 $(READERS)
	@$(MAKE) VARIANT=asan all
	@$(MAKE) VARIANT=tsan all
	@$(SANITIZER_ENV) PROGRAM_DIR=build/asan tests/torture/run --faults=1 0 $(READERS)
	@$(SANITIZER_ENV) PROGRAM_DIR=build/tsan $(NO_ASLR) tests/torture/run --faults=1 0 $(READERS)
	@REFMOUNT_BIN=$(CURDIR)/build tests/hostile/run
	@SWITCHES=1000 TEST_SECONDS=900 REFMOUNT_BIN=$(CURDIR)/build tests/integration/state_bounded.t
	@KILL_STEP=1 TEST_SECONDS=600 REFMOUNT_BIN=$(CURDIR)/build tests/integration/kill_calls.t
	@COMMITS=500 TEST_SECONDS=900 REFMOUNT_BIN=$(CURDIR)/build tests/integration/leases_programs.t
	@COMMITS=500 TEST_SECONDS=900 REFMOUNT_BIN=$(CURDIR)/build tests/integration/leases_parallel.t
	@COMMITS=500 TEST_SECONDS=900 REFMOUNT_BIN=$(CURDIR)/build tests/integration/leases_services.t
	@THREADS=100000 TEST_SECONDS=900 REFMOUNT_BIN=$(CURDIR)/build tests/integration/leases_storm.t
	@KILLS=200 TEST_SECONDS=900 REFMOUNT_BIN=$(CURDIR)/build tests/remote/kill_fetcher.t
	@ROUNDS=200 TEST_SECONDS=900 REFMOUNT_BIN=$(CURDIR)/build tests/remote/weather.t
	@LONG=1 TEST_SECONDS=300 REFMOUNT_BIN=$(CURDIR)/build tests/remote/hang.t
	@LONG=1 TEST_SECONDS=300 REFMOUNT_BIN=$(CURDIR)/build tests/remote/tidy.t

# Other versions of the libraries, in roots made by debootstrap.
matrix:
	@tests/deps deb
	@tests/roots/matrix

# Two builds, the same bytes.
reproducible:
	@tests/deps deb
	@tests/roots/reproducible

# What the pages tell a newcomer to do, on fresh machines.
trial: deb
	@tests/roots/trial package
	@tests/roots/trial boot
	@tests/roots/trial source

# BENCH=quick takes a minute.
bench: all build/bench/probe build/bench/render
	@tests/deps bench
	@tests/bench/run
	@tests/bench/rendering

# Random commits, each built upon the one before and from nothing: the same tree every time.
COMMITS   ?= 500
TEMPLATES ?= 300
incremental: $(O)/unit/build_incremental
	@REFMOUNT_COMMITS=$(COMMITS) REFMOUNT_TEMPLATES=$(TEMPLATES) $<

# --- lint: a stamp for each file that passed, so that only what changed is looked at again ---

CODE  := $(wildcard src/*.c src/*/*.c fs/*.c)
HEADS := $(wildcard src/*/*.h fs/*.h)
TCODE := $(wildcard tests/*/*.c tests/*/*.h)

lint: lint-tree build/lint/format.ok $(CODE:%=build/lint/%.ok) $(HEADS:%=build/lint/%.ok)

lint-tree: lint-tools
	@tests/lint/layers
	@tests/lint/scripts
	@tests/lint/manual
	@tests/lint/pages

lint-tools:
	@tests/lint/tools

build/lint/format.ok: $(CODE) $(HEADS) $(TCODE) .clang-format tests/lint/format | lint-tools
	@mkdir -p $(@D)
	@tests/lint/format $(if $(filter .% %/format,$?),$(CODE) $(HEADS) $(TCODE),$?)
	@touch $@

build/lint/%.ok: % .clang-tidy tests/lint/source | lint-tools
	@mkdir -p $(@D)
	@tests/lint/source $< $@ $(ALL_CPPFLAGS) $(call only_for,$<)

format:
	@tests/lint/format --fix $(CODE) $(HEADS) $(TCODE)

# --- all together ---

STEPS := lint unit fuzz-short integration

check:
	@tests/deps check
	@$(MAKE) check-run

# Every step runs, so that one `make check` tells everything; only a failed build ends it at once.
check-run:
	@rm -f $(COUNTS)
	@$(MAKE) all
	@$(MAKE) VARIANT=clang CC=clang objects
	@rc=0; for step in $(STEPS); do \
		REFMOUNT_COUNTS=$(COUNTS) $(MAKE) $$step || { rc=1; echo "make: $$step failed"; }; \
	done; tests/run --sum $(COUNTS) || rc=1; exit $$rc

demo:
	@tests/deps build
	@$(MAKE) all
	@examples/demo

install-deps:
	@tests/deps check

# --- on a machine: DESTDIR, PREFIX and the folders above ---

MANUALS := $(patsubst docs/man/%,%,$(wildcard docs/man/man?/*))
SYSTEM_UNITS := $(notdir $(wildcard examples/systemd/*.service examples/systemd/*.target))
USER_UNITS   := $(notdir $(wildcard examples/systemd/user/*.service))

# The Debian package, in build/deb.
deb:
	@tests/deps deb
	@packaging/deb

# mount(8) looks for helpers in /sbin and /usr/sbin only: with another PREFIX, link them there.
install: all
	install -d $(addprefix $(DESTDIR),$(BINDIR) $(SBINDIR) $(LIBEXECDIR) $(UNITDIR) $(USERUNITDIR) $(DOCDIR))
	install -m 755 $(BIN)/refmount $(DESTDIR)$(BINDIR)/refmount
	install -m 755 $(BIN)/refmount-fs $(DESTDIR)$(LIBEXECDIR)/refmount-fs
	ln -sfn $(BINDIR)/refmount $(DESTDIR)$(SBINDIR)/mount.refmount
	install -d $(addprefix $(DESTDIR)$(MANDIR)/,$(sort $(dir $(MANUALS))))
	for page in $(MANUALS); do \
		if link=$$(readlink docs/man/$$page); then ln -sfn "$$link" $(DESTDIR)$(MANDIR)/$$page; \
		else install -m 644 docs/man/$$page $(DESTDIR)$(MANDIR)/$$page; fi || exit 1; \
	done
	for unit in $(SYSTEM_UNITS); do sed 's|@BINDIR@|$(BINDIR)|' examples/systemd/$$unit >$(DESTDIR)$(UNITDIR)/$$unit || exit 1; done
	for unit in $(USER_UNITS); do sed 's|@BINDIR@|$(BINDIR)|' examples/systemd/user/$$unit >$(DESTDIR)$(USERUNITDIR)/$$unit || exit 1; done
	install -D -m 644 examples/completion/refmount.bash $(DESTDIR)$(BASHDIR)/refmount
	install -D -m 644 examples/completion/_refmount $(DESTDIR)$(ZSHDIR)/_refmount
	install -D -m 644 examples/completion/refmount.fish $(DESTDIR)$(FISHDIR)/refmount.fish
	install -d $(DESTDIR)$(DOCDIR)/docs/moving
	install -m 644 README.md $(DESTDIR)$(DOCDIR)
	install -m 644 docs/*.md $(DESTDIR)$(DOCDIR)/docs
	install -m 644 docs/moving/*.md $(DESTDIR)$(DOCDIR)/docs/moving
	cp -r examples $(DESTDIR)$(DOCDIR)/

uninstall:
	rm -f $(DESTDIR)$(BINDIR)/refmount $(DESTDIR)$(SBINDIR)/mount.refmount
	rm -f $(addprefix $(DESTDIR)$(MANDIR)/,$(MANUALS))
	rm -f $(addprefix $(DESTDIR)$(UNITDIR)/,$(SYSTEM_UNITS)) $(addprefix $(DESTDIR)$(USERUNITDIR)/,$(USER_UNITS))
	rm -f $(DESTDIR)$(BASHDIR)/refmount $(DESTDIR)$(ZSHDIR)/_refmount $(DESTDIR)$(FISHDIR)/refmount.fish
	rm -rf $(DESTDIR)$(LIBEXECDIR) $(DESTDIR)$(DOCDIR)

clean:
	rm -rf build

help:
	@echo 'make               build/refmount and build/refmount-fs'
	@echo 'make demo          see it work (installs what building needs, as root)'
	@echo 'make check         everything below, with gcc and clang; the last line counts'
	@echo 'make lint          format, layers, headers, clang-tidy, cppcheck'
	@echo 'make format        every C file as lint wants it'
	@echo 'make unit          unit tests under ASan+UBSan, some also under TSan'
	@echo 'make integration   tests/integration/*.t, tests/remote/*.t; TESTS=... picks some'
	@echo 'make fuzz          each fuzz target for FUZZ_SECONDS=60'
	@echo 'make differ        CASES=20000 templates of SEED=1, rendered by us and by Jinja2'
	@echo 'make torture       SWITCHES=10000 under READERS=6: nobody may see half a change; then'
	@echo '                   the same while processes are killed, FAULTS=100 percent (one with sanitizers), and while'
	@echo '                   the network of a remote fails; all of tests/hostile'
	@echo 'make incremental   COMMITS=500 random commits in TEMPLATES=300, upon each other and from nothing'
	@echo 'make matrix        build and unit tests with the libraries of several Debian releases, each in a root of its own (ROOTS)'
	@echo 'make reproducible  two builds in different folders and circumstances: the same bytes'
	@echo 'make trial         what README.md and docs/INSTALL.md say to a newcomer, done on fresh Debian roots'
	@echo 'make bench         one table of figures, beside ext4, squashfuse, bindfs (BENCH=quick)'
	@echo 'make install       to PREFIX=/usr/local, below DESTDIR; make uninstall'
	@echo 'make deb           the Debian package, in build/deb'
	@echo 'make install-deps  the Debian packages for all of this'
	@echo 'make clean'

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
FORCE:
.PHONY: all objects deb install uninstall units racers unit unit-plain integration judges differ fuzzers fuzz-short fuzz torture incremental matrix reproducible trial bench lint format lint-tree lint-tools \
	check check-run demo install-deps clean help FORCE
