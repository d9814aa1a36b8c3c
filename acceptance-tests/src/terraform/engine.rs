//! Which Terraform runs.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use tokio::process::Command;

use crate::lab::{environment, python};
use crate::{LabError, root};

/// A Terraform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Engine {
    /// A command: Terraform 1.11 or newer, or OpenTofu.
    Command(PathBuf),
    /// Terraform as a library, out of an environment of Python.
    Library {
        /// The environment's Python.
        python: PathBuf,
    },
}

impl Engine {
    /// The command that `CRR_TERRAFORM` names, or `terraform` of the PATH.
    pub fn installed() -> Result<Self, LabError> {
        Self::find(
            std::env::var_os("CRR_TERRAFORM"),
            &std::env::var_os("PATH").unwrap_or_default(),
        )
    }

    fn find(named: Option<OsString>, path: &OsStr) -> Result<Self, LabError> {
        if let Some(named) = named.filter(|named| !named.is_empty()) {
            return Ok(Self::Command(named.into()));
        }
        let found = std::env::split_paths(path)
            .map(|folder| folder.join("terraform"))
            .find(|file| file.is_file());
        found.map(Self::Command).ok_or_else(|| {
            LabError::new(
                "terraform is not in the PATH: install Terraform 1.11 or newer (https://developer.hashicorp.com/terraform/install), \
                 or name a command in CRR_TERRAFORM",
            )
        })
    }

    /// Terraform 1.9, the oldest that the provider and its modules are for.
    pub fn oldest() -> Result<Self, LabError> {
        let python = environment(".venv-terraform-1.9", "tools-oldest")?;
        Ok(Self::Library { python })
    }

    /// Terraform 1.15, for what 1.11 does not have: identity, import by identity.
    pub fn library() -> Result<Self, LabError> {
        Ok(Self::Library { python: python()? })
    }

    /// Whichever there is: the command that `CRR_TERRAFORM` names, `terraform` or `tofu` of the PATH, or Terraform 1.15
    /// out of the lab's own environment.
    pub fn any() -> Result<Self, LabError> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        if let Ok(found) = Self::installed() {
            return Ok(found);
        }
        let tofu = std::env::split_paths(&path)
            .map(|folder| folder.join("tofu"))
            .find(|file| file.is_file());
        tofu.map_or_else(Self::library, |tofu| Ok(Self::Command(tofu)))
    }

    pub(super) fn command(&self) -> Command {
        match self {
            Self::Command(file) => Command::new(file),
            Self::Library { python } => {
                let mut command = Command::new(python);
                command.arg(root().join("acceptance-tests/lab/terraform.py"));
                command
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Engine;

    #[test]
    fn a_missing_terraform_says_how_to_get_it() {
        let error = Engine::find(None, "/nowhere".as_ref())
            .expect_err("there is none")
            .to_string();
        assert!(
            error.contains("install Terraform") && error.contains("CRR_TERRAFORM"),
            "{error}"
        );
        let named =
            Engine::find(Some("/opt/tofu".into()), "/nowhere".as_ref()).expect("it is named");
        assert_eq!(named, Engine::Command("/opt/tofu".into()));
    }
}
