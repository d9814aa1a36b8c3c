//! The section "Schema": every attribute, in the registry's form.

// Writing to a String cannot fail, hence `let _` below.
use std::fmt::Write;

use tfplugin::{
    Attribute, AttributeKind, AttributeNesting, Block, BlockNesting, IdentitySchema, Nested, Type,
    Value,
};

/// A group of attributes on a page, and which belong to it.
type Group = (&'static str, fn(&Attribute) -> bool);

const GROUPS: [Group; 3] = [
    ("Required", |attribute| attribute.is_required()),
    ("Optional", |attribute| attribute.is_optional()),
    ("Read-Only", |attribute| {
        !attribute.is_required() && !attribute.is_optional()
    }),
];

/// The section of a schema's inside, with the nested schemas after it.
pub fn section(body: &Nested) -> String {
    let mut text = "## Schema\n".to_owned();
    let mut nested = Vec::new();
    for (title, belongs) in GROUPS {
        let lines = lines(body, belongs, &[], &mut nested);
        if !lines.is_empty() {
            let _ = write!(text, "\n### {title}\n\n{lines}");
        }
    }
    let top = blocks(body, &[], &mut nested);
    if !top.is_empty() {
        let _ = write!(text, "\n### Blocks\n\n{top}");
    }
    // Depth first, as a reader who follows the links comes by.
    nested.reverse();
    while let Some((path, inside)) = nested.pop() {
        let name = path.join(".");
        let _ = write!(
            text,
            "\n<a id=\"{}\"></a>\n### Nested Schema for `{name}`\n",
            anchor(&path)
        );
        let mut deeper = Vec::new();
        for (title, belongs) in GROUPS {
            let lines = lines(inside, belongs, &path, &mut deeper);
            if !lines.is_empty() {
                let _ = write!(text, "\n{title}:\n\n{lines}");
            }
        }
        let inner = blocks(inside, &path, &mut deeper);
        if !inner.is_empty() {
            let _ = write!(text, "\nBlocks:\n\n{inner}");
        }
        deeper.reverse();
        nested.extend(deeper);
    }
    text
}

/// The attributes by which an import names a resource.
pub fn identity(schema: &IdentitySchema) -> String {
    let mut text = String::new();
    for (title, required) in [("Required", true), ("Optional", false)] {
        let mut lines = String::new();
        for (name, attribute) in schema
            .attributes()
            .filter(|(_, a)| a.is_required_for_import() == required)
        {
            let _ = writeln!(
                lines,
                "- `{name}` ({}) {}",
                type_name(attribute.ty()),
                attribute.description()
            );
        }
        if !lines.is_empty() {
            let _ = write!(text, "### Identity Schema\n\n#### {title}\n\n{lines}");
        }
    }
    text
}

fn anchor(path: &[String]) -> String {
    format!("nestedatt--{}", path.join("--"))
}

fn below(parent: &[String], name: &str) -> Vec<String> {
    parent.iter().cloned().chain([name.to_owned()]).collect()
}

fn lines<'a>(
    body: &'a Nested,
    belongs: fn(&Attribute) -> bool,
    parent: &[String],
    nested: &mut Vec<(Vec<String>, &'a Nested)>,
) -> String {
    let mut attributes: Vec<(&str, &Attribute)> =
        body.attributes().filter(|(_, a)| belongs(a)).collect();
    attributes.sort_by_key(|(name, _)| *name);
    let mut text = String::new();
    for (name, attribute) in attributes {
        text.push_str(&line(name, attribute));
        if let Some((_, inside)) = attribute.nested() {
            let path = below(parent, name);
            let _ = write!(text, " (see [below for nested schema](#{}))", anchor(&path));
            nested.push((path, inside));
        }
        text.push('\n');
    }
    text
}

fn blocks<'a>(
    body: &'a Nested,
    parent: &[String],
    nested: &mut Vec<(Vec<String>, &'a Nested)>,
) -> String {
    let mut text = String::new();
    for (name, block) in body.blocks() {
        let path = below(parent, name);
        let _ = writeln!(
            text,
            "- `{name}` ({}) {} (see [below for nested schema](#{}))",
            block_name(block),
            block.description(),
            anchor(&path)
        );
        nested.push((path, block.body()));
    }
    text
}

fn line(name: &str, attribute: &Attribute) -> String {
    let mut kind = match attribute.kind() {
        AttributeKind::Plain(ty) => type_name(ty),
        AttributeKind::Nested(AttributeNesting::Single, _) => "Attributes".to_owned(),
        AttributeKind::Nested(AttributeNesting::List, _) => "Attributes List".to_owned(),
        AttributeKind::Nested(AttributeNesting::Set, _) => "Attributes Set".to_owned(),
        AttributeKind::Nested(AttributeNesting::Map, _) => "Attributes Map".to_owned(),
    };
    for (holds, mark) in [
        (attribute.is_sensitive(), ", Sensitive"),
        (attribute.is_write_only(), ", Write-only"),
        (attribute.deprecation().is_some(), ", Deprecated"),
    ] {
        if holds {
            kind.push_str(mark);
        }
    }
    let description = attribute.description().trim();
    let mut sentences = vec![description.to_owned()];
    if !attribute.allowed().is_empty() {
        sentences.push(format!("One of {}.", quoted(attribute.allowed())));
    }
    // Where the description has it in its own words, it is not said twice.
    if let Some(default) = attribute
        .default_value()
        .filter(|_| !description.contains("Default:"))
    {
        sentences.push(format!("Default: `{}`.", literal(default)));
    }
    if !attribute.conflicts().is_empty() {
        sentences.push(format!(
            "Not together with {}.",
            quoted(attribute.conflicts())
        ));
    }
    if attribute.replace_condition().is_some() {
        sentences.push("Changing this forces a replacement.".to_owned());
    }
    if let Some(instead) = attribute.deprecation() {
        sentences.push(instead.to_owned());
    }
    sentences.retain(|sentence| !sentence.is_empty());
    format!("- `{name}` ({kind}) {}", sentences.join(" "))
        .trim_end()
        .to_owned()
}

fn quoted(names: &[String]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn literal(value: &Value) -> String {
    match value {
        Value::Bool(on) => on.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        // No default of this provider is a collection; shown as it is, one would be noticed in review.
        other => format!("{other:?}"),
    }
}

fn block_name(block: &Block) -> &'static str {
    match block.nesting() {
        BlockNesting::Single | BlockNesting::Group => "Block",
        BlockNesting::List => "Block List",
        BlockNesting::Set => "Block Set",
        BlockNesting::Map => "Block Map",
    }
}

/// A type in the registry's words.
pub fn type_name(ty: &Type) -> String {
    match ty {
        Type::Bool => "Boolean".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::String => "String".to_owned(),
        Type::Dynamic => "Dynamic".to_owned(),
        Type::List(of) => format!("List of {}", type_name(of)),
        Type::Set(of) => format!("Set of {}", type_name(of)),
        Type::Map(of) => format!("Map of {}", type_name(of)),
        Type::Tuple(_) => "Tuple".to_owned(),
        Type::Object(_) => "Object".to_owned(),
    }
}
