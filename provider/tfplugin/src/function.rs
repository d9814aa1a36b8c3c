//! What a provider-defined function is: a pure computation.

use crate::{Type, Value};

/// A function. It does no I/O and answers the same for the same arguments, configured or not.
pub trait Function: Send + Sync + 'static {
    /// Its parameters, its result and its manual.
    fn signature(&self) -> Signature;

    /// Computes. There are as many arguments as parameters, then one for each variadic one, each of its
    /// parameter's type.
    ///
    /// # Errors
    ///
    /// An error names the argument that it is about, where there is one.
    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError>;
}

/// The signature of a function.
#[derive(Clone, Debug)]
pub struct Signature {
    pub(crate) summary: String,
    pub(crate) description: String,
    pub(crate) deprecation: Option<String>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) variadic: Option<Parameter>,
    pub(crate) returns: Type,
}

impl Signature {
    /// A function without parameters that answers a value of this type.
    pub fn returns(returns: Type) -> Self {
        Self {
            summary: String::new(),
            description: String::new(),
            deprecation: None,
            parameters: Vec::new(),
            variadic: None,
            returns,
        }
    }

    /// One line that says what it is for.
    #[must_use]
    pub fn summary(mut self, summary: impl Into<String>) -> Self {
        self.summary = summary.into();
        self
    }

    /// The manual, in Markdown.
    #[must_use]
    pub fn describe(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Says that the function should no longer be used, and what instead.
    #[must_use]
    pub fn deprecated(mut self, message: impl Into<String>) -> Self {
        self.deprecation = Some(message.into());
        self
    }

    /// Adds a parameter at the end.
    #[must_use]
    pub fn parameter(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// Takes any number of further arguments of this kind.
    #[must_use]
    pub fn variadic(mut self, parameter: Parameter) -> Self {
        self.variadic = Some(parameter);
        self
    }

    /// The one line that says what it is for.
    pub fn summary_text(&self) -> &str {
        &self.summary
    }

    /// The manual, in Markdown.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The parameters in order, without the variadic one.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The parameter that takes all further arguments.
    pub fn variadic_parameter(&self) -> Option<&Parameter> {
        self.variadic.as_ref()
    }

    /// The type of the result.
    pub fn return_type(&self) -> &Type {
        &self.returns
    }

    /// What is to be used instead.
    pub fn deprecation(&self) -> Option<&str> {
        self.deprecation.as_deref()
    }
}

/// A parameter of a function.
#[derive(Clone, Debug)]
pub struct Parameter {
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) description: String,
    pub(crate) allow_null: bool,
    pub(crate) allow_unknown: bool,
}

impl Parameter {
    /// A parameter that is never null and never unknown: Terraform itself answers calls with unknown arguments.
    pub fn new(name: impl Into<String>, ty: Type) -> Self {
        Self {
            name: name.into(),
            ty,
            description: String::new(),
            allow_null: false,
            allow_unknown: false,
        }
    }

    /// The manual, in Markdown.
    #[must_use]
    pub fn describe(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Takes null as well.
    #[must_use]
    pub fn allow_null(mut self) -> Self {
        self.allow_null = true;
        self
    }

    /// Takes unknown values as well.
    #[must_use]
    pub fn allow_unknown(mut self) -> Self {
        self.allow_unknown = true;
        self
    }

    /// The name, for documentation and errors.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type of the argument.
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    /// The manual, in Markdown.
    pub fn description(&self) -> &str {
        &self.description
    }
}

/// Why a function could not compute.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct FunctionError {
    pub(crate) text: String,
    pub(crate) argument: Option<i64>,
}

impl FunctionError {
    /// An error about the call as a whole.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            argument: None,
        }
    }

    /// An error about one argument, counted from 0.
    pub fn argument(argument: usize, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            argument: i64::try_from(argument).ok(),
        }
    }
}
