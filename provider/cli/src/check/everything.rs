//! What comes of the inputs: each is looked at or rehearsed, by the sites of its own provider blocks.

use std::collections::BTreeSet;

use terraform_provider_crr::stated::Kind;

use super::inputs::Source;
use super::look::How;
use super::report::{Item, SiteFacts};
use super::sensitive::Sensitive;
use super::{Arguments, finding, look, simulate, sites};

/// What came of the inputs.
#[derive(Debug, Default)]
pub struct Everything {
    /// Every item.
    pub items: Vec<Item>,
    /// The sites that answered.
    pub sites: BTreeSet<SiteFacts>,
    /// What is worth knowing of the whole.
    pub notes: BTreeSet<String>,
}

impl Everything {
    /// Adds what came of another input.
    pub fn extend(&mut self, other: Self) {
        self.items.extend(other.items);
        self.sites.extend(other.sites);
        self.notes.extend(other.notes);
    }

    /// Says of everything which input it is of.
    pub fn is_of(&mut self, file: &str) {
        for item in &mut self.items {
            item.input = Some(file.to_owned());
        }
        let named = |mut site: SiteFacts| {
            site.input = Some(file.to_owned());
            site
        };
        self.sites = std::mem::take(&mut self.sites)
            .into_iter()
            .map(named)
            .collect();
    }
}

/// Looks at what one input says should be, or rehearses it.
///
/// # Errors
///
/// Where there is nothing to look at, or its sites are not described as they should be.
pub async fn of_source(
    source: Source,
    sites: Option<&serde_json::Value>,
    arguments: &Arguments,
    how: &How,
) -> Result<Everything, String> {
    let is_rehearsal = arguments.simulate.is_some();
    let is_to_look_at = |kind| !is_rehearsal || kind != Kind::Site;
    let mut kinds = source
        .document
        .resources
        .iter()
        .map(|resource| resource.kind);
    // Whatever `--only` asks for: it may be of another input.
    if !arguments.allow_empty && !kinds.any(is_to_look_at) {
        return Err(nothing(&source.input.file, is_rehearsal));
    }
    let mut found = Everything {
        notes: source.document.notes.clone(),
        ..Everything::default()
    };
    if sites.is_none_or(|block| block.get("default_tags").is_none()) {
        found
            .notes
            .extend(source.document.tags_untold.iter().cloned());
    }
    // Each provider block reaches its sites in its own way.
    for (of_document, resources) in source.document.by_block() {
        let mut block = sites::block(sites.cloned(), of_document, &resources);
        if let (Some(calls), Some(members)) = (arguments.concurrency, block.as_object_mut()) {
            members.insert("max_concurrency".to_owned(), calls.into());
        }
        let runtime = terraform_provider_crr::stated::runtime(&block, env!("CARGO_PKG_VERSION"))
            .map_err(|diagnostics| {
                let whose = match &arguments.sites {
                    Some(path) => format!("--sites {}", path.display()),
                    None => format!("{}: how its sites are reached", source.input.file),
                };
                format!("{whose}: {}", finding::first_with_path(&diagnostics))
            })?;
        let mut items = if let Some(simulator) = arguments.simulate {
            let rehearsed = simulate::simulate(&runtime, &resources, how, simulator).await;
            found.notes.extend(rehearsed.notes);
            rehearsed.items
        } else {
            let looked = look::look(&runtime, &resources, how).await;
            found.sites.extend(looked.sites);
            looked.items
        };
        let sensitive = Sensitive::of(&resources);
        for item in &mut items {
            sensitive.hide(item);
        }
        found.items.extend(items);
    }
    Ok(found)
}

/// That an input has nothing to look at: the wrong folder or workspace would be in sync for ever.
fn nothing(file: &str, is_rehearsal: bool) -> String {
    let input = if file == "-" { "standard input" } else { file };
    let what = if is_rehearsal {
        "it has no crr_pair or crr_echo_mode to rehearse"
    } else {
        "it has no crr_site, crr_pair or crr_echo_mode"
    };
    format!(
        "{input}: nothing to look at: {what}. Is it of the right folder and workspace? Where there may be nothing, say --allow-empty"
    )
}
