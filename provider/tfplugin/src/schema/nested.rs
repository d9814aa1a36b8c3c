//! The inside of a schema, a block or a nested attribute: attributes and blocks, in order.

use crate::ty::Type;

use super::{Attribute, Block};

/// Attributes, and in a block nested blocks too, in the order they were added.
#[derive(Debug, Clone, Default)]
pub struct Nested {
    attributes: Vec<(String, Attribute)>,
    blocks: Vec<(String, Block)>,
}

impl Nested {
    /// Nothing in it yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>, attribute: Attribute) -> Self {
        self.attributes.push((name.into(), attribute));
        self
    }

    /// Adds a nested block; only the inside of a schema or a block may have them.
    #[must_use]
    pub fn block(mut self, name: impl Into<String>, block: Block) -> Self {
        self.blocks.push((name.into(), block));
        self
    }

    /// The attributes, in order.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &Attribute)> {
        self.attributes
            .iter()
            .map(|(name, attribute)| (name.as_str(), attribute))
    }

    /// The blocks, in order.
    pub fn blocks(&self) -> impl Iterator<Item = (&str, &Block)> {
        self.blocks
            .iter()
            .map(|(name, block)| (name.as_str(), block))
    }

    /// The attribute of that name.
    pub fn get(&self, name: &str) -> Option<&Attribute> {
        self.attributes()
            .find(|(candidate, _)| *candidate == name)
            .map(|(_, attribute)| attribute)
    }

    /// The type of one such object.
    pub fn ty(&self) -> Type {
        let attributes = self
            .attributes
            .iter()
            .map(|(name, attribute)| (name.clone(), attribute.ty()));
        let blocks = self
            .blocks
            .iter()
            .map(|(name, block)| (name.clone(), block.ty()));
        Type::Object(attributes.chain(blocks).collect())
    }
}
