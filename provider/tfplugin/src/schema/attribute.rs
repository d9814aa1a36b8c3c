//! One attribute: its type, who sets it, how it is validated and planned, and its page in the manual.

use std::fmt;
use std::sync::Arc;

use crate::diagnostic::Diagnostics;
use crate::path::Path;
use crate::ty::Type;
use crate::value::Value;

use super::{Nested, ReplaceCondition, Validator};

/// Who sets an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Presence {
    /// The user must.
    Required,
    /// The user may.
    Optional,
    /// The provider does.
    Computed,
    /// The user may, else the provider does (or the default).
    OptionalComputed,
}

/// How often the object of a nested attribute stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttributeNesting {
    /// One object.
    Single,
    /// A list of objects.
    List,
    /// A set of objects.
    Set,
    /// A map of objects.
    Map,
}

/// What an attribute holds.
#[derive(Debug, Clone)]
pub enum AttributeKind {
    /// A value of that type, planned as a whole.
    Plain(Type),
    /// Objects whose attributes have flags, descriptions and plans of their own.
    Nested(AttributeNesting, Nested),
}

/// An attribute of a schema, a block or a nested attribute. Without more, it is optional.
#[derive(Clone)]
pub struct Attribute {
    kind: AttributeKind,
    presence: Presence,
    description: String,
    deprecation: Option<String>,
    sensitive: bool,
    write_only: bool,
    default: Option<Value>,
    one_of: Vec<String>,
    conflicts_with: Vec<String>,
    validators: Vec<Validator>,
    replace: Option<ReplaceCondition>,
    use_state_for_unknown: bool,
}

impl Attribute {
    fn new(kind: AttributeKind) -> Self {
        Self {
            kind,
            presence: Presence::Optional,
            description: String::new(),
            deprecation: None,
            sensitive: false,
            write_only: false,
            default: None,
            one_of: Vec::new(),
            conflicts_with: Vec::new(),
            validators: Vec::new(),
            replace: None,
            use_state_for_unknown: false,
        }
    }

    /// Of any type without flags inside.
    pub fn of(ty: Type) -> Self {
        Self::new(AttributeKind::Plain(ty))
    }

    /// Text.
    pub fn string() -> Self {
        Self::of(Type::String)
    }

    /// True or false.
    pub fn bool() -> Self {
        Self::of(Type::Bool)
    }

    /// A number.
    pub fn number() -> Self {
        Self::of(Type::Number)
    }

    /// A list of a type.
    pub fn list(element: Type) -> Self {
        Self::of(Type::list(element))
    }

    /// A set of a type.
    pub fn set(element: Type) -> Self {
        Self::of(Type::set(element))
    }

    /// A map of a type.
    pub fn map(element: Type) -> Self {
        Self::of(Type::map(element))
    }

    /// An object without flags inside; mostly [`Attribute::single`] serves the user better.
    pub fn object<N: Into<String>>(attributes: impl IntoIterator<Item = (N, Type)>) -> Self {
        Self::of(Type::object(attributes))
    }

    /// Whatever the user writes; the value carries its type.
    pub fn dynamic() -> Self {
        Self::of(Type::Dynamic)
    }

    /// One object with attributes of its own.
    pub fn single(nested: Nested) -> Self {
        Self::new(AttributeKind::Nested(AttributeNesting::Single, nested))
    }

    /// A list of objects with attributes of their own.
    pub fn nested_list(nested: Nested) -> Self {
        Self::new(AttributeKind::Nested(AttributeNesting::List, nested))
    }

    /// A set of objects with attributes of their own. Where users name the elements, a map is better: it plans by key.
    pub fn nested_set(nested: Nested) -> Self {
        Self::new(AttributeKind::Nested(AttributeNesting::Set, nested))
    }

    /// A map of objects with attributes of their own.
    pub fn nested_map(nested: Nested) -> Self {
        Self::new(AttributeKind::Nested(AttributeNesting::Map, nested))
    }

