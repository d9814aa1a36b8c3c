//! Writes the registry's pages: `cargo run --example docs`, or with `check` only says which are stale.
//!
//! # Flow
//!
//! The schemas hold the user's manual of every attribute, `examples/` what people copy, the lab's operator policy the
//! permissions that the tests run with. [`pages::all`] makes one text a page of these three, and writes the second half of
//! each module's page from its variables and outputs ([`modules`]). What is written by hand
//! (`docs/guides`, `docs/design`) is only looked at: its front matter and its links.
//!
//! # What it must not know
//!
//! Any fact about an attribute: that stands in the schema, once.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

mod attributes;
mod functions;
mod links;
mod modules;
mod pages;
mod permissions;

/// Folders of which every page is generated: what is there and is not made anew is stale.
const GENERATED: [&str; 3] = ["docs/resources", "docs/data-sources", "docs/functions"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn main() -> ExitCode {
    let check = std::env::args().nth(1).is_some_and(|word| word == "check");
    let done = if check {
        stale(&root())
    } else {
        write(&root()).map(|()| Vec::new())
    };
    match done {
        Ok(wrong) if wrong.is_empty() => ExitCode::SUCCESS,
        Ok(wrong) => {
            eprintln!("{}", wrong.join("\n"));
            eprintln!(
                "docs: run `make docs` and commit what it writes; mend links and guides by hand"
            );
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("docs: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(root: &Path) -> Result<(), Box<dyn Error>> {
    let pages = pages::all(root)?;
    for path in strangers(root, &pages.keys().collect())? {
        fs::remove_file(root.join(path))?;
    }
    for (path, text) in &pages {
        let path = root.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        // An unchanged page keeps its time.
        if fs::read_to_string(&path).ok().as_deref() != Some(text) {
            fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        }
    }
    Ok(())
}

/// A line for each page that is not as it would be written now, and for each fault of those written by hand.
fn stale(root: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let pages = pages::all(root)?;
    let mut wrong = Vec::new();
    for (path, text) in &pages {
        match fs::read_to_string(root.join(path)) {
            Ok(found) if found == *text => {}
            Ok(_) => wrong.push(format!("{path}: stale")),
            Err(error) => wrong.push(format!("{path}: {error}")),
        }
    }
    let known = pages.keys().collect();
    wrong.extend(
        strangers(root, &known)?
            .into_iter()
            .map(|path| format!("{path}: no schema has this page")),
    );
    wrong.extend(links::faults(root)?);
    Ok(wrong)
}

fn strangers(root: &Path, known: &BTreeSet<&String>) -> Result<Vec<String>, Box<dyn Error>> {
    let mut strangers = Vec::new();
    for folder in GENERATED {
        let Ok(entries) = fs::read_dir(root.join(folder)) else {
            continue;
        };
        for entry in entries {
            let path = format!("{folder}/{}", entry?.file_name().to_string_lossy());
            if !known.contains(&path) {
                strangers.push(path);
            }
        }
    }
    Ok(strangers)
}

#[cfg(test)]
mod tests {
    use super::{root, stale};

    #[test]
    fn the_pages_are_what_the_schemas_say() {
        let wrong = stale(&root()).unwrap();
        assert!(wrong.is_empty(), "run `make docs`:\n{}", wrong.join("\n"));
    }
}
