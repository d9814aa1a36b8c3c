//! What a trigger is called.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::name::SiteName;

/// A function and a role have at most 64 characters, and the longest ending is that of `-dead`.
const LONGEST: usize = 59;

/// The name that everything of a trigger begins with: `crr-echo-east-west`.
///
/// Where it would be too long, hold a character that queues and functions do not take, or could be that of two other sites,
/// a hash of both names tells it apart.
pub(super) fn of(source: &SiteName, target: &SiteName) -> String {
    let plain = format!("crr-echo-{source}-{target}");
    let parts = [source.as_str(), target.as_str()];
    if plain.len() <= LONGEST && parts.iter().all(|name| !name.contains(['-', '.'])) {
        return plain;
    }
    // No site's name has a blank.
    let hash = Sha256::digest(format!("{source} {target}"));
    let mut ending = String::new();
    for byte in hash.iter().take(4) {
        // Writing to a String cannot fail.
        let _ = write!(ending, "{byte:02x}");
    }
    let short: String = plain
        .replace('.', "-")
        .chars()
        .take(LONGEST - 1 - ending.len())
        .collect();
    format!("{short}-{ending}")
}
