//! Where in the configuration a resource is declared: neither a state nor a plan says.

use std::collections::BTreeMap;
use std::path::Path;

use super::report::Declared;

/// The blocks of a root module's files: `resource TYPE.NAME` and `module NAME`, and where each begins.
#[derive(Debug, Default)]
pub struct Blocks(BTreeMap<String, Declared>);

impl Blocks {
    /// Reads the `*.tf` files of a folder. A folder that cannot be read has none: it only helps to find things.
    pub fn scan(folder: &Path) -> Self {
        let mut blocks = BTreeMap::new();
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.extension().is_none_or(|extension| extension != "tf") {
                continue;
            }
            let Ok(text) = std::fs::read_to_string(&path) else {
                continue;
            };
            let file = path
                .strip_prefix(".")
                .unwrap_or(&path)
                .display()
                .to_string();
            for (name, line) in blocks_of(&text) {
                let declared = Declared {
                    file: file.clone(),
                    line,
                };
                blocks.insert(name, declared);
            }
        }
        Self(blocks)
    }

    /// Where the resource of an address is declared; of one in a module, where the module is called.
    pub fn of(&self, address: &str) -> Option<Declared> {
        let head = address.split('[').next().unwrap_or(address);
        let mut parts = head.split('.');
        let (first, second) = (parts.next()?, parts.next()?);
        self.0.get(&format!("{first}.{second}")).cloned()
    }
}

/// `TYPE.NAME` or `module.NAME` of each block that begins on a line of its own, and the line.
fn blocks_of(text: &str) -> impl Iterator<Item = (String, usize)> {
    text.lines().enumerate().filter_map(|(index, line)| {
        let mut words = line.split('"').map(str::trim);
        let name = match words.next()? {
            "resource" => {
                let kind = words.next()?;
                let _between = words.next()?;
                format!("{kind}.{}", words.next()?)
            }
            "module" => format!("module.{}", words.next()?),
            _ => return None,
        };
        Some((name, index + 1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_and_calls_of_modules_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let text = "# resource \"crr_pair\" \"no\"\n\nresource \"crr_pair\" \"orders\" {\n}\n  module \"vault\" {\n}\n";
        std::fs::write(folder.path().join("main.tf"), text).unwrap();
        std::fs::write(folder.path().join("notes.txt"), text).unwrap();
        let blocks = Blocks::scan(folder.path());
        let line = |address: &str| blocks.of(address).map(|declared| declared.line);
        assert_eq!(line("crr_pair.orders"), Some(3));
        assert_eq!(line("crr_pair.orders[\"a.b\"]"), Some(3));
        assert_eq!(line("module.vault.crr_pair.orders"), Some(5));
        assert_eq!(line("module.vault[0].crr_pair.orders"), Some(5));
        assert_eq!(line("crr_pair.no"), None);
        assert!(
            blocks
                .of("crr_pair.orders")
                .unwrap()
                .file
                .ends_with("main.tf")
        );
    }
}
