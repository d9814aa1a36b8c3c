//! Bucket names, by the rules of the S3 user guide ("General purpose bucket naming rules").

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{NameError, validated_text};

/// The name of a general purpose bucket.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BucketName(String);
validated_text!(BucketName, check);

/// Prefixes that S3 keeps for itself.
const RESERVED_PREFIXES: [&str; 3] = ["xn--", "sthree-", "amzn-s3-demo-"];
/// Suffixes that S3 keeps for access point aliases, Object Lambda, directory and table buckets.
const RESERVED_SUFFIXES: [&str; 6] = [
    "-s3alias",
    "--ol-s3",
    ".mrap",
    "--x-s3",
    "--table-s3",
    "-an",
];

fn check(text: &str) -> Result<(), NameError> {
    let refuse = |rule: &str| Err(NameError(format!("\"{text}\" is no bucket name: {rule}")));
    if !(3..=63).contains(&text.len()) {
        return refuse("it must have 3 to 63 characters");
    }
    let edge = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    if !text.bytes().all(|b| edge(b) || b == b'.' || b == b'-') {
        return refuse("only lower-case letters, digits, '.' and '-' are allowed");
    }
    if !text.bytes().next().is_some_and(edge) || !text.bytes().last().is_some_and(edge) {
        return refuse("it must begin and end with a letter or a digit");
    }
    if text.contains("..") {
        return refuse("two dots must not follow each other");
    }
    if text.parse::<Ipv4Addr>().is_ok() {
        return refuse("it must not look like an IPv4 address");
    }
    if let Some(prefix) = RESERVED_PREFIXES.iter().find(|p| text.starts_with(**p)) {
        return refuse(&format!("the prefix \"{prefix}\" is reserved by S3"));
    }
    // "-an" marks buckets in an account's regional namespace: `<prefix>-<12 digits>-<region>-an`. Such a
    // bucket can be replicated, so the suffix is refused only where the rest is not of that form.
    if let Some(suffix) = RESERVED_SUFFIXES.iter().find(|s| text.ends_with(**s))
        && !(*suffix == "-an" && names_account(text))
    {
        return refuse(&format!("the suffix \"{suffix}\" is reserved by S3"));
    }
    Ok(())
}

fn names_account(text: &str) -> bool {
    text.split('-')
        .any(|part| part.len() == 12 && part.bytes().all(|b| b.is_ascii_digit()))
}
