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

run_psql -v host="$PGHOST" -v port="$PGPORT" -v user="$PGUSER" -f "$repo/tools/shards_fdw.sql"
verdicts=$(run_psql -At -v suite=shards -f "$repo/tools/verdicts.sql")
echo "$verdicts"
[[ $verdicts == *', 0 failed' ]]
