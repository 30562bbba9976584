// ab_assign and ab_bucket of ab_test, for a service that has no database at hand.
import { createHash } from "node:crypto";

/** 0 to 9999.  Pass a uuid in lower case, and a bigint or a string, not a number above 2^53. */
export function abBucket(experiment: string, userId: string | bigint): number {
  const digest = createHash("md5").update(`${experiment}:${userId}`, "utf8").digest("hex");
  return Number(BigInt("0x" + digest) % 10000n);
}

export function abAssign(experiment: string, userId: string | bigint, split = 0.5): string {
  return abBucket(experiment, userId) / 10000 < split ? "treatment" : "control";
}
