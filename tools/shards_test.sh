#!/usr/bin/env bash
#
# Aggregates over more than one server: postgres_fdw, by foreign tables that
# lead to other databases of a throwaway server.  ab_test must be installed;
# ./test.sh does that first.
set -euo pipefail

# shellcheck source=tools/cluster.sh
source "$(dirname "${BASH_SOURCE[0]}")/cluster.sh"

install_prerequisites
start_cluster

run_psql -c 'CREATE EXTENSION ab_test' -f "$repo/tools/shards.sql"

# two shards, each a database with half of the users
for shard in 0 1; do
	run_psql -c "CREATE DATABASE shard$shard"
	run_psql -d "shard$shard" -c 'CREATE EXTENSION ab_test' -f "$repo/tools/shards.sql"
	run_psql -d "shard$shard" -v shard="$shard" <<-'END'
		CREATE TABLE event AS SELECT *, user_id % 2 AS shard FROM whole WHERE user_id % 2 = :shard;
		CREATE VIEW assigned AS
		SELECT user_id, outcome, ab_assign('fdw', user_id, 0.2) AS assigned, ab_bucket('fdw', user_id) AS bucket FROM event;
		CREATE VIEW state AS
		SELECT country, ab_summary(outcome, variant) AS s, ab_histogram(outcome, variant) AS h, shard
		FROM event GROUP BY shard, country;
	END
done

# What docs/howto/more-than-one-machine.md shows, in databases of its own: the
# blocks marked KIND, with this server instead of the two there.
page() {
	page_sql "$1" "$repo/docs/howto/more-than-one-machine.md" |
		sed -E "s|host '(shard[01])[.]example', dbname 'log'|host '$PGHOST', port '$PGPORT', dbname 'page_\1'|"
}
for database in page_shard0 page_shard1 page; do
	run_psql -c "CREATE DATABASE $database"
done
for shard in 0 1; do
	run_psql -d "page_shard$shard" <<-END
		CREATE EXTENSION ab_test;
		CREATE TABLE event AS
		SELECT i AS user_id, ab_assign('page', i, 0.3) AS variant, sqrt(i) AS outcome, i % 2 AS shard
		FROM generate_series(1::bigint, 1000) AS i WHERE i % 2 = $shard;
		$(page 'postgres_fdw shard')
	END
done
shown=$(run_psql -d page -At <<<"$(page postgres_fdw)" 2>&1) || true
run_psql -v shown="$shown" <<-'END'
	CALL verdict('the page on more than one machine, postgres_fdw',
				 :'shown' !~ 'ERROR' AND array_length(regexp_split_to_array(:'shown', 'Student'), 1) = 5, :'shown');
END

run_psql -v host="$PGHOST" -v port="$PGPORT" -v user="$PGUSER" -f "$repo/tools/shards_fdw.sql"
verdicts=$(run_psql -At -v suite=shards -f "$repo/tools/verdicts.sql")
echo "$verdicts"
[[ $verdicts == *', 0 failed' ]]
