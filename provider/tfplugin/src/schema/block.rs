//! Nested blocks. New schemas do better with nested attributes; blocks are there for what must be written as a block.

use crate::ty::Type;

use super::Nested;

/// How often a block may stand, and what its values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlockNesting {
    /// Once or not at all: an object or null.
    Single,
    /// Any number, in order.
    List,
    /// Any number, in no order.
    Set,
    /// Any number, each with a label.
    Map,
    /// Once; where it is left out, all its attributes are null.
    Group,
}

/// A nested block.
#[derive(Debug, Clone)]
pub struct Block {
    nesting: BlockNesting,
    body: Nested,
    description: String,
    deprecation: Option<String>,
    min_items: u32,
    max_items: u32,
}

impl Block {
    fn new(nesting: BlockNesting, body: Nested) -> Self {
        Self {
            nesting,
            body,
            description: String::new(),
            deprecation: None,
            min_items: 0,
            max_items: 0,
        }
    }

    /// A block that stands once or not at all.
    pub fn single(body: Nested) -> Self {
        Self::new(BlockNesting::Single, body)
    }

    /// Blocks in order.
    pub fn list(body: Nested) -> Self {
        Self::new(BlockNesting::List, body)
    }

    /// Blocks in no order.
    pub fn set(body: Nested) -> Self {
        Self::new(BlockNesting::Set, body)
    }

    /// Blocks by label.
    pub fn map(body: Nested) -> Self {
        Self::new(BlockNesting::Map, body)
    }

    /// A block that is always there, if only with nulls.
    pub fn group(body: Nested) -> Self {
        Self::new(BlockNesting::Group, body)
    }

    /// The manual, in Markdown.
    #[must_use]
    pub fn describe(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Marks it as deprecated, and says what to use in its place.
    #[must_use]
    pub fn deprecated(mut self, instead: impl Into<String>) -> Self {
        self.deprecation = Some(instead.into());
        self
    }

    /// At least so many (list and set; 1 makes a single block required).
    #[must_use]
    pub fn min_items(mut self, count: u32) -> Self {
        self.min_items = count;
        self
    }

    /// At most so many (list and set); 0 is no limit.
    #[must_use]
    pub fn max_items(mut self, count: u32) -> Self {
        self.max_items = count;
        self
    }

    /// How often it may stand.
    pub fn nesting(&self) -> BlockNesting {
        self.nesting
    }

    /// What is in it.
    pub fn body(&self) -> &Nested {
        &self.body
    }

    /// The manual, in Markdown.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// What to use in its place, when deprecated.
    pub fn deprecation(&self) -> Option<&str> {
        self.deprecation.as_deref()
    }

    /// The least number of blocks, as the wire has it.
    pub fn min(&self) -> u32 {
        self.min_items
    }

    /// The greatest number of blocks, as the wire has it: 0 is no limit.
    pub fn max(&self) -> u32 {
        self.max_items
    }

    /// The type of its values.
    pub fn ty(&self) -> Type {
        let object = self.body.ty();
        match self.nesting {
            BlockNesting::Single | BlockNesting::Group => object,
            BlockNesting::List => Type::list(object),
            BlockNesting::Set => Type::set(object),
            BlockNesting::Map => Type::map(object),
        }
    }
}
