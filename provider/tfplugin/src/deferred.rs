//! The answer "not in this run".

/// Why an answer is put off to a later run. Terraform accepts it only where a request says `deferral_allowed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deferred {
    /// The resource's own configuration has unknown values that the work needs.
    ResourceConfigUnknown,
    /// The provider block has unknown values that the work needs.
    ProviderConfigUnknown,
    /// Something that must exist before does not exist yet.
    AbsentPrerequisite,
}
