# A topic has one name everywhere: its C and its SQL in src/topic, its test in
# sql and expected, its pages in docs.  The install script is the concatenation
# of the fragments, in this order, in which each uses only what is before it.
TOPICS = assign variant exposure summary_io summary summary_several summary_read ttest ztest anova adjust compare cuped ratio \
	proportion proportion_odds chisquare poisson bayes bayes_arms \
	margin paired mcnemar srm srm_sequential histogram_io histogram histogram_read quantile rank rank_paired always_valid \
	power power_rates power_pairs power_summary power_margin clusters duration \
	group_sequential group_sequential_test scorecard report quality audit platforms

EXTENSION = ab_test
EXTVERSION = $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" ab_test.control)
SCRIPT = $(EXTENSION)--$(EXTVERSION).sql
FRAGMENTS = $(wildcard $(TOPICS:%=src/topic/%.sql))

MODULE_big = ab_test
OBJS = $(patsubst %.c,%.o,$(wildcard src/*/*.c)) src/math/distributions.o
DATA_built = $(SCRIPT)

# Each page with SQL in it is a test: docs/howto/odd-data.md is docs_howto_odd_data.
PAGES := $(shell grep -ls '^```sql$$' *.md docs/*.md docs/*/*.md)
page_test = $(patsubst README,readme,$(subst -,_,$(subst /,_,$(basename $(1)))))
PAGE_TESTS = $(foreach page,$(PAGES),$(call page_test,$(page)))

# tests of a topic, tests across topics, and pages
REGRESS = $(patsubst sql/%.sql,%,$(wildcard $(TOPICS:%=sql/%.sql))) lift scorecard_grain scorecard_rights scorecard_sequential overloads parallel catalog peers frozen $(PAGE_TESTS)
REGRESS_OPTS = --load-extension=$(EXTENSION)

# Contraction into fused multiply-adds would make results depend on the
# machine.  Here and not in PG_CFLAGS, so that the bitcode gets it as well.
PG_CPPFLAGS = -I$(dir $(firstword $(MAKEFILE_LIST)))src -ffp-contract=off -DAB_TEST_VERSION='"$(EXTVERSION)"'
SHLIB_LINK = -lstdc++

EXTRA_CLEAN = $(EXTENSION)--*.sql META.json $(PAGE_TESTS:%=sql/%.sql) $(PAGE_TESTS:%=expected/%.out) $(DEPENDENCIES)

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

all: META.json

$(SCRIPT): Makefile ab_test.control src/topic/prologue.sql $(FRAGMENTS)
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

# The SQL of a page and the results shown under it are a regression test.
installcheck: $(PAGE_TESTS:%=sql/%.sql) $(PAGE_TESTS:%=expected/%.out)

define page_rules
sql/$(call page_test,$(1)).sql: $(1) tools/pages.awk
	awk -v what=sql -f tools/pages.awk $$< >$$@

expected/$(call page_test,$(1)).out: $(1) tools/pages.awk
	awk -v what=out -f tools/pages.awk $$< >$$@

fill-$(call page_test,$(1)):
	awk -v what=fill -v results=results/$$(@:fill-%=%).out -f tools/pages.awk $(1) >$(1).filled
	mv $(1).filled $(1)
endef
$(foreach page,$(PAGES),$(eval $(call page_rules,$(page))))

# Writes what the tests of the pages have printed last into the pages.
.PHONY: fill-pages
fill-pages: $(PAGE_TESTS:%=fill-%)

# Writes docs/reference as the server at PGHOST, PGPORT, .. has the extension.
.PHONY: reference
reference:
	tools/reference_pages.py docs/reference
