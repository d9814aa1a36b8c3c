//! The function: the agent's program, run by Lambda when there are messages.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{FunctionFacts, MappingFacts, Trigger};
use crate::arn::RoleArn;
use crate::policy::PolicyDocument;

/// The variable of the environment in which the program finds its configuration.
pub const ENVIRONMENT: &str = "CRR_CONFIG";
/// A program that brings its own runtime.
const RUNTIME: &str = "provided.al2023";
/// Its name in the zip.
const HANDLER: &str = "bootstrap";
/// How many messages one run gets at most.
const BATCH: u32 = 10;
/// How many runs there are at once at most: S3 lets an account change its buckets' configuration only so fast.
const AT_ONCE: u32 = 5;

/// What processor the program was built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Architecture {
    /// 64-bit Intel and AMD.
    #[serde(rename = "x86_64")]
    X86,
    /// 64-bit ARM.
    #[serde(rename = "arm64")]
    Arm,
}

impl Architecture {
    /// Both.
    pub const ALL: [Self; 2] = [Self::X86, Self::Arm];

    /// Lambda's word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::X86 => "x86_64",
            Self::Arm => "arm64",
        }
    }

    /// The one that Lambda calls so.
    pub fn named(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A zip with the program in it.
#[derive(Clone)]
pub struct Package {
    /// Its SHA-256 in base64, as Lambda tells it.
    pub sha256: String,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
}

impl PartialEq for Package {
    fn eq(&self, other: &Self) -> bool {
        self.sha256 == other.sha256
    }
}

impl Eq for Package {}

impl fmt::Debug for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Package").field(&self.sha256).finish()
    }
}

/// The role that the function runs under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FunctionRole {
    /// One of our own.
    Own {
        /// What it may do.
        policy: PolicyDocument,
    },
    /// One that is there.
    Existing(RoleArn),
}

/// The function as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// The program.
    pub package: Package,
    /// What it was built for.
    pub architecture: Architecture,
    /// Megabytes of memory.
    pub memory: u32,
    /// Seconds that one run may take.
    pub timeout: u32,
    /// The role that it runs under.
    pub role: FunctionRole,
    /// The program's configuration. None as long as it is not known, since it names the queue by the URL that SQS gives it:
    /// the function is not written then.
    pub configuration: Option<String>,
}

/// What Lambda calls a function's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionSettings {
    /// The runtime.
    pub runtime: String,
    /// The program's name in the zip.
    pub handler: String,
    /// The ARN of its role.
    pub role: String,
    /// Megabytes of memory.
    pub memory: u32,
    /// Seconds that one run may take.
    pub timeout: u32,
    /// What [`ENVIRONMENT`] holds.
    pub configuration: String,
    /// For the people who find it in the console.
    pub description: String,
}

impl FunctionSettings {
    /// The settings as a facet shows them, but for the configuration, which is one of its own.
    pub(crate) fn shown(&self) -> String {
        shown(
            &self.runtime,
            &self.handler,
            &self.role,
            self.memory,
            self.timeout,
        )
    }
}

impl FunctionFacts {
    /// The settings as a facet shows them.
    pub(crate) fn shown(&self) -> String {
        shown(
            &self.runtime,
            &self.handler,
            &self.role,
            self.memory,
            self.timeout,
        )
    }

    /// The program as a facet shows it.
    pub(crate) fn code_shown(&self) -> String {
        code_shown(&self.architecture, &self.sha256)
    }
}

impl Function {
    /// The program as a facet shows it.
    pub(crate) fn code_shown(&self) -> String {
        code_shown(self.architecture.as_str(), &self.package.sha256)
    }
}

fn shown(runtime: &str, handler: &str, role: &str, memory: u32, timeout: u32) -> String {
    json!({
        "handler": handler,
        "memory": memory,
        "role": role,
        "runtime": runtime,
        "timeout": timeout,
    })
    .to_string()
}

fn code_shown(architecture: &str, sha256: &str) -> String {
    json!({ "architecture": architecture, "sha256": sha256 }).to_string()
}

/// How messages get from the queue to the function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// Whether they do.
    pub enabled: bool,
    /// How many one run gets at most.
    pub batch: u32,
    /// Whether the function says which of them failed, so that the others are not taken again.
    pub reports_failures: bool,
    /// How many runs there are at once at most.
    pub at_once: Option<u32>,
}

impl Mapping {
    /// The mapping as a facet shows it.
    pub(crate) fn shown(&self) -> String {
        let state = if self.enabled { "on" } else { "off" };
        let failures = if self.reports_failures {
            "failures one by one"
        } else {
            "no failures one by one"
        };
        let at_once = match self.at_once {
            Some(runs) => format!("{runs} runs at once"),
            None => "any number of runs at once".to_owned(),
        };
        format!(
            "{state}, {} messages a run, {failures}, {at_once}",
            self.batch
        )
    }
}

impl MappingFacts {
    /// The mapping as a facet shows it.
    pub(crate) fn shown(&self) -> String {
        Mapping {
            enabled: self.enabled,
            batch: self.batch,
            reports_failures: self.reports_failures,
            at_once: self.at_once,
        }
        .shown()
    }
}

impl Trigger {
    /// The function's settings, where its configuration is known.
    pub fn function_settings(&self) -> Option<FunctionSettings> {
        let function = self.function.as_ref()?;
        Some(self.settings_with(function.configuration.clone()?))
    }

    /// The settings as a facet shows them, which hold no configuration.
    pub(crate) fn settings_shown(&self) -> String {
        self.settings_with(String::new()).shown()
    }

    fn settings_with(&self, configuration: String) -> FunctionSettings {
        let function = self.function.as_ref();
        FunctionSettings {
            runtime: RUNTIME.to_owned(),
            handler: HANDLER.to_owned(),
            role: self
                .function_role()
                .map(|role| role.to_string())
                .unwrap_or_default(),
            memory: function.map(|function| function.memory).unwrap_or_default(),
            timeout: function
                .map(|function| function.timeout)
                .unwrap_or_default(),
            configuration,
            description: format!(
                "Keeps buckets of site {} replicated to {}",
                self.source.name, self.target
            ),
        }
    }

    /// How messages get from the queue to the function.
    pub fn mapping(&self) -> Mapping {
        Mapping {
            enabled: self.active,
            batch: BATCH,
            reports_failures: true,
            at_once: Some(AT_ONCE),
        }
    }
}
