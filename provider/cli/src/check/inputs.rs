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
    let mut bytes = Vec::new();
    let read = std::io::stdin().read_to_end(&mut bytes);
    read.map_err(|error| format!("standard input cannot be read: {error}"))?;
    decoded(bytes).map_err(|error| format!("standard input: {error}"))
}

/// Reads a file.
///
/// # Errors
///
/// With its name.
pub fn file(path: &Path) -> Result<String, String> {
    let bytes = std::fs::read(path).map_err(|error| about(path, &error.to_string()))?;
    decoded(bytes).map_err(|error| about(path, &error))
}

/// The text of UTF-8, which may begin with a byte-order mark.
fn decoded(bytes: Vec<u8>) -> Result<String, String> {
    if let [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [_, 0, ..] | [0, ..] = bytes.as_slice() {
        return Err("it is UTF-16, as `>` of Windows PowerShell writes. Write it as UTF-8, such as by `terraform show -json | Out-File -Encoding utf8 FILE`, or by `cmd /c \"terraform show -json > FILE\"`".to_owned());
    }
    let text = String::from_utf8(bytes).map_err(|_| {
        "it is no UTF-8. Give what `terraform show -json` prints, as it is".to_owned()
    })?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

/// Puts a file's name before what is wrong with it.
pub fn about(path: &Path, error: &str) -> String {
    format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_no_part_of_the_text_and_other_encodings_say_what_to_do() {
        assert_eq!(decoded(b"\xef\xbb\xbf{}".to_vec()), Ok("{}".to_owned()));
        assert_eq!(decoded(b"{}".to_vec()), Ok("{}".to_owned()));
        for utf16 in [&b"\xff\xfe{\0}\0"[..], b"\xfe\xff\0{\0}", b"{\0}\0"] {
            let wrong = decoded(utf16.to_vec()).unwrap_err();
            assert!(wrong.contains("-Encoding utf8"), "{wrong}");
        }
        assert!(decoded(b"{\xff}".to_vec()).unwrap_err().contains("UTF-8"));
    }
}
