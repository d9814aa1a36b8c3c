"""Access keys whose id and secret are chosen by who makes them, as Scality Vault's API offers it and IAM's does not.

The stand-in for Vault makes its keys so: CreateAccessKey with "USER ID SECRET" in place of the user's name.
"""

from ministack.services import iam

_create = iam._create_access_key


def _create_chosen(parameters):
    parts = iam._p(parameters, "UserName").split(" ")
    if len(parts) != 3:
        return _create(parameters)
    user, key, secret = parts
    taken = any(known == key for _, known in iam._access_keys.to_dict())
    if taken:
        return iam._error(409, "EntityAlreadyExists", "The access key exists already.", ns="iam")
    iam._access_keys[key] = {
        "UserName": user,
        "AccessKeyId": key,
        "SecretAccessKey": secret,
        "Status": "Active",
        "CreateDate": iam._now(),
    }
    return iam._xml(
        200,
        "CreateAccessKeyResponse",
        f"<CreateAccessKeyResult><AccessKey><UserName>{user}</UserName><AccessKeyId>{key}</AccessKeyId>"
        f"<SecretAccessKey>{secret}</SecretAccessKey><Status>Active</Status>"
        "</AccessKey></CreateAccessKeyResult>",
        ns="iam",
    )


def install():
    iam._IAM_HANDLERS["CreateAccessKey"] = _create_chosen
