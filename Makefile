# A topic has one name everywhere: its C and its SQL in src/topic, its test in
# sql and expected, its pages in docs.  The install script is the concatenation
# of the fragments, in this order, in which each uses only what is before it.
TOPICS = assign summary_io summary summary_read ttest anova adjust compare cuped ratio proportion poisson \
	margin paired mcnemar srm histogram_io histogram histogram_read quantile rank rank_paired \
	power power_rates power_pairs power_summary power_margin clusters duration

EXTENSION = ab_test
EXTVERSION = $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" ab_test.control)
SCRIPT = $(EXTENSION)--$(EXTVERSION).sql
FRAGMENTS = $(wildcard $(TOPICS:%=src/topic/%.sql))

MODULE_big = ab_test
OBJS = $(patsubst %.c,%.o,$(wildcard src/*/*.c)) src/math/distributions.o
DATA_built = $(SCRIPT)

# tests of a topic, and tests across topics
REGRESS = $(patsubst sql/%.sql,%,$(wildcard $(TOPICS:%=sql/%.sql))) parallel catalog peers readme
REGRESS_OPTS = --load-extension=$(EXTENSION)

# Contraction into fused multiply-adds would make results depend on the
# machine.  Here and not in PG_CFLAGS, so that the bitcode gets it as well.
PG_CPPFLAGS = -I$(dir $(firstword $(MAKEFILE_LIST)))src -ffp-contract=off -DAB_TEST_VERSION='"$(EXTVERSION)"'
SHLIB_LINK = -lstdc++

EXTRA_CLEAN = $(EXTENSION)--*.sql META.json sql/readme.sql expected/readme.out $(DEPENDENCIES)

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

all: META.json

$(SCRIPT): ab_test.control src/topic/prologue.sql $(FRAGMENTS)
	cat src/topic/prologue.sql $(FRAGMENTS) >$@

# PGXN wants the version here as well
META.json: META.json.in ab_test.control
	sed 's/@VERSION@/$(EXTVERSION)/' $< >$@

# What each object was made of, as the compiler saw it: a changed header
# rebuilds what includes it.
DEPENDENCIES = $(OBJS:=.d) $(OBJS:.o=.bc.d)
flags := $(CPPFLAGS)
override CPPFLAGS = $(flags) -MMD -MP -MF $@.d
-include $(DEPENDENCIES)
$(OBJS) $(OBJS:.o=.bc): ab_test.control

# The README's SQL and the results shown under it are a regression test.
installcheck: sql/readme.sql expected/readme.out

sql/readme.sql: README.md tools/readme.awk
	awk -v what=sql -f tools/readme.awk README.md >$@

expected/readme.out: README.md tools/readme.awk
	awk -v what=out -f tools/readme.awk README.md >$@
