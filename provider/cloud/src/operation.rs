//! The calls that this crate makes, by the names that the services give them.

use std::fmt;

/// One of the calls below.
pub(crate) type Operation = &'static Call;

/// One call.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Call {
    /// The service, as endpoints are named: `s3`.
    pub service: &'static str,
    /// The call: `GetBucketPolicy`.
    pub name: &'static str,
    /// The action that a policy must allow for it. It is not always the call's name.
    pub action: &'static str,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.service, self.name)
    }
}

macro_rules! operations {
    ($($constant:ident = $service:literal $name:literal $action:literal;)*) => {
        $(pub(crate) const $constant: Operation = &Call {
            service: $service,
            name: $name,
            action: $action,
        };)*
    };
}

operations! {
    GET_CALLER_IDENTITY = "sts" "GetCallerIdentity" "sts:GetCallerIdentity";
    LIST_BUCKETS = "s3" "ListBuckets" "s3:ListAllMyBuckets";
    CREATE_BUCKET = "s3" "CreateBucket" "s3:CreateBucket";
    DELETE_BUCKET = "s3" "DeleteBucket" "s3:DeleteBucket";
    GET_BUCKET_LOCATION = "s3" "GetBucketLocation" "s3:GetBucketLocation";
    GET_BUCKET_VERSIONING = "s3" "GetBucketVersioning" "s3:GetBucketVersioning";
    PUT_BUCKET_VERSIONING = "s3" "PutBucketVersioning" "s3:PutBucketVersioning";
    GET_BUCKET_REPLICATION = "s3" "GetBucketReplication" "s3:GetReplicationConfiguration";
    PUT_BUCKET_REPLICATION = "s3" "PutBucketReplication" "s3:PutReplicationConfiguration";
    DELETE_BUCKET_REPLICATION = "s3" "DeleteBucketReplication" "s3:PutReplicationConfiguration";
    GET_BUCKET_POLICY = "s3" "GetBucketPolicy" "s3:GetBucketPolicy";
    PUT_BUCKET_POLICY = "s3" "PutBucketPolicy" "s3:PutBucketPolicy";
    DELETE_BUCKET_POLICY = "s3" "DeleteBucketPolicy" "s3:DeleteBucketPolicy";
    GET_BUCKET_ENCRYPTION = "s3" "GetBucketEncryption" "s3:GetEncryptionConfiguration";
    PUT_BUCKET_ENCRYPTION = "s3" "PutBucketEncryption" "s3:PutEncryptionConfiguration";
    GET_BUCKET_OWNERSHIP = "s3" "GetBucketOwnershipControls" "s3:GetBucketOwnershipControls";
    PUT_BUCKET_OWNERSHIP = "s3" "PutBucketOwnershipControls" "s3:PutBucketOwnershipControls";
    GET_PUBLIC_ACCESS_BLOCK = "s3" "GetPublicAccessBlock" "s3:GetBucketPublicAccessBlock";
    PUT_PUBLIC_ACCESS_BLOCK = "s3" "PutPublicAccessBlock" "s3:PutBucketPublicAccessBlock";
    GET_BUCKET_TAGGING = "s3" "GetBucketTagging" "s3:GetBucketTagging";
    PUT_BUCKET_TAGGING = "s3" "PutBucketTagging" "s3:PutBucketTagging";
    DELETE_BUCKET_TAGGING = "s3" "DeleteBucketTagging" "s3:PutBucketTagging";
    DELETE_BUCKET_OWNERSHIP = "s3" "DeleteBucketOwnershipControls" "s3:PutBucketOwnershipControls";
    DELETE_PUBLIC_ACCESS_BLOCK = "s3" "DeletePublicAccessBlock" "s3:PutBucketPublicAccessBlock";
    GET_BUCKET_LIFECYCLE = "s3" "GetBucketLifecycleConfiguration" "s3:GetLifecycleConfiguration";
    PUT_BUCKET_LIFECYCLE = "s3" "PutBucketLifecycleConfiguration" "s3:PutLifecycleConfiguration";
    DELETE_BUCKET_LIFECYCLE = "s3" "DeleteBucketLifecycle" "s3:PutLifecycleConfiguration";
    GET_BUCKET_CORS = "s3" "GetBucketCors" "s3:GetBucketCORS";
    PUT_BUCKET_CORS = "s3" "PutBucketCors" "s3:PutBucketCORS";
    DELETE_BUCKET_CORS = "s3" "DeleteBucketCors" "s3:PutBucketCORS";
    GET_BUCKET_LOGGING = "s3" "GetBucketLogging" "s3:GetBucketLogging";
    PUT_BUCKET_LOGGING = "s3" "PutBucketLogging" "s3:PutBucketLogging";
    GET_OBJECT_LOCK = "s3" "GetObjectLockConfiguration" "s3:GetBucketObjectLockConfiguration";
    PUT_OBJECT_LOCK = "s3" "PutObjectLockConfiguration" "s3:PutBucketObjectLockConfiguration";
    LIST_OBJECT_VERSIONS = "s3" "ListObjectVersions" "s3:ListBucketVersions";
    DELETE_OBJECTS = "s3" "DeleteObjects" "s3:DeleteObjectVersion";
    LIST_UPLOADS = "s3" "ListMultipartUploads" "s3:ListBucketMultipartUploads";
    ABORT_UPLOAD = "s3" "AbortMultipartUpload" "s3:AbortMultipartUpload";
    GET_ROLE = "iam" "GetRole" "iam:GetRole";
    CREATE_ROLE = "iam" "CreateRole" "iam:CreateRole";
    DELETE_ROLE = "iam" "DeleteRole" "iam:DeleteRole";
    TAG_ROLE = "iam" "TagRole" "iam:TagRole";
    PUT_ROLE_TRUST = "iam" "UpdateAssumeRolePolicy" "iam:UpdateAssumeRolePolicy";
    PUT_ROLE_BOUNDARY = "iam" "PutRolePermissionsBoundary" "iam:PutRolePermissionsBoundary";
    DELETE_ROLE_BOUNDARY = "iam" "DeleteRolePermissionsBoundary" "iam:DeleteRolePermissionsBoundary";
    GET_ROLE_POLICY = "iam" "GetRolePolicy" "iam:GetRolePolicy";
    PUT_ROLE_POLICY = "iam" "PutRolePolicy" "iam:PutRolePolicy";
    DELETE_ROLE_POLICY = "iam" "DeleteRolePolicy" "iam:DeleteRolePolicy";
    SIMULATE_CUSTOM_POLICY = "iam" "SimulateCustomPolicy" "iam:SimulateCustomPolicy";
    LIST_ROLE_POLICIES = "iam" "ListRolePolicies" "iam:ListRolePolicies";
    LIST_ATTACHED_POLICIES = "iam" "ListAttachedRolePolicies" "iam:ListAttachedRolePolicies";
    GET_POLICY = "iam" "GetPolicy" "iam:GetPolicy";
    GET_POLICY_VERSION = "iam" "GetPolicyVersion" "iam:GetPolicyVersion";
    DETACH_ROLE_POLICY = "iam" "DetachRolePolicy" "iam:DetachRolePolicy";
    VAULT_LIST_ACCOUNTS = "vault" "ListAccounts" "ListAccounts";
    VAULT_CREATE_ACCOUNT = "vault" "CreateAccount" "CreateAccount";
    VAULT_GENERATE_ACCOUNT_ACCESS_KEY = "vault" "GenerateAccountAccessKey" "GenerateAccountAccessKey";
    LIST_ACCESS_KEYS = "iam" "ListAccessKeys" "iam:ListAccessKeys";
    DELETE_ACCESS_KEY = "iam" "DeleteAccessKey" "iam:DeleteAccessKey";
    LIST_ACCOUNT_ALIASES = "iam" "ListAccountAliases" "iam:ListAccountAliases";
    DESCRIBE_ACCOUNT = "organizations" "DescribeAccount" "organizations:DescribeAccount";
    LIST_ACCOUNTS = "organizations" "ListAccounts" "organizations:ListAccounts";
    CREATE_ACCOUNT = "organizations" "CreateAccount" "organizations:CreateAccount";
    DESCRIBE_CREATE_ACCOUNT = "organizations" "DescribeCreateAccountStatus" "organizations:DescribeCreateAccountStatus";
    LIST_CREATE_ACCOUNT = "organizations" "ListCreateAccountStatus" "organizations:ListCreateAccountStatus";
    DESCRIBE_KEY = "kms" "DescribeKey" "kms:DescribeKey";
    GET_KEY_POLICY = "kms" "GetKeyPolicy" "kms:GetKeyPolicy";
    PUT_KEY_POLICY = "kms" "PutKeyPolicy" "kms:PutKeyPolicy";
    RECEIVE_MESSAGE = "sqs" "ReceiveMessage" "sqs:ReceiveMessage";
    SEND_MESSAGE = "sqs" "SendMessage" "sqs:SendMessage";
    DELETE_MESSAGES = "sqs" "DeleteMessageBatch" "sqs:DeleteMessage";
    CHANGE_VISIBILITY = "sqs" "ChangeMessageVisibilityBatch" "sqs:ChangeMessageVisibility";
    GET_QUEUE_ATTRIBUTES = "sqs" "GetQueueAttributes" "sqs:GetQueueAttributes";
    GET_QUEUE_URL = "sqs" "GetQueueUrl" "sqs:GetQueueUrl";
    LIST_QUEUE_TAGS = "sqs" "ListQueueTags" "sqs:ListQueueTags";
    CREATE_QUEUE = "sqs" "CreateQueue" "sqs:CreateQueue";
    SET_QUEUE_ATTRIBUTES = "sqs" "SetQueueAttributes" "sqs:SetQueueAttributes";
    TAG_QUEUE = "sqs" "TagQueue" "sqs:TagQueue";
    DELETE_QUEUE = "sqs" "DeleteQueue" "sqs:DeleteQueue";
    DESCRIBE_RULE = "events" "DescribeRule" "events:DescribeRule";
    LIST_RULE_TAGS = "events" "ListTagsForResource" "events:ListTagsForResource";
    LIST_TARGETS = "events" "ListTargetsByRule" "events:ListTargetsByRule";
    PUT_RULE = "events" "PutRule" "events:PutRule";
    TAG_RULE = "events" "TagResource" "events:TagResource";
    PUT_TARGETS = "events" "PutTargets" "events:PutTargets";
    REMOVE_TARGETS = "events" "RemoveTargets" "events:RemoveTargets";
    DELETE_RULE = "events" "DeleteRule" "events:DeleteRule";
    GET_FUNCTION = "lambda" "GetFunction" "lambda:GetFunction";
    LIST_FUNCTION_TAGS = "lambda" "GetFunction" "lambda:ListTags";
    CREATE_FUNCTION = "lambda" "CreateFunction" "lambda:CreateFunction";
    PUT_FUNCTION_CODE = "lambda" "UpdateFunctionCode" "lambda:UpdateFunctionCode";
    PUT_FUNCTION_SETTINGS = "lambda" "UpdateFunctionConfiguration" "lambda:UpdateFunctionConfiguration";
    TAG_FUNCTION = "lambda" "TagResource" "lambda:TagResource";
    DELETE_FUNCTION = "lambda" "DeleteFunction" "lambda:DeleteFunction";
    LIST_MAPPINGS = "lambda" "ListEventSourceMappings" "lambda:ListEventSourceMappings";
    CREATE_MAPPING = "lambda" "CreateEventSourceMapping" "lambda:CreateEventSourceMapping";
    PUT_MAPPING = "lambda" "UpdateEventSourceMapping" "lambda:UpdateEventSourceMapping";
    DELETE_MAPPING = "lambda" "DeleteEventSourceMapping" "lambda:DeleteEventSourceMapping";
}
