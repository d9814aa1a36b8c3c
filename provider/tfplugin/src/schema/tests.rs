use super::*;
use crate::value::Value;

fn mistakes(schema: &Schema) -> Vec<String> {
    schema
        .check()
        .into_iter()
        .map(|mistake| mistake.detail)
        .collect()
}

#[test]
fn the_type_has_attributes_and_blocks() {
    let inner = || Nested::new().attribute("a", Attribute::string().required());
    let schema = Schema::new(3)
        .attribute("one", Attribute::single(inner()).optional())
        .attribute("many", Attribute::nested_map(inner()).optional())
        .block(
            "list",
            Block::list(inner().block("deep", Block::single(inner()))),
        )
        .block("set", Block::set(inner()).min_items(1));
    let object = || Type::object([("a", Type::String)]);
    let expected = Type::object([
        ("one", object()),
        ("many", Type::map(object())),
        (
            "list",
            Type::list(Type::object([("a", Type::String), ("deep", object())])),
        ),
        ("set", Type::set(object())),
    ]);
    assert_eq!(schema.ty(), expected);
    assert_eq!(mistakes(&schema), Vec::<String>::new());
}

#[test]
fn mistakes_of_the_author_are_found() {
    let schema = Schema::new(0)
        .attribute("Upper", Attribute::string())
        .attribute("count", Attribute::number())
        .attribute("twice", Attribute::string())
        .attribute("twice", Attribute::string())
        .attribute(
            "default_of_optional",
            Attribute::string().optional().default("x"),
        )
        .attribute(
            "default_of_other_type",
            Attribute::string().optional_computed().default(true),
        )
        .attribute("dynamic_list", Attribute::list(Type::Dynamic))
        .attribute(
            "computed_secret",
            Attribute::string().computed().write_only(),
        )
        .attribute("allowed_numbers", Attribute::number().one_of(&["1"]))
        .attribute(
            "kept",
            Attribute::string().optional().use_state_for_unknown(),
        )
        .attribute(
            "conflicts",
            Attribute::string().conflicts_with(&["nothing"]),
        )
        .attribute(
            "set",
            Attribute::nested_set(
                Nested::new()
                    .attribute("replace", Attribute::string().requires_replace())
                    .attribute("secret", Attribute::string().write_only())
                    .block("block", Block::list(Nested::new())),
            ),
        )
        .block("group", Block::group(Nested::new()).min_items(2));
    assert_eq!(
        mistakes(&schema),
        [
            "Upper: a name has lower-case letters, digits and underscores, and begins with a letter",
            "count: Terraform keeps this name for itself",
            "twice: the name stands there twice",
            "default_of_optional: only an optional and computed attribute may have a default",
            "default_of_other_type: the default is not of the attribute's type",
            "dynamic_list: a collection cannot hold an open type",
            "computed_secret: what the provider computes cannot be write-only",
            "allowed_numbers: allowed texts need an attribute of strings",
            "kept: only a computed attribute is ever unknown of itself",
            "conflicts: it conflicts with an attribute that is not beside it",
            "set: a nested attribute cannot have blocks",
            "set.replace: a replacement cannot be asked for inside a set: ask for it at the set",
            "set.secret: a set cannot hold a write-only attribute",
            "group: only lists and sets of blocks count their items",
        ]
    );
}

#[test]
fn a_default_of_the_right_type_is_no_mistake() {
    let schema = Schema::new(0).attribute(
        "a",
        Attribute::bool()
            .optional_computed()
            .default(Value::Bool(true)),
    );
    assert_eq!(mistakes(&schema), Vec::<String>::new());
}
