//! Schemas: what a provider's blocks look like, how they are validated and planned, and the user's manual of each attribute.
//!
//! A schema is made once, with builders, and then only read: by the service (its wire form), by [`crate::plan`] and
//! [`crate::validate`], and by the generator of the documentation.

mod attribute;
mod block;
mod check;
mod identity;
mod nested;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

pub use attribute::{Attribute, AttributeKind, AttributeNesting, Presence};
pub use block::{Block, BlockNesting};
pub use identity::{IdentityAttribute, IdentitySchema};
pub use nested::Nested;

use crate::diagnostic::Diagnostics;
use crate::path::Path;
use crate::ty::Type;
use crate::value::Value;

/// Looks at one known, non-null value at a path, and says what is wrong with it.
pub type Validator = Arc<dyn Fn(&Value, &Path, &mut Diagnostics) + Send + Sync>;

/// Says of a change from one value to another whether it takes a replacement.
pub type ReplaceCondition = Arc<dyn Fn(&Value, &Value) -> bool + Send + Sync>;

/// The schema of a provider block, a resource, a data source and the rest.
#[derive(Clone)]
pub struct Schema {
    version: i64,
    description: String,
    deprecation: Option<String>,
    body: Nested,
    validators: Vec<Validator>,
}

impl Schema {
    /// An empty schema. The version is that of stored state: raise it when old state needs an upgrade.
    pub fn new(version: i64) -> Self {
        Self {
            version,
            description: String::new(),
            deprecation: None,
            body: Nested::new(),
            validators: Vec::new(),
        }
    }

    /// What the block is, in Markdown: the user's manual.
    #[must_use]
    pub fn describe(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Marks the whole as deprecated, and says what to use in its place.
    #[must_use]
    pub fn deprecated(mut self, instead: impl Into<String>) -> Self {
        self.deprecation = Some(instead.into());
        self
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>, attribute: Attribute) -> Self {
        self.body = self.body.attribute(name, attribute);
        self
    }

    /// Adds a nested block.
    #[must_use]
    pub fn block(mut self, name: impl Into<String>, block: Block) -> Self {
        self.body = self.body.block(name, block);
        self
    }

    /// Looks at the whole configuration, which may hold unknowns; runs after the attributes' own validators.
    #[must_use]
    pub fn validate(
        mut self,
        validator: impl Fn(&Value, &Path, &mut Diagnostics) + Send + Sync + 'static,
    ) -> Self {
        self.validators.push(Arc::new(validator));
        self
    }

    /// The version of stored state.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The manual, in Markdown.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// What to use in its place, when deprecated.
    pub fn deprecation(&self) -> Option<&str> {
        self.deprecation.as_deref()
    }

    /// Attributes and blocks, in the order they were added.
    pub fn body(&self) -> &Nested {
        &self.body
    }

    /// The attributes, in the order they were added.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &Attribute)> {
        self.body.attributes()
    }

    /// The nested blocks, in the order they were added.
    pub fn blocks(&self) -> impl Iterator<Item = (&str, &Block)> {
        self.body.blocks()
    }

    /// The validators of the whole.
    pub fn validators(&self) -> &[Validator] {
        &self.validators
    }

    /// The type of its values: an object.
    pub fn ty(&self) -> Type {
        self.body.ty()
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Schema")
            .field("version", &self.version)
            .field("description", &self.description)
            .field("deprecation", &self.deprecation)
            .field("body", &self.body)
            .field("validators", &self.validators.len())
            .finish()
    }
}
