//! The zip with the function's program in it.

use std::sync::Arc;

use base64::Engine as _;
use replication::Observed;
use replication::trigger::{Architecture, Package, Trigger};
use sha2::{Digest, Sha256};
use tfplugin::Value;

mod archive;

/// What Lambda takes in the call itself, zipped.
const LARGEST: u64 = 50 * 1024 * 1024;
/// The program's name in the zip.
const PROGRAM: &str = "bootstrap";

/// Why the file cannot be a function.
#[derive(Debug)]
pub struct Wrong {
    pub summary: String,
    pub detail: String,
    /// Whether there is no such file.
    pub missing: bool,
}

/// A program that is not looked at.
pub fn unread() -> Package {
    Package {
        sha256: String::new(),
        bytes: Arc::from([]),
    }
}

/// Whether a state has a trigger with a function.
pub fn is_in(state: &Value) -> bool {
    let function = state
        .get("trigger")
        .and_then(|trigger| trigger.get("function"));
    function.is_some_and(|function| !function.is_null())
}

/// A program that could not be read stays as it is. Terraform plans what it is to destroy, too, and a destroy needs no program.
pub fn keep(trigger: &mut Trigger, observed: &Observed) {
    let found = observed
        .trigger
        .as_deref()
        .and_then(|found| found.function.present());
    if let (Some(function), Some(found)) = (&mut trigger.function, found)
        && function.package.sha256.is_empty()
    {
        function.package.sha256.clone_from(&found.sha256);
    }
}

/// Reads the zip, and looks whether Lambda could run what is in it.
pub async fn read(path: &str, architecture: Architecture) -> Result<Package, Wrong> {
    let wrong = |summary: String, detail: &str| Wrong {
        summary,
        detail: detail.to_owned(),
        missing: false,
    };
    let unreadable = |error: std::io::Error| Wrong {
        missing: error.kind() == std::io::ErrorKind::NotFound,
        ..wrong(
            format!("The file {path} cannot be read: {error}"),
            "Give the path of the function's zip, from where Terraform runs or from the root. A release has one for each architecture.",
        )
    };
    let length = tokio::fs::metadata(path).await.map_err(unreadable)?.len();
    if length > LARGEST {
        return Err(wrong(
            format!("The file {path} has {length} bytes"),
            "Lambda takes at most 50 MB. Take the zip of a release, which has the program alone and without symbols.",
        ));
    }
    let bytes = tokio::fs::read(path).await.map_err(unreadable)?;
    let Some(entry) = archive::entry(&bytes, PROGRAM) else {
        return Err(wrong(
            format!("The file {path} is no zip with a file `{PROGRAM}` in it"),
            "Lambda runs the file of that name. Zip the program `crr` under it, or take the zip of a release.",
        ));
    };
    let built_for = archive::beginning(&bytes, &entry).and_then(|begin| machine(&begin));
    if let Some(built_for) = built_for
        && built_for != architecture
    {
        return Err(wrong(
            format!("The program in {path} was built for {built_for}"),
            &format!(
                "The function's `architecture` is {architecture}. Take the other zip, or set `architecture = \"{built_for}\"`."
            ),
        ));
    }
    Ok(Package {
        sha256: base64::engine::general_purpose::STANDARD.encode(Sha256::digest(&bytes)),
        bytes: bytes.into(),
    })
}

/// What a program was built for, where its header says so: a script has none, and Lambda runs it all the same.
fn machine(header: &[u8]) -> Option<Architecture> {
    let (magic, machine) = (header.get(..4)?, header.get(18..20)?);
    match (magic, machine) {
        (b"\x7fELF", [0x3e, 0]) => Some(Architecture::X86),
        (b"\x7fELF", [0xb7, 0]) => Some(Architecture::Arm),
        _ => None,
    }
}
