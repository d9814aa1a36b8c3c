//! The schema of `toy_box`: nested attributes of every kind, and a block.

use tfplugin::{Attribute, Block, Nested, Schema, Type};

/// Version 1; in version 0 the name was called `title`.
pub fn schema() -> Schema {
    let lid = Nested::new()
        .attribute(
            "color",
            Attribute::string().required().describe("Its color."),
        )
        .attribute(
            "weight",
            Attribute::number().computed().describe("Its weight."),
        );
    let sticker = Nested::new().attribute(
        "text",
        Attribute::string().required().describe("What it says."),
    );
    let handle = Nested::new().attribute("side", Attribute::string().required().describe("Where."));
    Schema::new(1)
        .describe("A box.")
        .attribute(
            "id",
            Attribute::string()
                .computed()
                .use_state_for_unknown()
                .describe("Its ID."),
        )
        .attribute(
            "name",
            Attribute::string()
                .required()
                .requires_replace()
                .describe("Its name."),
        )
        .attribute("size", Attribute::number().optional().describe("Its size."))
        .attribute(
            "shape",
            Attribute::string()
                .optional_computed()
                .default("cube")
                .one_of(&["cube", "ball"])
                .describe("Its shape."),
        )
        .attribute(
            "serial",
            Attribute::string()
                .computed()
                .describe("Changes with each change."),
        )
        .attribute(
            "labels",
            Attribute::map(Type::String).optional().describe("Labels."),
        )
        .attribute(
            "anything",
            Attribute::dynamic().optional().describe("Anything."),
        )
        .attribute(
            "secret",
            Attribute::string()
                .optional()
                .write_only()
                .describe("Never kept."),
        )
        .attribute(
            "secret_length",
            Attribute::number()
                .computed()
                .describe("All that is known of it."),
        )
        .attribute(
            "lid",
            Attribute::single(lid).optional().describe("The lid."),
        )
        .attribute(
            "compartments",
            Attribute::nested_map(compartment())
                .optional()
                .describe("By name."),
        )
        .attribute(
            "drawers",
            Attribute::nested_list(compartment())
                .optional()
                .describe("In order."),
        )
        .attribute(
            "stickers",
            Attribute::nested_set(sticker)
                .optional()
                .describe("In no order."),
        )
        .attribute(
            "behavior",
            Attribute::string()
                .optional()
                .describe("How it misbehaves."),
        )
        .block("handle", Block::list(handle).describe("Handles."))
}

/// What one part of a box is.
fn compartment() -> Nested {
    Nested::new()
        .attribute(
            "holds",
            Attribute::string().required().describe("What is in it."),
        )
        .attribute(
            "order",
            Attribute::number().computed().describe("Which one it is."),
        )
}
