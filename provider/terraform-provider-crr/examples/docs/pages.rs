//! Every generated page by its path.

// Writing to a String cannot fail, hence `let _` below.
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use terraform_provider_crr::Crr;
use tfplugin::{Provider, Schema};

use crate::{attributes, functions, modules, permissions};

const CREDENTIALS: &str = include_str!("credentials.md");
const GUIDES: &str = include_str!("guides.md");

/// The pages.
pub fn all(root: &Path) -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    let provider = Crr::default();
    let mut pages = BTreeMap::new();
    pages.insert("docs/index.md".to_owned(), index(root, &provider.schema())?);
    for (name, resource) in provider.resources() {
        // A resource of two names has one page, under the first.
        if pages.contains_key(&path("resources", name)) {
            continue;
        }
        let page = Page {
            kind: "Resource",
            name,
            examples: root.join("examples/resources").join(name),
            file: "resource.tf",
        };
        let mut text = page.of(&resource.schema())?;
        text.push_str(&page.import(resource.identity().as_ref())?);
        pages.insert(path("resources", name), text);
    }
    for (name, source) in provider.data_sources() {
        let page = Page {
            kind: "Data Source",
            name,
            examples: root.join("examples/data-sources").join(name),
            file: "data-source.tf",
        };
        pages.insert(path("data-sources", name), page.of(&source.schema())?);
    }
    for (name, function) in provider.functions() {
        let example = read(
            &root
                .join("examples/functions")
                .join(name)
                .join("function.tf"),
        )?;
        pages.insert(
            path("functions", name),
            functions::page(name, &function.signature(), &example),
        );
    }
    for folder in modules::folders(root)? {
        pages.insert(format!("{folder}/README.md"), modules::page(root, &folder)?);
    }
    Ok(pages)
}

/// Where the registry looks for a page: without the provider's name.
fn path(folder: &str, name: &str) -> String {
    format!(
        "docs/{folder}/{}.md",
        name.strip_prefix("crr_").unwrap_or(name)
    )
}

/// The text of a file, with its path in the error.
pub fn read(path: &Path) -> Result<String, Box<dyn Error>> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(text.trim_end().to_owned())
}

/// The lines between `---` at the head of a page, from which the registry makes its menu.
pub fn front_matter(title: &str, description: &str) -> String {
    let first = description.split("\n\n").next().unwrap_or_default();
    format!("---\npage_title: \"{title}\"\nsubcategory: \"\"\ndescription: |-\n  {first}\n---\n\n")
}

fn index(root: &Path, schema: &Schema) -> Result<String, Box<dyn Error>> {
    let example = read(&root.join("examples/provider/provider.tf"))?;
    let policy = read(&root.join(permissions::POLICY))?;
    Ok(format!(
        "{}# crr Provider\n\n{}\n\n{}\n\n## Example Usage\n\n```terraform\n{example}\n```\n\n{}\n\n{}\n\n{}",
        front_matter("crr Provider", schema.description()),
        schema.description(),
        GUIDES.trim_end(),
        CREDENTIALS.trim_end(),
        permissions::section(&policy)?,
        attributes::section(schema.body()),
    ))
}

/// What differs between the page of a resource and that of a data source.
struct Page<'a> {
    kind: &'a str,
    name: &'a str,
    examples: std::path::PathBuf,
    file: &'a str,
}

impl Page<'_> {
    fn of(&self, schema: &Schema) -> Result<String, Box<dyn Error>> {
        let example = read(&self.examples.join(self.file))?;
        let deprecation = schema.deprecation().map_or_else(String::new, |instead| {
            format!("~> **Deprecated.** {instead}\n\n")
        });
        Ok(format!(
            "{}# {} ({})\n\n{deprecation}{}\n\n## Example Usage\n\n```terraform\n{example}\n```\n\n{}",
            front_matter(
                &format!("{} {} - crr", self.name, self.kind),
                schema.description()
            ),
            self.name,
            self.kind,
            schema.description().trim_end(),
            attributes::section(schema.body()),
        ))
    }

    fn import(
        &self,
        identity: Option<&tfplugin::IdentitySchema>,
    ) -> Result<String, Box<dyn Error>> {
        let shell = read(&self.examples.join("import.sh"))?;
        let block = read(&self.examples.join("import.tf"))?;
        let mut text = format!(
            "\n## Import\n\nOn the command line:\n\n```shell\n{shell}\n```\n\nWith an `import` block (Terraform 1.5 and later):\n\n```terraform\n{block}\n```\n",
        );
        if let Some(identity) = identity {
            let block = read(&self.examples.join("import-by-identity.tf"))?;
            let _ = write!(
                text,
                "\nBy identity (Terraform 1.12 and later):\n\n```terraform\n{block}\n```\n\n{}",
                attributes::identity(identity)
            );
        }
        Ok(text)
    }
}
