//! Schemas for the wire.

use crate::proto::tfplugin6 as wire;
use crate::{
    Attribute, AttributeKind, AttributeNesting, Block, BlockNesting, IdentitySchema, Nested,
    Parameter, Schema, Signature, Type,
};

const MARKDOWN: i32 = wire::StringKind::Markdown as i32;

pub(super) fn schema(schema: &Schema) -> wire::Schema {
    let deprecation = schema.deprecation();
    wire::Schema {
        version: schema.version(),
        block: Some(wire::schema::Block {
            version: schema.version(),
            ..body(schema.body(), schema.description(), deprecation)
        }),
    }
}

fn body(nested: &Nested, description: &str, deprecation: Option<&str>) -> wire::schema::Block {
    wire::schema::Block {
        version: 0,
        attributes: attributes(nested),
        block_types: nested
            .blocks()
            .map(|(name, inner)| block(name, inner))
            .collect(),
        description: description.to_owned(),
        description_kind: MARKDOWN,
        deprecated: deprecation.is_some(),
        deprecation_message: deprecation.unwrap_or_default().to_owned(),
        computed: false,
    }
}

fn attributes(nested: &Nested) -> Vec<wire::schema::Attribute> {
    nested
        .attributes()
        .map(|(name, inner)| attribute(name, inner))
        .collect()
}

fn attribute(name: &str, attribute: &Attribute) -> wire::schema::Attribute {
    // Either the one or the other: Terraform refuses a schema that sets both.
    let (ty, nested_type) = match attribute.kind() {
        AttributeKind::Plain(plain) => (type_bytes(plain), None),
        AttributeKind::Nested(nesting, nested) => (Vec::new(), Some(object(*nesting, nested))),
    };
    wire::schema::Attribute {
        name: name.to_owned(),
        r#type: ty,
        nested_type,
        description: attribute.description().to_owned(),
        required: attribute.is_required(),
        optional: attribute.is_optional(),
        computed: attribute.is_computed(),
        sensitive: attribute.is_sensitive(),
        description_kind: MARKDOWN,
        deprecated: attribute.deprecation().is_some(),
        write_only: attribute.is_write_only(),
        deprecation_message: attribute.deprecation().unwrap_or_default().to_owned(),
    }
}

fn object(nesting: AttributeNesting, nested: &Nested) -> wire::schema::Object {
    use wire::schema::object::NestingMode;
    let nesting = match nesting {
        AttributeNesting::Single => NestingMode::Single,
        AttributeNesting::List => NestingMode::List,
        AttributeNesting::Set => NestingMode::Set,
        AttributeNesting::Map => NestingMode::Map,
    };
    wire::schema::Object {
        attributes: attributes(nested),
        nesting: nesting.into(),
        min_items: 0,
        max_items: 0,
    }
}

fn block(name: &str, block: &Block) -> wire::schema::NestedBlock {
    use wire::schema::nested_block::NestingMode;
    let nesting = match block.nesting() {
        BlockNesting::Single => NestingMode::Single,
        BlockNesting::List => NestingMode::List,
        BlockNesting::Set => NestingMode::Set,
        BlockNesting::Map => NestingMode::Map,
        BlockNesting::Group => NestingMode::Group,
    };
    wire::schema::NestedBlock {
        type_name: name.to_owned(),
        block: Some(body(block.body(), block.description(), block.deprecation())),
        nesting: nesting.into(),
        min_items: block.min().into(),
        max_items: block.max().into(),
    }
}

pub(super) fn identity(schema: &IdentitySchema) -> wire::ResourceIdentitySchema {
    wire::ResourceIdentitySchema {
        version: schema.version(),
        identity_attributes: schema
            .attributes()
            .map(
                |(name, attribute)| wire::resource_identity_schema::IdentityAttribute {
                    name: name.to_owned(),
                    r#type: type_bytes(attribute.ty()),
                    required_for_import: attribute.is_required_for_import(),
                    optional_for_import: !attribute.is_required_for_import(),
                    description: attribute.description().to_owned(),
                },
            )
            .collect(),
    }
}

pub(super) fn signature(signature: &Signature) -> wire::Function {
    wire::Function {
        parameters: signature.parameters.iter().map(parameter).collect(),
        variadic_parameter: signature.variadic.as_ref().map(parameter),
        r#return: Some(wire::function::Return {
            r#type: type_bytes(&signature.returns),
        }),
        summary: signature.summary.clone(),
        description: signature.description.clone(),
        description_kind: MARKDOWN,
        deprecation_message: signature.deprecation.clone().unwrap_or_default(),
    }
}

fn parameter(parameter: &Parameter) -> wire::function::Parameter {
    wire::function::Parameter {
        name: parameter.name.clone(),
        r#type: type_bytes(&parameter.ty),
        allow_null_value: parameter.allow_null,
        allow_unknown_values: parameter.allow_unknown,
        description: parameter.description.clone(),
        description_kind: MARKDOWN,
    }
}

/// A type constraint in its JSON form.
fn type_bytes(ty: &Type) -> Vec<u8> {
    ty.to_json()
}
