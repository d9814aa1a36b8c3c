//! Within what a bucket's name is unique.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Partition;

/// Within what no two buckets have one name: a partition of AWS, or a system that speaks S3 at an endpoint of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Namespace {
    /// A partition of AWS.
    Partition(Partition),
    /// The authority of a system's endpoint: `s3.example.com:8000`.
    Authority(String),
}

/// What the hosts of AWS end with.
const AWS: [&str; 4] = [
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".amazonaws.eu",
    ".api.aws",
];

impl Namespace {
    /// That of a site whose S3 answers at this endpoint; none: at AWS's own.
    pub fn of(partition: &Partition, endpoint: Option<&str>) -> Self {
        match endpoint.and_then(authority) {
            Some(authority) => Self::Authority(authority),
            None => Self::Partition(partition.clone()),
        }
    }

    /// The authority of a system that is not AWS.
    pub fn authority(&self) -> Option<&str> {
        match self {
            Self::Partition(_) => None,
            Self::Authority(authority) => Some(authority),
        }
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Partition(partition) => write!(f, "partition {partition}"),
            Self::Authority(authority) => f.write_str(authority),
        }
    }
}

/// The authority of an endpoint in one form, unless it is AWS's.
fn authority(endpoint: &str) -> Option<String> {
    let (scheme, rest) = endpoint.split_once("://").unwrap_or(("https", endpoint));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit('@').next().unwrap_or_default();
    let authority = authority.to_ascii_lowercase();
    let usual = if scheme.eq_ignore_ascii_case("http") {
        ":80"
    } else {
        ":443"
    };
    let authority = authority.strip_suffix(usual).unwrap_or(&authority);
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    };
    let aws = AWS.iter().any(|end| host.ends_with(end));
    (!authority.is_empty() && !aws).then(|| authority.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_s_namespace() {
        let partition: Partition = "aws".parse().unwrap();
        let of = |endpoint: &str| Namespace::of(&partition, Some(endpoint)).to_string();
        for aws in [
            "https://s3.us-east-1.amazonaws.com",
            "https://bucket.vpce-1a2b-3c4d.s3.us-east-1.vpce.amazonaws.com/",
            "https://s3.cn-north-1.amazonaws.com.cn:443",
            "https://s3.dualstack.eu-west-1.api.aws",
        ] {
            assert_eq!(of(aws), "partition aws", "{aws}");
        }
        for (endpoint, namespace) in [
            ("https://S3.Example.com/", "s3.example.com"),
            ("https://s3.example.com:443", "s3.example.com"),
            ("http://s3.example.com:80/x", "s3.example.com"),
            ("http://s3.example.com:443", "s3.example.com:443"),
            ("http://127.0.0.1:9000", "127.0.0.1:9000"),
            ("http://[::1]:9000", "[::1]:9000"),
            (
                "https://amazonaws.com.example.com",
                "amazonaws.com.example.com",
            ),
        ] {
            assert_eq!(of(endpoint), namespace, "{endpoint}");
        }
        assert_eq!(Namespace::of(&partition, None).to_string(), "partition aws");
    }
}
