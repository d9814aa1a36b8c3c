//! What a schema must not say: mistakes of the provider's author, which Terraform would refuse or, worse, quietly pass over.

use crate::diagnostic::Diagnostics;
use crate::json;
use crate::path::Path;
use crate::ty::Type;

use super::{Attribute, AttributeKind, AttributeNesting, Block, BlockNesting, Nested, Schema};

/// Names that mean something to Terraform itself in a resource.
const RESERVED: [&str; 7] = [
    "connection",
    "count",
    "depends_on",
    "for_each",
    "lifecycle",
    "provider",
    "provisioner",
];

/// What an attribute stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parent {
    Schema,
    Block,
    Attribute,
}

/// What of many it may be part of; the outermost set counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Among {
    One,
    Collection,
    Set,
}

/// Where an attribute stands, as far as the rules care.
#[derive(Clone, Copy)]
struct Surroundings {
    parent: Parent,
    among: Among,
}

impl Schema {
    /// Finds the mistakes of the schema's author; a test of each schema should see none.
    pub fn check(&self) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let top = Surroundings {
            parent: Parent::Schema,
            among: Among::One,
        };
        check_nested(&self.body, top, &Path::root(), &mut diagnostics);
        diagnostics
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .chars()
            .all(|other| other.is_ascii_lowercase() || other.is_ascii_digit() || other == '_')
}

fn check_nested(
    nested: &Nested,
    surroundings: Surroundings,
    path: &Path,
    diagnostics: &mut Diagnostics,
) {
    let mut wrong = |path: &Path, detail: &str| {
        diagnostics.error_at(
            path.clone(),
            "Mistake in the schema",
            format!("{path}: {detail}"),
        );
    };
    let mut names: Vec<&str> = nested
        .attributes()
        .map(|(name, _)| name)
        .chain(nested.blocks().map(|(name, _)| name))
        .collect();
    for name in &names {
        let here = path.attribute(*name);
        if !is_name(name) {
            wrong(
                &here,
                "a name has lower-case letters, digits and underscores, and begins with a letter",
            );
        }
        if surroundings.parent == Parent::Schema && RESERVED.contains(name) {
            wrong(&here, "Terraform keeps this name for itself");
        }
    }
    names.sort_unstable();
    for pair in names.windows(2) {
        if let [first, second] = pair
            && first == second
        {
            wrong(&path.attribute(*first), "the name stands there twice");
        }
    }
    if surroundings.parent == Parent::Attribute && nested.blocks().next().is_some() {
        wrong(path, "a nested attribute cannot have blocks");
    }
    for (name, attribute) in nested.attributes() {
        let here = path.attribute(name);
        for detail in mistakes(attribute, surroundings) {
            wrong(&here, detail);
        }
        for other in attribute.conflicts() {
            if nested.get(other).is_none() {
                wrong(
                    &here,
                    "it conflicts with an attribute that is not beside it",
                );
            }
        }
    }
    for (name, attribute) in nested.attributes() {
        if let Some((nesting, nested)) = attribute.nested() {
            let own = match nesting {
                AttributeNesting::Single => Among::One,
                AttributeNesting::List | AttributeNesting::Map => Among::Collection,
                AttributeNesting::Set => Among::Set,
            };
            let inside = Surroundings {
                parent: Parent::Attribute,
                among: surroundings.among.max(own),
            };
            check_nested(nested, inside, &path.attribute(name), diagnostics);
        }
    }
    for (name, block) in nested.blocks() {
        check_block(block, surroundings, &path.attribute(name), diagnostics);
    }
}

fn check_block(
    block: &Block,
    surroundings: Surroundings,
    path: &Path,
    diagnostics: &mut Diagnostics,
) {
    let many = matches!(block.nesting(), BlockNesting::List | BlockNesting::Set);
    let once = block.nesting() == BlockNesting::Single && block.min() <= 1 && block.max() <= 1;
    let unlimited = block.min() == 0 && block.max() == 0;
    if !many && !once && !unlimited {
        diagnostics.error_at(
            path.clone(),
            "Mistake in the schema",
            format!("{path}: only lists and sets of blocks count their items"),
        );
    }
    let own = match block.nesting() {
        BlockNesting::Single | BlockNesting::Group => Among::One,
        BlockNesting::List | BlockNesting::Map => Among::Collection,
        BlockNesting::Set => Among::Set,
    };
    let inside = Surroundings {
        parent: Parent::Block,
        among: surroundings.among.max(own),
    };
    check_nested(block.body(), inside, path, diagnostics);
}

fn mistakes(attribute: &Attribute, surroundings: Surroundings) -> Vec<&'static str> {
    let mut found = Vec::new();
    let mut when = |condition: bool, detail: &'static str| {
        if condition {
            found.push(detail);
        }
    };
    if let Some(default) = attribute.default_value() {
        let optional_computed = attribute.is_optional() && attribute.is_computed();
        when(
            !optional_computed,
            "only an optional and computed attribute may have a default",
        );
        when(
            json::encode(default, &attribute.ty()).is_err(),
            "the default is not of the attribute's type",
        );
        when(default.is_null(), "a default of null is none");
    }
    let plain = match attribute.kind() {
        AttributeKind::Plain(ty) => Some(ty),
        AttributeKind::Nested(..) => None,
    };
    let open = plain.is_some_and(Type::has_dynamic);
    when(
        open && (surroundings.among != Among::One || holds_open_elements(plain)),
        "a collection cannot hold an open type",
    );
    when(
        !attribute.allowed().is_empty() && !plain.is_some_and(holds_text),
        "allowed texts need an attribute of strings",
    );
    when(
        attribute.is_write_only() && attribute.is_computed(),
        "what the provider computes cannot be write-only",
    );
    when(
        attribute.is_write_only() && surroundings.among == Among::Set,
        "a set cannot hold a write-only attribute",
    );
    when(
        attribute.replace_condition().is_some() && surroundings.among == Among::Set,
        "a replacement cannot be asked for inside a set: ask for it at the set",
    );
    when(
        attribute.replace_condition().is_some() && attribute.is_write_only(),
        "a write-only attribute is never seen to change",
    );
    when(
        attribute.replace_condition().is_some()
            && !attribute.is_optional()
            && !attribute.is_required(),
        "only what the user can set takes a replacement when planned",
    );
    when(
        attribute.uses_state_for_unknown() && !attribute.is_computed(),
        "only a computed attribute is ever unknown of itself",
    );
    found
}

fn holds_text(ty: &Type) -> bool {
    match ty {
        Type::String | Type::Dynamic => true,
        Type::List(element) | Type::Set(element) | Type::Map(element) => holds_text(element),
        _ => false,
    }
}

fn holds_open_elements(ty: Option<&Type>) -> bool {
    match ty {
        Some(Type::List(element) | Type::Set(element) | Type::Map(element)) => {
            element.has_dynamic()
        }
        Some(Type::Object(attributes)) => {
            attributes.values().any(|ty| holds_open_elements(Some(ty)))
        }
        Some(Type::Tuple(elements)) => elements.iter().any(|ty| holds_open_elements(Some(ty))),
        _ => false,
    }
}
