//! AWS Signature Version 4 as a service checks it, from the documentation of the algorithm and from no client's code.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

/// A request that claims to be signed.
pub struct Signed<'a> {
    /// The method.
    pub method: &'a str,
    /// The path as it was sent.
    pub path: &'a str,
    /// The query as it was sent.
    pub query: &'a str,
    /// The headers, names in small letters.
    pub headers: &'a BTreeMap<String, String>,
    /// The body.
    pub body: &'a [u8],
}

/// Why a signature does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// There is none, or it cannot be read.
    Malformed,
    /// Nobody has this access key.
    UnknownKey(String),
    /// It is another signature than the secret gives.
    Mismatch,
    /// It is for another service.
    OtherService(String),
}

/// Checks a signature; says the access key that signed.
pub fn check(
    request: &Signed<'_>,
    service: &str,
    secret: impl Fn(&str) -> Option<String>,
) -> Result<String, Refused> {
    let header = request
        .headers
        .get("authorization")
        .ok_or(Refused::Malformed)?;
    let fields = header
        .strip_prefix("AWS4-HMAC-SHA256 ")
        .ok_or(Refused::Malformed)?;
    let field = |name: &str| {
        fields
            .split(',')
            .find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='))
            .ok_or(Refused::Malformed)
    };
    let credential: Vec<&str> = field("Credential")?.split('/').collect();
    let [key, date, region, of, "aws4_request"] = credential.as_slice() else {
        return Err(Refused::Malformed);
    };
    let (signed, signature) = (field("SignedHeaders")?, field("Signature")?);
    if *of != service {
        return Err(Refused::OtherService((*of).to_owned()));
    }
    let secret = secret(key).ok_or_else(|| Refused::UnknownKey((*key).to_owned()))?;
    let at = request
        .headers
        .get("x-amz-date")
        .ok_or(Refused::Malformed)?;
    if !at.starts_with(date) {
        return Err(Refused::Malformed);
    }
    let canonical = canonical(request, signed)?;
    let scope = format!("{date}/{region}/{of}/aws4_request");
    let to_sign = format!(
        "AWS4-HMAC-SHA256\n{at}\n{scope}\n{}",
        hash(canonical.as_bytes())
    );
    let mut sum = format!("AWS4{secret}").into_bytes();
    for part in [*date, *region, *of, "aws4_request", &to_sign] {
        sum = keyed(&sum, part)?;
    }
    if hex(&sum) == signature {
        Ok((*key).to_owned())
    } else {
        Err(Refused::Mismatch)
    }
}

fn canonical(request: &Signed<'_>, signed: &str) -> Result<String, Refused> {
    let mut query: Vec<&str> = request
        .query
        .split('&')
        .filter(|it| !it.is_empty())
        .collect();
    query.sort_unstable();
    let mut headers = String::new();
    for name in signed.split(';') {
        let value = request.headers.get(name).ok_or(Refused::Malformed)?;
        let value: Vec<&str> = value.split_whitespace().collect();
        // Writing to a String cannot fail.
        let _ = writeln!(headers, "{name}:{}", value.join(" "));
    }
    // Whoever does not sign the host signs for every host.
    if !signed.split(';').any(|name| name == "host") {
        return Err(Refused::Malformed);
    }
    Ok(format!(
        "{}\n{}\n{}\n{headers}\n{signed}\n{}",
        request.method,
        request.path,
        query.join("&"),
        hash(request.body)
    ))
}

fn keyed(key: &[u8], text: &str) -> Result<Vec<u8>, Refused> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| Refused::Malformed)?;
    mac.update(text.as_bytes());
    Ok(mac.finalize().into_bytes().to_vec())
}

fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
