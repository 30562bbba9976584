-- other platforms' assignments, computed again

CREATE FUNCTION ab_growthbook_hash(seed text, value text, version bigint DEFAULT 2) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_growthbook_hash(text, text, bigint) IS
	'hash of a unit by GrowthBook, 0 to below 1: hashVersion 2 has 10,000 steps, 1 has 1,000; a variant has a range of it; NULL for another version (growthbook 8f1db445, packages/sdk-js/src/util.ts)';

CREATE FUNCTION ab_growthbook_hash(seed text, value bigint, version bigint DEFAULT 2) RETURNS float8
	AS 'MODULE_PATHNAME', 'ab_growthbook_hash_bigint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_growthbook_hash(text, bigint, bigint) IS
	'hash of a unit by GrowthBook, 0 to below 1: hashVersion 2 has 10,000 steps, 1 has 1,000; a variant has a range of it; NULL for another version (growthbook 8f1db445, packages/sdk-js/src/util.ts)';

CREATE FUNCTION ab_growthbook_hash(seed text, value uuid, version bigint DEFAULT 2) RETURNS float8
	AS 'MODULE_PATHNAME', 'ab_growthbook_hash_uuid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_growthbook_hash(text, uuid, bigint) IS
	'hash of a unit by GrowthBook, 0 to below 1: hashVersion 2 has 10,000 steps, 1 has 1,000; a variant has a range of it; NULL for another version (growthbook 8f1db445, packages/sdk-js/src/util.ts)';

CREATE FUNCTION ab_growthbook_namespace(value text, namespace text, low float8, high float8) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_growthbook_namespace(text, text, float8, float8) IS
	'is a unit in the range [low, high) of a namespace of GrowthBook? (growthbook 8f1db445, packages/sdk-js/src/util.ts)';

CREATE FUNCTION ab_growthbook_namespace(value bigint, namespace text, low float8, high float8) RETURNS boolean
	AS 'MODULE_PATHNAME', 'ab_growthbook_namespace_bigint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_growthbook_namespace(bigint, text, float8, float8) IS
	'is a unit in the range [low, high) of a namespace of GrowthBook? (growthbook 8f1db445, packages/sdk-js/src/util.ts)';

CREATE FUNCTION ab_growthbook_namespace(value uuid, namespace text, low float8, high float8) RETURNS boolean
	AS 'MODULE_PATHNAME', 'ab_growthbook_namespace_uuid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_growthbook_namespace(uuid, text, float8, float8) IS
	'is a unit in the range [low, high) of a namespace of GrowthBook? (growthbook 8f1db445, packages/sdk-js/src/util.ts)';

CREATE FUNCTION ab_growthbook_variant(seed text, value text, variants text[], weights float8[] DEFAULT NULL, coverage float8 DEFAULT 1, version bigint DEFAULT 2) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_growthbook_variant(text, text, text[], float8[], float8, bigint) IS
	'variant of a unit by GrowthBook: the first whose range, with a gap where coverage is below 1, holds ab_growthbook_hash; weights whose sum is not near 1 are taken for equal ones, as the platform does; NULL outside (growthbook 8f1db445, packages/sdk-js/src/util.ts, core.ts)';

CREATE FUNCTION ab_growthbook_variant(seed text, value bigint, variants text[], weights float8[] DEFAULT NULL, coverage float8 DEFAULT 1, version bigint DEFAULT 2) RETURNS text
	AS 'MODULE_PATHNAME', 'ab_growthbook_variant_bigint' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_growthbook_variant(text, bigint, text[], float8[], float8, bigint) IS
	'variant of a unit by GrowthBook: the first whose range, with a gap where coverage is below 1, holds ab_growthbook_hash; weights whose sum is not near 1 are taken for equal ones, as the platform does; NULL outside (growthbook 8f1db445, packages/sdk-js/src/util.ts, core.ts)';

