/*
 * exposure.c
 *	  Who is in an experiment, in which slot of a layer, in a holdout: decisions
 *	  beside the choice of the arm, each with a salt of its own.
 *
 * A gate that hashes as the arms do lets only users of some arms in.  So each
 * purpose hashes another key, by the rule of ab_bucket():
 *
 *		arms		experiment:unit
 *		exposure	experiment/exposure:unit
 *		layer		layer/name:unit
 *		holdout		holdout/name:unit
 */
#include "base/args.h"

#include "base/unit.h"

static const AbRange share_range = {
	.low = 0, .high = 1, .fraction = true,
	.message = "share must be between 0 and 1",
	.hint = "It is the fraction of units who are in."
};

static const AbRange slots_range = {
	.low = 1, .high = INT64CONST(1) << 31,
	.message = "slots must be between 1 and 2^31",
	.hint = "It is the number of slots that the layer is divided into."
};

/*
 * The digest of the call's unit (argument 1) for a purpose: the name (argument
 * 0) between what comes before and behind it.
 */
static pg_attribute_always_inline AbDigest
HashPurpose(FunctionCallInfo fcinfo, AbUnitType type, AbLabel before,
			AbLabel behind)
{
	char		room[AB_UNIT_ROOM];
	AbLabel		parts[] = {before, AbGetUtf8(fcinfo, 0), behind,
	AbGetUnit(fcinfo, 1, type, room)};

	return AbHashParts(parts, lengthof(parts));
}

static pg_attribute_always_inline Datum
Exposed(FunctionCallInfo fcinfo, AbUnitType type)
{
	static const AbLabel before = AB_PART("");
	static const AbLabel behind = AB_PART("/exposure:");
	double		share = AbCheckRange(PG_GETARG_FLOAT8(2), &share_range);

	PG_RETURN_BOOL(AbBucketIsBelow(AbDigestBucket(HashPurpose(fcinfo, type, before, behind)),
								   share));
}

PG_FUNCTION_INFO_V1(ab_exposed);
Datum
ab_exposed(PG_FUNCTION_ARGS)
{
	return Exposed(fcinfo, AB_UNIT_TEXT);
}

PG_FUNCTION_INFO_V1(ab_exposed_bigint);
Datum
ab_exposed_bigint(PG_FUNCTION_ARGS)
{
	return Exposed(fcinfo, AB_UNIT_BIGINT);
}

PG_FUNCTION_INFO_V1(ab_exposed_uuid);
Datum
ab_exposed_uuid(PG_FUNCTION_ARGS)
{
	return Exposed(fcinfo, AB_UNIT_UUID);
}

static pg_attribute_always_inline Datum
LayerSlot(FunctionCallInfo fcinfo, AbUnitType type)
{
	static const AbLabel before = AB_PART("layer/");
	static const AbLabel behind = AB_PART(":");
	double		slots = AbCheckRange((double) PG_GETARG_INT64(2), &slots_range);

	PG_RETURN_INT64(AbDigestModulo(HashPurpose(fcinfo, type, before, behind),
								   (uint64) slots));
}

PG_FUNCTION_INFO_V1(ab_layer_slot);
Datum
ab_layer_slot(PG_FUNCTION_ARGS)
{
	return LayerSlot(fcinfo, AB_UNIT_TEXT);
}

PG_FUNCTION_INFO_V1(ab_layer_slot_bigint);
Datum
ab_layer_slot_bigint(PG_FUNCTION_ARGS)
{
	return LayerSlot(fcinfo, AB_UNIT_BIGINT);
}

PG_FUNCTION_INFO_V1(ab_layer_slot_uuid);
Datum
ab_layer_slot_uuid(PG_FUNCTION_ARGS)
{
	return LayerSlot(fcinfo, AB_UNIT_UUID);
}

static pg_attribute_always_inline Datum
InHoldout(FunctionCallInfo fcinfo, AbUnitType type)
{
	static const AbLabel before = AB_PART("holdout/");
	static const AbLabel behind = AB_PART(":");
	double		share = AbCheckRange(PG_GETARG_FLOAT8(2), &share_range);

	PG_RETURN_BOOL(AbBucketIsBelow(AbDigestBucket(HashPurpose(fcinfo, type, before, behind)),
								   share));
}

PG_FUNCTION_INFO_V1(ab_in_holdout);
Datum
ab_in_holdout(PG_FUNCTION_ARGS)
{
	return InHoldout(fcinfo, AB_UNIT_TEXT);
}

PG_FUNCTION_INFO_V1(ab_in_holdout_bigint);
Datum
ab_in_holdout_bigint(PG_FUNCTION_ARGS)
{
	return InHoldout(fcinfo, AB_UNIT_BIGINT);
}

PG_FUNCTION_INFO_V1(ab_in_holdout_uuid);
Datum
ab_in_holdout_uuid(PG_FUNCTION_ARGS)
{
	return InHoldout(fcinfo, AB_UNIT_UUID);
}
