"""ab_assign and ab_bucket of ab_test, for a service that has no database at hand."""
import hashlib


def ab_bucket(experiment, user_id):
    """0 to 9999.  A uuid is hashed as str(uuid), an integer in decimal digits."""
    digest = hashlib.md5(f"{experiment}:{user_id}".encode(), usedforsecurity=False)
    return int(digest.hexdigest(), 16) % 10000


def ab_assign(experiment, user_id, split=0.5):
    return "treatment" if ab_bucket(experiment, user_id) / 10000 < split else "control"
