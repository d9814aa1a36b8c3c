//! What to do about a failure.

use crate::credentials::profile::GIVES_NOTHING;
use crate::error::ErrorKind;
use crate::failure::Failure;
use crate::operation::{CREATE_FUNCTION, DELETE_OBJECTS, PUT_ROLE_POLICY};
use crate::site::Site;

/// What the user can do where no service has answered.
fn unanswered(failure: &Failure, site: &Site) -> Option<String> {
    let name = &site.name;
    match failure.kind {
        ErrorKind::Credentials if failure.message.contains(GIVES_NOTHING) => Some(format!(
            "Write the profile into one of these files, such as with `aws configure` or `aws configure sso`, or name another in the provider's sites, for site \"{name}\". AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name other files; whoever runs as another user has other ones, too."
        )),
        ErrorKind::Credentials if failure.operation.service == "vault" => Some(format!(
            "Vault does not know these credentials, or there are none: give site \"{name}\" an `admin_profile` with the keys of an administrator of Vault."
        )),
        ErrorKind::Configuration if failure.operation.service == "vault" => Some(format!(
            "Give site \"{name}\" the endpoint of its Vault in the provider's sites, such as `endpoints = {{ vault = \"https://vault.example.com:8600\" }}`, and an `admin_profile`."
        )),
        ErrorKind::Credentials
            if failure.message.contains("sts:AssumeRole") && name.as_str() != name.configured() =>
        {
            Some(format!(
                "The account is entered by `access_role` of `accounts` with the credentials of site \"{}\". The role must be there, its trust policy must name the account of those credentials, and their own policy must allow sts:AssumeRole on it.",
                name.configured()
            ))
        }
        ErrorKind::Credentials if failure.message.contains("sts:AssumeRole") => Some(format!(
            "The role of site \"{name}\" does not let these credentials in: its trust policy must name them, and the external id and tags that `assume_role` gives; and their own policy must allow sts:AssumeRole on it, with sts:TagSession where there are tags."
        )),
        ErrorKind::Credentials => Some(format!(
            "Give credentials for site \"{name}\": profile, assume_role, or access_key with secret_key in the provider's sites, or any source of the AWS SDK (environment, shared files, SSO, web identity, instance metadata). If they are given, check that they are current and that this machine's clock is right."
        )),
        ErrorKind::Connection => Some(format!(
            "Check region and endpoints of site \"{name}\" in the provider's sites, and that this machine reaches them (proxy, firewall, CA bundle)."
        )),
        _ => None,
    }
}

/// What the user can do, where it is known.
pub(crate) fn remedy(failure: &Failure, site: &Site) -> Option<String> {
    if let Some(remedy) = unanswered(failure, site) {
        return Some(remedy);
    }
    let name = &site.name;
    if failure.is_denied() && failure.operation.service == "vault" {
        return Some(format!(
            "The credentials of `admin_profile` of site \"{name}\" must be those of an administrator of Vault."
        ));
    }
    if failure.is_denied() && failure.operation == DELETE_OBJECTS {
        return Some(format!(
            "Versions under Object Lock go only after their retention and legal hold. For all others, allow {} to the credentials of site \"{name}\".",
            failure.operation.action
        ));
    }
    if failure.is_denied() && failure.message.contains("BlockPublicPolicy") {
        return Some(format!(
            "A public-access block keeps the bucket's policy from letting everybody in: the bucket's own, or that of the account of site \"{name}\", which no setting of a bucket overrides. Where `mirror_public` is set, mirror \"public_access_block\" too, which takes the bucket's own off, and see to the account's; else take \"policy\" out of `mirror_settings`, or `mirror_public` back."
        ));
    }
    if failure.is_denied() {
        return Some(format!(
            "Allow {} to the credentials of site \"{name}\" in their policies, boundaries and service control policies. On a bucket it may also be that another account than the site's owns it.",
            named_action(&failure.message).unwrap_or(failure.operation.action)
        ));
    }
    if failure.is_elsewhere() {
        let place = failure
            .region
            .as_ref()
            .map_or_else(String::new, |region| format!(", {region}"));
        return Some(format!(
            "The bucket is in another region{place}, and site \"{name}\" is in {}. Name the site of the bucket's region.",
            site.region
        ));
    }
    of_code(failure).map(str::to_owned)
}

/// What to do where the service's code alone says it.
fn of_code(failure: &Failure) -> Option<&'static str> {
    Some(match failure.code.as_deref()? {
        "NoSuchBucket" => "Check the bucket's name and site; it may have been deleted meanwhile.",
        "BucketAlreadyExists" => {
            "Somebody else owns a bucket of this name: names are shared by all accounts of a partition. Choose another."
        }
        "BucketAlreadyOwnedByYou" => {
            "The account has this bucket already, and it does not carry our tag: use it as it is, without creating it."
        }
        "BucketNotEmpty" => {
            "Objects, versions or delete markers are left in the bucket, or were written meanwhile. Stop what writes to it, then try again; to have it emptied, say force_destroy."
        }
        "EntityAlreadyExists" => {
            "The account has a role of this name that does not carry our tag. Name another role, or give this one as the role to use."
        }
        // No quota that could be raised: an inline policy has no other limit than the room that all of a role share.
        "LimitExceeded" if failure.operation == PUT_ROLE_POLICY => {
            "All inline policies of a role share 10,240 characters. Where so many pairs leave one bucket, set `role = \"site\"`, with a `replication_role` of the site's `crr_site`, or the ARN of a role of your own."
        }
        "AWSOrganizationsNotInUseException" => {
            "The account of these credentials is in no organization. Use those of the organization's management account, or of a delegated administrator."
        }
        "FinalizingOrganizationException" => {
            "AWS is still setting the organization up. Try again in an hour; if it goes on, ask AWS Support."
        }
        "ConstraintViolationException" => {
            "A quota or a condition of the organization forbids it, such as the number of accounts, or a missing payment method. Its words say which."
        }
        "ConcurrentModificationException" => {
            "Somebody else is changing the organization. Try again."
        }
        "AWS.SimpleQueueService.NonExistentQueue" | "QueueDoesNotExist" => {
            "The trigger that made the queue is gone: take the new `agent_config`, or start the agent without `queue_url` to poll."
        }
        "QueueAlreadyExists" | "QueueNameExists" => {
            "The account has a queue of this name that does not carry our tag. Delete it, or name the sites otherwise: the queue's name follows from theirs."
        }
        "ResourceConflictException" if failure.operation == CREATE_FUNCTION => {
            "The account has a function of this name that does not carry our tag. Delete it, or name the sites otherwise: the function's name follows from theirs."
        }
        "LimitExceeded" | "TooManyBuckets" => {
            "A quota of the account is used up: raise it, or use one role for the whole site."
        }
        "OperationAborted" => {
            "Something else keeps changing this bucket. Find out what, or try again later."
        }
        "IllegalLocationConstraintException" | "InvalidLocationConstraint" => {
            "The site's region is not the one of its endpoint, or is not enabled in the account."
        }
        "DeleteConflict" => {
            "Something is still attached to the role, such as an instance profile: detach it."
        }
        "InvalidBucketState" => {
            "Replication or Object Lock keeps the bucket from this. Both buckets of a pair need the same Object Lock setting."
        }
        _ => return None,
    })
}

/// The action that a refusal names: S3 asks for more than the call's own where a role is passed.
fn named_action(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("is not authorized to perform: ")?;
    let action = rest.split_whitespace().next()?;
    action.contains(':').then_some(action)
}
