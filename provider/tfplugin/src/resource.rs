//! What a managed resource is: the life of one kind of object, from plan to destroy.

use async_trait::async_trait;

use crate::{Context, Deferred, Diagnostics, IdentitySchema, Path, Schema, Value};

/// A managed resource type.
///
/// # Guarantees
///
/// - Values given are of the type of [`Resource::schema`]; undecodable input never gets here.
/// - Values answered are checked: an unknown value after apply, a value of another type, or a plan that
///   contradicts the configuration becomes an error that names the attribute.
/// - A panic becomes an error, and the state that [`Context::keep`] holds (or else the prior state) is answered.
///
/// # Errors
///
/// Every method reports through `diagnostics`. An error beside a state keeps that state: Terraform stores it
/// (tainted, after a create) and the next apply goes on from there. An error without a state keeps what
/// [`Context::keep`] holds, or else the prior state: an error is no proof that an object is gone.
#[async_trait]
pub trait Resource: Send + Sync + 'static {
    /// The schema of the resource block.
    fn schema(&self) -> Schema;

    /// The attributes by which an object is known outside of state, if there are such.
    fn identity(&self) -> Option<IdentitySchema> {
        None
    }

    /// Checks the block beyond what the schema's own validators check. Values may be unknown.
    async fn validate(&self, _config: &Value, _diagnostics: &mut Diagnostics) {}

    /// Lifts a state stored under an older schema version. It comes as stored and must be answered in the form of
    /// the current schema; attributes that the schema no longer has are dropped by the framework afterwards.
    /// Numbers come as JSON numbers of at most 64 bits: one beyond that must be stored as a string to survive.
    async fn upgrade(
        &self,
        _from_version: i64,
        raw: serde_json::Value,
        _diagnostics: &mut Diagnostics,
    ) -> serde_json::Value {
        raw
    }

    /// Lifts an identity stored under an older version of the identity schema.
    async fn upgrade_identity(
        &self,
        _from_version: i64,
        raw: serde_json::Value,
        _diagnostics: &mut Diagnostics,
    ) -> serde_json::Value {
        raw
    }

    /// Looks at what is.
    async fn read(
        &self,
        context: &Context,
        request: ReadRequest,
        diagnostics: &mut Diagnostics,
    ) -> ReadResponse;

    /// Refines the plan that the framework made from the schema. Not needed where that is right already.
    async fn plan(
        &self,
        _context: &Context,
        request: PlanRequest,
        _diagnostics: &mut Diagnostics,
    ) -> PlanResponse {
        request.as_proposed()
    }

    /// Makes the object. `request.planned` is there, `request.prior` is not.
    async fn create(
        &self,
        context: &Context,
        request: ApplyRequest,
        diagnostics: &mut Diagnostics,
    ) -> ApplyResponse;

    /// Changes the object in place. Both `request.prior` and `request.planned` are there.
    async fn update(
        &self,
        context: &Context,
        request: ApplyRequest,
        diagnostics: &mut Diagnostics,
    ) -> ApplyResponse;

    /// Takes the object away. `request.prior` is there, `request.planned` is not. Answering no state means gone;
    /// with an error and a state, the object stays known.
    async fn delete(
        &self,
        context: &Context,
        request: ApplyRequest,
        diagnostics: &mut Diagnostics,
    ) -> ApplyResponse;

    /// Finds an object that exists already. Terraform reads each one answered right after, so that a state with
    /// only what identifies the object is enough.
    async fn import(
        &self,
        _context: &Context,
        _request: ImportRequest,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Imported> {
        diagnostics.error(
            "This resource cannot be imported",
            "Its resource type has no import.",
        );
        Vec::new()
    }

    /// Takes over the state of another resource type. `None` says that this source is not known here.
    async fn move_from(
        &self,
        _request: MoveRequest,
        _diagnostics: &mut Diagnostics,
    ) -> Option<MoveResponse> {
        None
    }
}

/// What [`Resource::read`] is given.
#[derive(Clone)]
pub struct ReadRequest {
    /// The state as last seen.
    pub state: Value,
    /// The identity as last seen.
    pub identity: Option<Value>,
    /// The provider's private data beside the state.
    pub private: Vec<u8>,
    /// Whether Terraform takes a deferred answer.
    pub deferral_allowed: bool,
}

/// What [`Resource::read`] answers.
#[derive(Clone, Default)]
pub struct ReadResponse {
    /// The state that is; `None` says that the object is gone.
    pub state: Option<Value>,
    /// The identity; `None` keeps the one known.
    pub identity: Option<Value>,
    /// The private data to keep from here on.
    pub private: Vec<u8>,
    /// Set where this cannot be known in this run.
    pub deferred: Option<Deferred>,
}