CREATE FUNCTION ab_growthbook_variant(seed text, value uuid, variants text[], weights float8[] DEFAULT NULL, coverage float8 DEFAULT 1, version bigint DEFAULT 2) RETURNS text
	AS 'MODULE_PATHNAME', 'ab_growthbook_variant_uuid' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_growthbook_variant(text, uuid, text[], float8[], float8, bigint) IS
	'variant of a unit by GrowthBook: the first whose range, with a gap where coverage is below 1, holds ab_growthbook_hash; weights whose sum is not near 1 are taken for equal ones, as the platform does; NULL outside (growthbook 8f1db445, packages/sdk-js/src/util.ts, core.ts)';

CREATE FUNCTION ab_eppo_shard(salt text, subject text, total bigint DEFAULT 10000) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_eppo_shard(text, text, bigint) IS
	'shard of a subject by Eppo, 0 to total - 1; a split has ranges of it, by salt (Eppo python-sdk 424cbb70, eppo_client/sharders.py)';

CREATE FUNCTION ab_eppo_shard(salt text, subject bigint, total bigint DEFAULT 10000) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_eppo_shard_bigint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_eppo_shard(text, bigint, bigint) IS
	'shard of a subject by Eppo, 0 to total - 1; a split has ranges of it, by salt (Eppo python-sdk 424cbb70, eppo_client/sharders.py)';

CREATE FUNCTION ab_eppo_shard(salt text, subject uuid, total bigint DEFAULT 10000) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_eppo_shard_uuid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_eppo_shard(text, uuid, bigint) IS
	'shard of a subject by Eppo, 0 to total - 1; a split has ranges of it, by salt (Eppo python-sdk 424cbb70, eppo_client/sharders.py)';

CREATE FUNCTION ab_statsig_bucket(spec_salt text, rule_salt text, unit text) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_statsig_bucket(text, text, text) IS
	'bucket of a unit by a rule of Statsig, 0 to 9999: it passes if that is below the percentage * 100 (statsig-server-core 3c1805e3, evaluator.rs)';

