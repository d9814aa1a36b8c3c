//! Identity schemas: the few attributes that name a resource for import, beside its state.

use crate::ty::Type;

/// What names a resource.
#[derive(Debug, Clone)]
pub struct IdentitySchema {
    version: i64,
    attributes: Vec<(String, IdentityAttribute)>,
}

impl IdentitySchema {
    /// An empty identity; the version is that of stored identities.
    pub fn new(version: i64) -> Self {
        Self {
            version,
            attributes: Vec::new(),
        }
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>, attribute: IdentityAttribute) -> Self {
        self.attributes.push((name.into(), attribute));
        self
    }

    /// The version of stored identities.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The attributes, in order.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &IdentityAttribute)> {
        self.attributes
            .iter()
            .map(|(name, attribute)| (name.as_str(), attribute))
    }

    /// The type of an identity: an object.
    pub fn ty(&self) -> Type {
        Type::Object(
            self.attributes
                .iter()
                .map(|(name, attribute)| (name.clone(), attribute.ty.clone()))
                .collect(),
        )
    }
}

/// One attribute of an identity: a primitive, or a list of primitives.
#[derive(Debug, Clone)]
pub struct IdentityAttribute {
    ty: Type,
    required_for_import: bool,
    description: String,
}

impl IdentityAttribute {
    /// One that an import by identity must give.
    pub fn required(ty: Type) -> Self {
        Self {
            ty,
            required_for_import: true,
            description: String::new(),
        }
    }

    /// One that an import by identity may leave out, for the provider to find.
    pub fn optional(ty: Type) -> Self {
        Self {
            ty,
            required_for_import: false,
            description: String::new(),
        }
    }

    /// The manual.
    #[must_use]
    pub fn describe(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Its type.
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    /// Whether an import must give it; otherwise it may.
    pub fn is_required_for_import(&self) -> bool {
        self.required_for_import
    }

    /// The manual.
    pub fn description(&self) -> &str {
        &self.description
    }
}