impl ReadRequest {
    /// The answer "nothing changed": what an error should leave standing.
    pub fn unchanged(self) -> ReadResponse {
        ReadResponse {
            state: Some(self.state),
            identity: self.identity,
            private: self.private,
            deferred: None,
        }
    }
}

/// What [`Resource::plan`] is given.
#[derive(Clone)]
pub struct PlanRequest {
    /// The state as last read; `None` plans a creation.
    pub prior: Option<Value>,
    /// The configuration; `None` plans a destruction.
    pub config: Option<Value>,
    /// The plan that the framework made: defaults applied, computed attributes that may change unknown.
    pub planned: Option<Value>,
    /// The changed attributes that the schema marks as requiring replacement.
    pub requires_replace: Vec<Path>,
    /// The private data beside the prior state.
    pub prior_private: Vec<u8>,
    /// The identity beside the prior state.
    pub prior_identity: Option<Value>,
    /// Whether Terraform takes a deferred answer.
    pub deferral_allowed: bool,
}

/// What [`Resource::plan`] answers.
#[derive(Clone, Default)]
pub struct PlanResponse {
    /// The state that apply will make, unknown where it cannot be told yet; `None` plans a destruction.
    pub planned: Option<Value>,
    /// The changed attributes for which the object must be made anew.
    pub requires_replace: Vec<Path>,
    /// Private data for the apply of this plan.
    pub private: Vec<u8>,
    /// The identity that apply will make, if it is known.
    pub identity: Option<Value>,
    /// Set where this cannot be planned in this run.
    pub deferred: Option<Deferred>,
}

impl PlanRequest {
    /// The answer that takes the framework's plan as it is.
    pub fn as_proposed(self) -> PlanResponse {
        PlanResponse {
            planned: self.planned,
            requires_replace: self.requires_replace,
            private: self.prior_private,
            identity: self.prior_identity,
            deferred: None,
        }
    }
}

/// What [`Resource::create`], [`Resource::update`] and [`Resource::delete`] are given.
#[derive(Clone)]
pub struct ApplyRequest {
    /// The state before; `None` in a creation.
    pub prior: Option<Value>,
    /// The state to reach, with unknowns to be filled in; `None` in a destruction.
    pub planned: Option<Value>,
    /// The configuration: the only place of write-only values; `None` in a destruction.
    pub config: Option<Value>,
    /// The private data that the plan answered.
    pub private: Vec<u8>,
    /// The identity that the plan answered.
    pub identity: Option<Value>,
}

/// What [`Resource::create`], [`Resource::update`] and [`Resource::delete`] answer.
#[derive(Clone, Default)]
pub struct ApplyResponse {
    /// The state really reached, wholly known; `None` says that there is no object.
    pub state: Option<Value>,
    /// The private data to keep.
    pub private: Vec<u8>,
    /// The identity; `None` keeps the one planned.
    pub identity: Option<Value>,
}

impl ApplyRequest {
    /// The answer "nothing happened": the prior state stands. For errors before the first change.
    pub fn unchanged(self) -> ApplyResponse {
        ApplyResponse {
            state: self.prior,
            private: self.private,
            identity: self.identity,
        }
    }
}

/// What [`Resource::import`] is given: an ID or an identity, whichever the user wrote.
#[derive(Clone)]
pub struct ImportRequest {
    /// The resource type to import into.
    pub type_name: String,
    /// The ID that the user gave.
    pub id: Option<String>,
    /// The identity that the user gave, of the type of [`Resource::identity`].
    pub identity: Option<Value>,
}

/// One object that [`Resource::import`] found.
#[derive(Clone)]
pub struct Imported {
    /// Its resource type, usually the one asked for.
    pub type_name: String,
    /// Its state, as far as it is needed for reading it.
    pub state: Value,
    /// The private data to keep.
    pub private: Vec<u8>,
    /// Its identity, where the resource type has one.
    pub identity: Option<Value>,
}

/// What [`Resource::move_from`] is given.
#[derive(Clone)]
pub struct MoveRequest {
    /// The provider that wrote the state, such as `registry.terraform.io/hashicorp/aws`.
    pub source_provider_address: String,
    /// The resource type that the state is of.
    pub source_type_name: String,
    /// The schema version that the state is of.
    pub source_schema_version: i64,
    /// The state as stored.
    pub source_state: serde_json::Value,
    /// The private data beside it.
    pub source_private: Vec<u8>,
    /// The identity as stored, where there is one.
    pub source_identity: Option<serde_json::Value>,
    /// The version of the identity schema that the identity is of.
    pub source_identity_schema_version: i64,
    /// The resource type to become.
    pub target_type_name: String,
}

/// What [`Resource::move_from`] answers.
#[derive(Clone)]
pub struct MoveResponse {
    /// The state under the new type.
    pub state: Value,
    /// The private data to keep.
    pub private: Vec<u8>,
    /// The identity under the new type.
    pub identity: Option<Value>,
}
