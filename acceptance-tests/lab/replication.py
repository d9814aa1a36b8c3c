"""What S3's replication does and the emulator's does not: an object goes to every destination that a rule names.

The emulator takes the first rule that matches. S3 takes, for each destination, the rule of the highest priority. The copying
itself stays the emulator's: it is asked once for each rule that is chosen here.
"""

import contextvars

from ministack.services import s3

# The rule that the emulator finds while it copies to one destination.
_chosen = contextvars.ContextVar("chosen", default=None)
_first_rule = s3._replication_rule_for
_copy = s3._maybe_replicate


def _rules(bucket, key, tags):
    """The rule of the highest priority for each destination, and the role. Without tags (a delete marker has none) any rule of
    the prefix counts, as in the emulator, which then refuses those that filter by tag."""
    configuration = s3._bucket_replication.get(bucket)
    if not configuration or s3._bucket_versioning.get(bucket) != "Enabled":
        return [], ""
    best = {}
    for rule in configuration.get("Rules", []):
        if rule.get("Status") != "Enabled" or not key.startswith(s3._replication_rule_prefix(rule)):
            continue
        if tags is not None and any(tags.get(k) != v for k, v in s3._replication_rule_tags(rule).items()):
            continue
        destination = (rule.get("Destination") or {}).get("Bucket")
        if destination not in best or rule.get("Priority", 0) > best[destination].get("Priority", 0):
            best[destination] = rule
    return list(best.values()), configuration.get("Role", "")


def _rule_for(bucket, key, tags):
    return _chosen.get() or _first_rule(bucket, key, tags)


def _replicate(bucket, key, obj, data, tags=None):
    rules, role = _rules(bucket, key, tags or {})
    failed = False
    for rule in rules:
        obj.pop("_replica", None)
        token = _chosen.set((rule, role))
        try:
            _copy(bucket, key, obj, data, tags)
        finally:
            _chosen.reset(token)
        failed = failed or obj.get("replication_status") == "FAILED"
        # The emulator puts the tags on the replica that it remembers: the last.
        if tags and obj.get("_replica"):
            destination, version, account = obj["_replica"]
            with s3._in_account(account):
                s3._object_tags[(destination, key, version)] = dict(tags)
    if failed:
        obj["replication_status"] = "FAILED"


def _replicate_delete_marker(bucket, key):
    rules, role = _rules(bucket, key, None)
    for rule in rules:
        enabled = (rule.get("DeleteMarkerReplication") or {}).get("Status") == "Enabled"
        if "Filter" in rule and (s3._replication_rule_tags(rule) or not enabled):
            continue
        target = s3._replication_destination(bucket, key, rule, role)
        if target is None:
            continue
        name, account, destination = target
        with s3._in_account(account):
            s3._record_delete_marker(name, key, destination["objects"].get(key))
            destination["objects"].pop(key, None)


def install():
    s3._replication_rule_for = _rule_for
    s3._maybe_replicate = _replicate
    s3._maybe_replicate_delete_marker = _replicate_delete_marker
