//! The files that say what should be.

use std::io::Read;
use std::path::Path;

use super::Arguments;
use super::report::Input;
use super::terraform;

/// A document, and where it comes from.
pub struct Source {
    /// Where it comes from.
    pub input: Input,
    /// What it says.
    pub document: terraform::Document,
}

/// Reads what the arguments name.
///
/// # Errors
///
/// Where a file cannot be read, is not what it should be, or none is named.
pub fn read(arguments: &Arguments) -> Result<Vec<Source>, String> {
    let states = arguments
        .state
        .iter()
        .map(|file| (file, terraform::Form::State, "state"));
    let plans = arguments
        .plan
        .iter()
        .map(|file| (file, terraform::Form::Plan, "plan"));
    let mut sources = Vec::new();
    for (file, form, kind) in states.chain(plans) {
        let document =
            terraform::read(&text(file)?, form).map_err(|error| format!("{file}: {error}"))?;
        let file = file.clone();
        let input = Input { kind, file };
        sources.push(Source { input, document });
    }
    for file in &arguments.config {
        let document = terraform::of_config(&text(file)?, file)?;
        let input = Input {
            kind: "config",
            file: file.clone(),
        };
        sources.push(Source { input, document });
    }
    if sources.is_empty() {
        return Err(
            "say what should be: --state FILE, --plan FILE or --config FILE. See `crr check --help`"
                .to_owned(),
        );
    }
    Ok(sources)
}

fn text(name: &str) -> Result<String, String> {
    if name != "-" {
        return file(Path::new(name));
    }
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| format!("standard input cannot be read: {error}"))?;
    Ok(text)
}

/// Reads a file.
///
/// # Errors
///
/// With its name.
pub fn file(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| about(path, &error.to_string()))
}

/// Puts a file's name before what is wrong with it.
pub fn about(path: &Path, error: &str) -> String {
    format!("{}: {error}", path.display())
}
