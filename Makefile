# A topic has one name in four places: src/TOPIC.c, src/TOPIC.sql,
# sql/TOPIC.sql and expected/TOPIC.out.  The install script is the
# concatenation of the fragments, in this order.
TOPICS = assign summary ttest power cuped ratio proportion margin srm compare plan paired rate histogram quantile rank

# C without an SQL face, and tests across topics
HELPERS = adjustment cells comparison counts distributions dunnett exact inference md5 moments multiplicity nulldist orderstat rates sizing storage
ACROSS = parallel catalog peers readme

EXTENSION = ab_test
EXTVERSION = $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" ab_test.control)
SCRIPT = $(EXTENSION)--$(EXTVERSION).sql

MODULE_big = ab_test
OBJS = $(TOPICS:%=src/%.o) $(HELPERS:%=src/%.o)
DATA_built = $(SCRIPT)

REGRESS = $(TOPICS) $(ACROSS)
REGRESS_OPTS = --load-extension=$(EXTENSION)

# Contraction into fused multiply-adds would make results depend on the
# machine.  Here and not in PG_CFLAGS, so that the bitcode gets it as well.
PG_CPPFLAGS = -ffp-contract=off -DAB_TEST_VERSION='"$(EXTVERSION)"'
SHLIB_LINK = -lstdc++

EXTRA_CLEAN = $(EXTENSION)--*.sql META.json sql/readme.sql expected/readme.out

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

all: META.json

$(SCRIPT): ab_test.control src/prologue.sql $(TOPICS:%=src/%.sql)
	cat $(filter %.sql,$^) >$@

# PGXN wants the version here as well
META.json: META.json.in ab_test.control
	sed 's/@VERSION@/$(EXTVERSION)/' $< >$@

# every object sees every header
$(OBJS) $(OBJS:.o=.bc): $(wildcard src/*.h) ab_test.control

# The README's SQL and the results shown under it are a regression test.
installcheck: sql/readme.sql expected/readme.out

sql/readme.sql: README.md tools/readme.awk
	awk -v what=sql -f tools/readme.awk README.md >$@

expected/readme.out: README.md tools/readme.awk
	awk -v what=out -f tools/readme.awk README.md >$@
