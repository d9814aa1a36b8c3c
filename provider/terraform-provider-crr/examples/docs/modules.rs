//! The pages of the modules: what people wrote, and under it what `variables.tf` and `outputs.tf` say.

// Writing to a String cannot fail, hence `let _` below.
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body};

use crate::pages::read;

/// What stands on a page after this line is written here; what stands before it, by hand.
const MARK: &str =
    "<!-- From here on written by `make docs`, from variables.tf, outputs.tf and versions.tf. -->";

/// The folders of the modules, in the order of their names.
pub fn folders(root: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(root.join("modules"))? {
        let entry = entry?;
        if entry.path().is_dir() {
            folders.push(format!("modules/{}", entry.file_name().to_string_lossy()));
        }
    }
    folders.sort();
    Ok(folders)
}

/// The page of a module as it should be.
pub fn page(root: &Path, folder: &str) -> Result<String, Box<dyn Error>> {
    let folder = root.join(folder);
    let page = read(&folder.join("README.md"))?;
    let by_hand = page.split(MARK).next().unwrap_or_default().trim_end();
    let parse = |name: &str| -> Result<Body, Box<dyn Error>> {
        let path = folder.join(name);
        let text = read(&path)?;
        text.parse::<Body>()
            .map_err(|error| format!("{}: {error}", path.display()).into())
    };
    Ok(format!(
        "{by_hand}\n\n{MARK}\n\n{}\n{}\n{}",
        needs(&parse("versions.tf")?)?,
        inputs(&parse("variables.tf")?)?,
        outputs(&parse("outputs.tf")?)?,
    ))
}

fn needs(body: &Body) -> Result<String, Box<dyn Error>> {
    let version = body
        .get_blocks("terraform")
        .find_map(|block| text(block, "required_version"))
        .ok_or("versions.tf has no required_version")?;
    Ok(format!(
        "## Needs\n\nTerraform `{version}`, and the provider `crr-dr/crr`. OpenTofu is not part of the tests.\n"
    ))
}

fn inputs(body: &Body) -> Result<String, Box<dyn Error>> {
    let mut rows = String::new();
    let mut types = String::new();
    for variable in body.get_blocks("variable") {
        let name = label(variable)?;
        let description = described(variable, &name)?;
        let ty = source(variable, "type").ok_or_else(|| format!("variable {name} has no type"))?;
        let short = if ty.contains('\n') {
            let _ = write!(types, "\n### `{name}`\n\n```hcl\n{ty}\n```\n");
            let kind = if ty.starts_with("map(") {
                "map of objects"
            } else {
                "object"
            };
            format!("[{kind}](#{name})")
        } else {
            format!("`{ty}`")
        };
        let default = source(variable, "default")
            .map_or_else(|| "required".to_owned(), |value| format!("`{value}`"));
        let _ = writeln!(rows, "| `{name}` | {description} | {short} | {default} |");
    }
    Ok(format!(
        "## Inputs\n\n| name | what it is | type | default |\n|---|---|---|---|\n{rows}{types}"
    ))
}

fn outputs(body: &Body) -> Result<String, Box<dyn Error>> {
    let mut rows = String::new();
    for output in body.get_blocks("output") {
        let name = label(output)?;
        let _ = writeln!(rows, "| `{name}` | {} |", described(output, &name)?);
    }
    Ok(format!(
        "## Outputs\n\n| name | what it is |\n|---|---|\n{}",
        rows.trim_end()
    ))
}

fn label(block: &Block) -> Result<String, Box<dyn Error>> {
    let label = block.labels.first().ok_or("a block has no label")?;
    Ok(label.as_str().to_owned())
}

/// A description in one cell of a table.
fn described(block: &Block, name: &str) -> Result<String, Box<dyn Error>> {
    let description =
        text(block, "description").ok_or_else(|| format!("{name} has no description"))?;
    Ok(description.trim().replace('\n', " ").replace('|', "\\|"))
}

/// An attribute that is a plain text.
fn text(block: &Block, name: &str) -> Option<String> {
    let value = &block.body.get_attribute(name)?.value;
    match value {
        Expression::HeredocTemplate(heredoc) => Some(heredoc.template.to_string()),
        other => other.as_str().map(str::to_owned),
    }
}

/// An attribute as it stands in the file, without the indentation of its block.
fn source(block: &Block, name: &str) -> Option<String> {
    let value = block.body.get_attribute(name)?.value.to_string();
    Some(value.trim().replace("\n  ", "\n"))
}

#[cfg(test)]
mod tests {
    use super::{inputs, outputs};

    #[test]
    fn a_variable_becomes_a_row_and_its_long_type_a_block() {
        let body = "variable \"sites\" {\n  description = \"One | two.\"\n  type = map(object({\n    name = string # said\n  }))\n}\n\nvariable \"on\" {\n  description = \"A switch.\"\n  type        = bool\n  default     = false\n}\n";
        let page = inputs(&body.parse().unwrap()).unwrap();
        assert_eq!(
            page,
            "## Inputs\n\n| name | what it is | type | default |\n|---|---|---|---|\n| `sites` | One \\| two. | [map of objects](#sites) | required |\n| `on` | A switch. | `bool` | `false` |\n\n### `sites`\n\n```hcl\nmap(object({\n  name = string # said\n}))\n```\n"
        );
    }

    #[test]
    fn what_has_no_description_is_an_error() {
        let body = "output \"pairs\" {\n  value = 1\n}\n";
        let error = outputs(&body.parse().unwrap()).unwrap_err().to_string();
        assert_eq!(error, "pairs has no description");
    }
}