    /// The user must set it.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.presence = Presence::Required;
        self
    }

    /// The user may set it.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.presence = Presence::Optional;
        self
    }

    /// The provider sets it.
    #[must_use]
    pub fn computed(mut self) -> Self {
        self.presence = Presence::Computed;
        self
    }

    /// The user may set it; else the provider does, or the default holds.
    #[must_use]
    pub fn optional_computed(mut self) -> Self {
        self.presence = Presence::OptionalComputed;
        self
    }

    /// The user's manual, in Markdown.
    #[must_use]
    pub fn describe(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Terraform does not show it.
    #[must_use]
    pub fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// Terraform passes it in the configuration and never keeps it.
    #[must_use]
    pub fn write_only(mut self) -> Self {
        self.write_only = true;
        self
    }

    /// Marks it as deprecated, and says what to use in its place.
    #[must_use]
    pub fn deprecated(mut self, instead: impl Into<String>) -> Self {
        self.deprecation = Some(instead.into());
        self
    }

    /// What holds where the user sets nothing. Terraform lets only an optional and computed attribute have one.
    #[must_use]
    pub fn default(mut self, value: impl Into<Value>) -> Self {
        self.default = Some(value.into());
        self
    }

    /// The allowed texts: of the value, or of each element or value of a collection of strings.
    #[must_use]
    pub fn one_of<S: AsRef<str>>(mut self, allowed: &[S]) -> Self {
        self.one_of = allowed
            .iter()
            .map(|text| text.as_ref().to_owned())
            .collect();
        self
    }

    /// Attributes beside this one that may not be set together with it.
    #[must_use]
    pub fn conflicts_with<S: AsRef<str>>(mut self, siblings: &[S]) -> Self {
        self.conflicts_with = siblings
            .iter()
            .map(|name| name.as_ref().to_owned())
            .collect();
        self
    }

    /// Looks at the configured value; null and unknown values are not shown to it.
    #[must_use]
    pub fn validate(
        mut self,
        validator: impl Fn(&Value, &Path, &mut Diagnostics) + Send + Sync + 'static,
    ) -> Self {
        self.validators.push(Arc::new(validator));
        self
    }

    /// Any change of it takes a replacement of the resource.
    #[must_use]
    pub fn requires_replace(self) -> Self {
        self.requires_replace_if(|_, _| true)
    }

    /// A change of it takes a replacement when this says so of the prior and the planned value.
    #[must_use]
    pub fn requires_replace_if(
        mut self,
        condition: impl Fn(&Value, &Value) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.replace = Some(Arc::new(condition));
        self
    }

    /// Once computed, it does not change: a plan shows the prior value instead of "known after apply".
    #[must_use]
    pub fn use_state_for_unknown(mut self) -> Self {
        self.use_state_for_unknown = true;
        self
    }

    /// What it holds.
    pub fn kind(&self) -> &AttributeKind {
        &self.kind
    }

    /// Its nested attributes, if it has any.
    pub fn nested(&self) -> Option<(AttributeNesting, &Nested)> {
        match &self.kind {
            AttributeKind::Plain(_) => None,
            AttributeKind::Nested(nesting, nested) => Some((*nesting, nested)),
        }
    }

    /// The type of its values.
    pub fn ty(&self) -> Type {
        match &self.kind {
            AttributeKind::Plain(ty) => ty.clone(),
            AttributeKind::Nested(AttributeNesting::Single, nested) => nested.ty(),
            AttributeKind::Nested(AttributeNesting::List, nested) => Type::list(nested.ty()),
            AttributeKind::Nested(AttributeNesting::Set, nested) => Type::set(nested.ty()),
            AttributeKind::Nested(AttributeNesting::Map, nested) => Type::map(nested.ty()),
        }
    }

    /// Who sets it.
    pub fn presence(&self) -> Presence {
        self.presence
    }

    /// Whether the user must set it.
    pub fn is_required(&self) -> bool {
        self.presence == Presence::Required
    }

    /// Whether the user may set it or leave it out.
    pub fn is_optional(&self) -> bool {
        matches!(
            self.presence,
            Presence::Optional | Presence::OptionalComputed
        )
    }

    /// Whether the provider may set it.
    pub fn is_computed(&self) -> bool {
        matches!(
            self.presence,
            Presence::Computed | Presence::OptionalComputed
        )
    }

    /// Whether Terraform hides it.
    pub fn is_sensitive(&self) -> bool {
        self.sensitive
    }

    /// Whether Terraform never keeps it.
    pub fn is_write_only(&self) -> bool {
        self.write_only
    }

    /// The manual, in Markdown.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// What to use in its place, when deprecated.
    pub fn deprecation(&self) -> Option<&str> {
        self.deprecation.as_deref()
    }

    /// What holds where the user sets nothing.
    pub fn default_value(&self) -> Option<&Value> {
        self.default.as_ref()
    }

    /// The allowed texts; empty means any.
    pub fn allowed(&self) -> &[String] {
        &self.one_of
    }

    /// The attributes beside it that may not be set together with it.
    pub fn conflicts(&self) -> &[String] {
        &self.conflicts_with
    }

    /// The validators.
    pub fn validators(&self) -> &[Validator] {
        &self.validators
    }

    /// When a change takes a replacement; none means never.
    pub fn replace_condition(&self) -> Option<&ReplaceCondition> {
        self.replace.as_ref()
    }

    /// Whether a plan keeps the prior value where it would be unknown.
    pub fn uses_state_for_unknown(&self) -> bool {
        self.use_state_for_unknown
    }
}

impl fmt::Debug for Attribute {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Attribute")
            .field("kind", &self.kind)
            .field("presence", &self.presence)
            .field("description", &self.description)
            .field("deprecation", &self.deprecation)
            .field("sensitive", &self.sensitive)
            .field("write_only", &self.write_only)
            .field("default", &self.default)
            .field("one_of", &self.one_of)
            .field("conflicts_with", &self.conflicts_with)
            .field("validators", &self.validators.len())
            .field("requires_replace", &self.replace.is_some())
            .field("use_state_for_unknown", &self.use_state_for_unknown)
            .finish()
    }
}
