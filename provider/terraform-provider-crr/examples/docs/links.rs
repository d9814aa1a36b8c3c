//! What is looked at in pages written by hand: front matter of guides, and links that lead nowhere.

use std::error::Error;
use std::fs;
use std::path::Path;

use crate::pages::read;

/// Where pages are.
const FOLDERS: [&str; 7] = [
    ".",
    "docs",
    "docs/guides",
    "docs/resources",
    "docs/data-sources",
    "docs/functions",
    "docs/design",
];

/// A line for each fault.
pub fn faults(root: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut faults = Vec::new();
    let modules = crate::modules::folders(root)?;
    let by_name = modules.iter().map(String::as_str);
    for folder in FOLDERS
        .into_iter()
        .chain(["docs/design/decisions"])
        .chain(by_name)
    {
        let mut names: Vec<String> = fs::read_dir(root.join(folder))
            .map_err(|error| format!("{folder}: {error}"))?
            .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
            .filter(|name| name.to_lowercase().ends_with(".md"))
            .collect();
        names.sort();
        for name in names {
            let text = read(&root.join(folder).join(&name))?;
            if folder == "docs/guides" && !text.starts_with("---\npage_title: \"") {
                faults.push(format!("{folder}/{name}: no front matter with page_title, so the registry has no title for it"));
            }
            for target in targets(&text) {
                let file = target.split('#').next().unwrap_or_default();
                if !file.is_empty() && !root.join(folder).join(file).exists() {
                    faults.push(format!(
                        "{folder}/{name}: the link to {target} leads nowhere"
                    ));
                }
            }
        }
    }
    Ok(faults)
}

/// The targets of links within the tree.
fn targets(text: &str) -> Vec<&str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')').map(|(target, _)| target))
        .filter(|target| !target.contains("://") && !target.contains(' ') && !target.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::targets;

    #[test]
    fn only_links_within_the_tree_are_followed() {
        let text = "a [page](docs/index.md#x), a [site](https://aws.amazon.com), [below](#here)";
        assert_eq!(targets(text), ["docs/index.md#x", "#here"]);
    }
}