CREATE FUNCTION ab_statsig_bucket(spec_salt text, rule_salt text, unit bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_statsig_bucket_bigint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_statsig_bucket(text, text, bigint) IS
	'bucket of a unit by a rule of Statsig, 0 to 9999: it passes if that is below the percentage * 100 (statsig-server-core 3c1805e3, evaluator.rs)';

CREATE FUNCTION ab_statsig_bucket(spec_salt text, rule_salt text, unit uuid) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_statsig_bucket_uuid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_statsig_bucket(text, text, uuid) IS
	'bucket of a unit by a rule of Statsig, 0 to 9999: it passes if that is below the percentage * 100 (statsig-server-core 3c1805e3, evaluator.rs)';

CREATE FUNCTION ab_statsig_user_bucket(salt text, unit text, modulus bigint DEFAULT 1000) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_statsig_user_bucket(text, text, bigint) IS
	'bucket of a unit in an experiment or layer of Statsig, USER_BUCKET, 0 to modulus - 1 (statsig python-sdk 39df345e, evaluator.py)';

CREATE FUNCTION ab_statsig_user_bucket(salt text, unit bigint, modulus bigint DEFAULT 1000) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_statsig_user_bucket_bigint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_statsig_user_bucket(text, bigint, bigint) IS
	'bucket of a unit in an experiment or layer of Statsig, USER_BUCKET, 0 to modulus - 1 (statsig python-sdk 39df345e, evaluator.py)';

CREATE FUNCTION ab_statsig_user_bucket(salt text, unit uuid, modulus bigint DEFAULT 1000) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_statsig_user_bucket_uuid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_statsig_user_bucket(text, uuid, bigint) IS
	'bucket of a unit in an experiment or layer of Statsig, USER_BUCKET, 0 to modulus - 1 (statsig python-sdk 39df345e, evaluator.py)';

CREATE FUNCTION ab_launchdarkly_bucket(key text, salt text, value text, seed bigint DEFAULT NULL, float4 boolean DEFAULT false) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_launchdarkly_bucket(text, text, text, bigint, boolean) IS
	'bucket of a context by LaunchDarkly, 0 to 1; with the seed of an experiment key and salt are not used and may be NULL; float4: in single precision, as the Go SDK (python-server-sdk 8a985831, evaluator_common.py; go-server-sdk-evaluation 8394e841, evaluator_bucketing.go)';

CREATE FUNCTION ab_launchdarkly_bucket(key text, salt text, value bigint, seed bigint DEFAULT NULL, float4 boolean DEFAULT false) RETURNS float8
	AS 'MODULE_PATHNAME', 'ab_launchdarkly_bucket_bigint' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_launchdarkly_bucket(text, text, bigint, bigint, boolean) IS
	'bucket of a context by LaunchDarkly, 0 to 1; with the seed of an experiment key and salt are not used and may be NULL; float4: in single precision, as the Go SDK (python-server-sdk 8a985831, evaluator_common.py; go-server-sdk-evaluation 8394e841, evaluator_bucketing.go)';

CREATE FUNCTION ab_launchdarkly_bucket(key text, salt text, value uuid, seed bigint DEFAULT NULL, float4 boolean DEFAULT false) RETURNS float8
	AS 'MODULE_PATHNAME', 'ab_launchdarkly_bucket_uuid' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_launchdarkly_bucket(text, text, uuid, bigint, boolean) IS
	'bucket of a context by LaunchDarkly, 0 to 1; with the seed of an experiment key and salt are not used and may be NULL; float4: in single precision, as the Go SDK (python-server-sdk 8a985831, evaluator_common.py; go-server-sdk-evaluation 8394e841, evaluator_bucketing.go)';

CREATE FUNCTION ab_posthog_hash(key text, id text, salt text DEFAULT '') RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_posthog_hash(text, text, text) IS
	'hash of an id by PostHog, 0 to 1: who is in a flag without salt, the variant with the salt ''variant'' (posthog-python c55c9b22, posthog/feature_flags.py)';

CREATE FUNCTION ab_posthog_hash(key text, id bigint, salt text DEFAULT '') RETURNS float8
	AS 'MODULE_PATHNAME', 'ab_posthog_hash_bigint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_posthog_hash(text, bigint, text) IS
	'hash of an id by PostHog, 0 to 1: who is in a flag without salt, the variant with the salt ''variant'' (posthog-python c55c9b22, posthog/feature_flags.py)';

CREATE FUNCTION ab_posthog_hash(key text, id uuid, salt text DEFAULT '') RETURNS float8
	AS 'MODULE_PATHNAME', 'ab_posthog_hash_uuid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_posthog_hash(text, uuid, text) IS
	'hash of an id by PostHog, 0 to 1: who is in a flag without salt, the variant with the salt ''variant'' (posthog-python c55c9b22, posthog/feature_flags.py)';

CREATE FUNCTION ab_posthog_holdout_hash(id text) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_posthog_holdout_hash(text) IS
	'hash of an id by the holdouts of PostHog, 0 to 1, of all flags alike (posthog 031a66e3, rust/feature-flags/src/flags/flag_matching_utils.rs)';

CREATE FUNCTION ab_posthog_holdout_hash(id bigint) RETURNS float8
	AS 'MODULE_PATHNAME', 'ab_posthog_holdout_hash_bigint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_posthog_holdout_hash(bigint) IS
	'hash of an id by the holdouts of PostHog, 0 to 1, of all flags alike (posthog 031a66e3, rust/feature-flags/src/flags/flag_matching_utils.rs)';

CREATE FUNCTION ab_posthog_holdout_hash(id uuid) RETURNS float8
	AS 'MODULE_PATHNAME', 'ab_posthog_holdout_hash_uuid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_posthog_holdout_hash(uuid) IS
	'hash of an id by the holdouts of PostHog, 0 to 1, of all flags alike (posthog 031a66e3, rust/feature-flags/src/flags/flag_matching_utils.rs)';

CREATE FUNCTION ab_optimizely_bucket(bucketing_id text, parent_id text) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_optimizely_bucket(text, text) IS
	'bucket of a user by Optimizely, 0 to 9999, in an experiment, a group or a holdout with that id; a variation has those below its endOfRange (optimizely python-sdk e1f2ec53, optimizely/bucketer.py)';

CREATE FUNCTION ab_optimizely_bucket(bucketing_id bigint, parent_id text) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_optimizely_bucket_bigint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_optimizely_bucket(bigint, text) IS
	'bucket of a user by Optimizely, 0 to 9999, in an experiment, a group or a holdout with that id; a variation has those below its endOfRange (optimizely python-sdk e1f2ec53, optimizely/bucketer.py)';

CREATE FUNCTION ab_optimizely_bucket(bucketing_id uuid, parent_id text) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_optimizely_bucket_uuid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_optimizely_bucket(uuid, text) IS
	'bucket of a user by Optimizely, 0 to 9999, in an experiment, a group or a holdout with that id; a variation has those below its endOfRange (optimizely python-sdk e1f2ec53, optimizely/bucketer.py)';

CREATE FUNCTION ab_unleash_bucket(id text, group_id text, normalizer bigint DEFAULT 100, seed bigint DEFAULT 0) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_unleash_bucket(text, text, bigint, bigint) IS
	'bucket of an id by Unleash, 1 to normalizer: in a rollout if at most the percentage; for variants the normalizer is the sum of the weights and the seed 86028157 (unleash-client-node 33c3556e, src/strategy/util.ts, src/variant.ts)';

CREATE FUNCTION ab_unleash_bucket(id bigint, group_id text, normalizer bigint DEFAULT 100, seed bigint DEFAULT 0) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_unleash_bucket_bigint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_unleash_bucket(bigint, text, bigint, bigint) IS
	'bucket of an id by Unleash, 1 to normalizer: in a rollout if at most the percentage; for variants the normalizer is the sum of the weights and the seed 86028157 (unleash-client-node 33c3556e, src/strategy/util.ts, src/variant.ts)';

CREATE FUNCTION ab_unleash_bucket(id uuid, group_id text, normalizer bigint DEFAULT 100, seed bigint DEFAULT 0) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_unleash_bucket_uuid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_unleash_bucket(uuid, text, bigint, bigint) IS
	'bucket of an id by Unleash, 1 to normalizer: in a rollout if at most the percentage; for variants the normalizer is the sum of the weights and the seed 86028157 (unleash-client-node 33c3556e, src/strategy/util.ts, src/variant.ts)';

CREATE FUNCTION ab_planout_hash(salt text, unit text) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_planout_hash(text, text) IS
	'hash of a unit by PlanOut, 60 bits, where salt is experiment_salt.param_salt: a choice of n is the hash % n (planout eee76478, python/planout/ops/random.py)';

CREATE FUNCTION ab_planout_hash(salt text, unit bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_planout_hash_bigint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_planout_hash(text, bigint) IS
	'hash of a unit by PlanOut, 60 bits, where salt is experiment_salt.param_salt: a choice of n is the hash % n (planout eee76478, python/planout/ops/random.py)';

CREATE FUNCTION ab_planout_hash(salt text, unit uuid) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_planout_hash_uuid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_planout_hash(text, uuid) IS
	'hash of a unit by PlanOut, 60 bits, where salt is experiment_salt.param_salt: a choice of n is the hash % n (planout eee76478, python/planout/ops/random.py)';

CREATE FUNCTION ab_flagsmith_pct(VARIADIC ids text[]) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_flagsmith_pct(text[]) IS
	'percentage of an identity by Flagsmith, 0 to below 100: of the key of the feature or segment and that of the identity (flagsmith-engine 7e2cfc77, flag_engine/utils/hashing.py)';

CREATE FUNCTION ab_split_bucket(key text, seed bigint, algo bigint DEFAULT 2) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_split_bucket(text, bigint, bigint) IS
	'bucket of a key by Split, 1 to 100: algo 2 is MurmurHash3, 1 the older one (splitio python-client 070447dc, splitio/engine/splitters.py)';

CREATE FUNCTION ab_split_bucket(key bigint, seed bigint, algo bigint DEFAULT 2) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_split_bucket_bigint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_split_bucket(bigint, bigint, bigint) IS
	'bucket of a key by Split, 1 to 100: algo 2 is MurmurHash3, 1 the older one (splitio python-client 070447dc, splitio/engine/splitters.py)';

CREATE FUNCTION ab_split_bucket(key uuid, seed bigint, algo bigint DEFAULT 2) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_split_bucket_uuid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_split_bucket(uuid, bigint, bigint) IS
	'bucket of a key by Split, 1 to 100: algo 2 is MurmurHash3, 1 the older one (splitio python-client 070447dc, splitio/engine/splitters.py)';

CREATE FUNCTION ab_flagd_bucket(value text, total bigint DEFAULT 100) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_flagd_bucket(text, bigint) IS
	'bucket by the fractional operation of flagd, 0 to total - 1, where value is the flag''s key and the targeting key, one behind the other, or what the rule says, and total the sum of the weights (flagd bbb05d4b, core/pkg/evaluator/fractional.go)';

CREATE FUNCTION ab_flagd_v1_pct(value text) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_flagd_v1_pct(text) IS
	'percentage by the fractional operation of flagd before its weights were whole numbers, 0 to 100 (flagd-testbed 82ba89ec, fractional-v1)';

CREATE FUNCTION ab_configcat_bucket(key text, id text) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_configcat_bucket(text, text) IS
	'bucket of an id by ConfigCat, 0 to 99 (configcat python-sdk 25b127f3, configcatclient/rolloutevaluator.py)';

CREATE FUNCTION ab_configcat_bucket(key text, id bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_configcat_bucket_bigint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_configcat_bucket(text, bigint) IS
	'bucket of an id by ConfigCat, 0 to 99 (configcat python-sdk 25b127f3, configcatclient/rolloutevaluator.py)';

CREATE FUNCTION ab_configcat_bucket(key text, id uuid) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_configcat_bucket_uuid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_configcat_bucket(text, uuid) IS
	'bucket of an id by ConfigCat, 0 to 99 (configcat python-sdk 25b127f3, configcatclient/rolloutevaluator.py)';

CREATE FUNCTION ab_amplitude_allocation(salt text, value text) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_amplitude_allocation(text, text) IS
	'does Amplitude allocate a value: 0 to 99, to compare with the percentage (amplitude experiment-evaluation ce57ad03, EvaluationEngine.kt)';

CREATE FUNCTION ab_amplitude_allocation(salt text, value bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_amplitude_allocation_bigint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_amplitude_allocation(text, bigint) IS
	'does Amplitude allocate a value: 0 to 99, to compare with the percentage (amplitude experiment-evaluation ce57ad03, EvaluationEngine.kt)';

CREATE FUNCTION ab_amplitude_allocation(salt text, value uuid) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_amplitude_allocation_uuid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_amplitude_allocation(text, uuid) IS
	'does Amplitude allocate a value: 0 to 99, to compare with the percentage (amplitude experiment-evaluation ce57ad03, EvaluationEngine.kt)';

CREATE FUNCTION ab_amplitude_distribution(salt text, value text) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_amplitude_distribution(text, text) IS
	'place of a value among the variants by Amplitude, 0 to 42949672; a variant has a range of it (amplitude experiment-evaluation ce57ad03, EvaluationEngine.kt)';

CREATE FUNCTION ab_amplitude_distribution(salt text, value bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_amplitude_distribution_bigint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_amplitude_distribution(text, bigint) IS
	'place of a value among the variants by Amplitude, 0 to 42949672; a variant has a range of it (amplitude experiment-evaluation ce57ad03, EvaluationEngine.kt)';

CREATE FUNCTION ab_amplitude_distribution(salt text, value uuid) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_amplitude_distribution_uuid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_amplitude_distribution(text, uuid) IS
	'place of a value among the variants by Amplitude, 0 to 42949672; a variant has a range of it (amplitude experiment-evaluation ce57ad03, EvaluationEngine.kt)';

CREATE FUNCTION ab_vwo_bucket(key text, max bigint DEFAULT 10000) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_vwo_bucket(text, bigint) IS
	'bucket by VWO, 1 to max, where key is the user''s id, with campaign id and _ before it if the campaign has a seed (vwo-python-sdk 9d012474, vwo/core/bucketer.py)';

CREATE FUNCTION ab_firebase_micropercent(seed text, id text) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_firebase_micropercent(text, text) IS
	'micro-percentile of an id by Firebase Remote Config on servers, 0 to 99999999; seed may be NULL or empty (firebase-admin-node 5a203f67, src/remote-config/condition-evaluator-internal.ts)';

CREATE FUNCTION ab_firebase_micropercent(seed text, id bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_firebase_micropercent_bigint' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_firebase_micropercent(text, bigint) IS
	'micro-percentile of an id by Firebase Remote Config on servers, 0 to 99999999; seed may be NULL or empty (firebase-admin-node 5a203f67, src/remote-config/condition-evaluator-internal.ts)';

CREATE FUNCTION ab_firebase_micropercent(seed text, id uuid) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_firebase_micropercent_uuid' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_firebase_micropercent(text, uuid) IS
	'micro-percentile of an id by Firebase Remote Config on servers, 0 to 99999999; seed may be NULL or empty (firebase-admin-node 5a203f67, src/remote-config/condition-evaluator-internal.ts)';

CREATE FUNCTION ab_flipt_threshold(entity text, flag text) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_flipt_threshold(text, text) IS
	'is an entity in a rollout of Flipt: 0 to 99, to compare with the percentage (flipt f1905b61, internal/server/evaluation/evaluation.go)';

CREATE FUNCTION ab_flipt_threshold(entity bigint, flag text) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_flipt_threshold_bigint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_flipt_threshold(bigint, text) IS
	'is an entity in a rollout of Flipt: 0 to 99, to compare with the percentage (flipt f1905b61, internal/server/evaluation/evaluation.go)';

CREATE FUNCTION ab_flipt_threshold(entity uuid, flag text) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_flipt_threshold_uuid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_flipt_threshold(uuid, text) IS
	'is an entity in a rollout of Flipt: 0 to 99, to compare with the percentage (flipt f1905b61, internal/server/evaluation/evaluation.go)';

CREATE FUNCTION ab_flipt_bucket(entity text, flag text) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_flipt_bucket(text, text) IS
	'place of an entity among the variants by Flipt, 0 to 999 (flipt f1905b61, internal/server/evaluation/evaluation.go)';

CREATE FUNCTION ab_flipt_bucket(entity bigint, flag text) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_flipt_bucket_bigint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_flipt_bucket(bigint, text) IS
	'place of an entity among the variants by Flipt, 0 to 999 (flipt f1905b61, internal/server/evaluation/evaluation.go)';

CREATE FUNCTION ab_flipt_bucket(entity uuid, flag text) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_flipt_bucket_uuid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_flipt_bucket(uuid, text) IS
	'place of an entity among the variants by Flipt, 0 to 999 (flipt f1905b61, internal/server/evaluation/evaluation.go)';

CREATE FUNCTION ab_msfm_pct(id text, hint text) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_msfm_pct(text, text) IS
	'percentage of a user by Microsoft''s feature management, 0 to 100, where hint is what is hashed behind the user''s id: the feature, feature and group with a line feed between, or the allocation''s seed (FeatureManagement-Python 1b33c9b2)';

CREATE FUNCTION ab_msfm_pct(id bigint, hint text) RETURNS float8
	AS 'MODULE_PATHNAME', 'ab_msfm_pct_bigint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_msfm_pct(bigint, text) IS
	'percentage of a user by Microsoft''s feature management, 0 to 100, where hint is what is hashed behind the user''s id: the feature, feature and group with a line feed between, or the allocation''s seed (FeatureManagement-Python 1b33c9b2)';

CREATE FUNCTION ab_msfm_pct(id uuid, hint text) RETURNS float8
	AS 'MODULE_PATHNAME', 'ab_msfm_pct_uuid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_msfm_pct(uuid, text) IS
	'percentage of a user by Microsoft''s feature management, 0 to 100, where hint is what is hashed behind the user''s id: the feature, feature and group with a line feed between, or the allocation''s seed (FeatureManagement-Python 1b33c9b2)';

CREATE FUNCTION ab_confidence_bucket(salt text, unit text, buckets bigint DEFAULT 1000000) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_confidence_bucket(text, text, bigint) IS
	'bucket of a unit by Spotify Confidence, 0 to buckets - 1, where salt is MegaSalt-account for segments and the segment''s name for variants (confidence-resolver 1ac8d80a, confidence-resolver/src/lib.rs)';

CREATE FUNCTION ab_confidence_bucket(salt text, unit bigint, buckets bigint DEFAULT 1000000) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_confidence_bucket_bigint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_confidence_bucket(text, bigint, bigint) IS
	'bucket of a unit by Spotify Confidence, 0 to buckets - 1, where salt is MegaSalt-account for segments and the segment''s name for variants (confidence-resolver 1ac8d80a, confidence-resolver/src/lib.rs)';

CREATE FUNCTION ab_confidence_bucket(salt text, unit uuid, buckets bigint DEFAULT 1000000) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_confidence_bucket_uuid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_confidence_bucket(text, uuid, bigint) IS
	'bucket of a unit by Spotify Confidence, 0 to buckets - 1, where salt is MegaSalt-account for segments and the segment''s name for variants (confidence-resolver 1ac8d80a, confidence-resolver/src/lib.rs)';

CREATE FUNCTION ab_goff_bucket(flag text, key text, total bigint DEFAULT 100000) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_goff_bucket(text, text, bigint) IS
	'bucket of a key by GO Feature Flag, 0 to total - 1, where total is the sum of the percentages * 1000; variants follow in reverse order of their names (go-feature-flag 3c7c30db, modules/core/utils/hash.go)';

CREATE FUNCTION ab_goff_bucket(flag text, key bigint, total bigint DEFAULT 100000) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_goff_bucket_bigint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_goff_bucket(text, bigint, bigint) IS
	'bucket of a key by GO Feature Flag, 0 to total - 1, where total is the sum of the percentages * 1000; variants follow in reverse order of their names (go-feature-flag 3c7c30db, modules/core/utils/hash.go)';

CREATE FUNCTION ab_goff_bucket(flag text, key uuid, total bigint DEFAULT 100000) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_goff_bucket_uuid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_goff_bucket(text, uuid, bigint) IS
	'bucket of a key by GO Feature Flag, 0 to total - 1, where total is the sum of the percentages * 1000; variants follow in reverse order of their names (go-feature-flag 3c7c30db, modules/core/utils/hash.go)';

CREATE FUNCTION ab_murmur3_32(value text, seed bigint DEFAULT 0) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_murmur3_32(text, bigint) IS
	'MurmurHash3 of 32 bits of the UTF-8 text, 0 to 2^32 - 1: what Optimizely, Unleash, Split, flagd, VWO and Amplitude hash with';
