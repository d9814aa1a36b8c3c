//! The place where the boxes are: one file a box.

use std::io;
use std::path::PathBuf;
use std::sync::{PoisonError, RwLock};

use tfplugin::{Diagnostics, Schema, Value, json};

use crate::boxes;

/// The directory, once the provider is configured.
#[derive(Default)]
pub struct Directory {
    path: RwLock<Option<PathBuf>>,
}

impl Directory {
    pub fn set(&self, path: &str) {
        *self.path.write().unwrap_or_else(PoisonError::into_inner) = Some(PathBuf::from(path));
    }

    fn path(&self) -> io::Result<PathBuf> {
        let path = self.path.read().unwrap_or_else(PoisonError::into_inner);
        path.clone()
            .ok_or_else(|| io::Error::other("the directory is not known yet"))
    }

    fn file(&self, name: &str) -> io::Result<PathBuf> {
        let path = self.path()?;
        Ok(path.join(format!("{name}.json")))
    }

    /// The box of that name, if there is one.
    pub fn look(&self, name: &str) -> io::Result<Option<Value>> {
        match std::fs::read(self.file(name)?) {
            Ok(bytes) => json::decode(&bytes, &schema().ty())
                .map(Some)
                .map_err(io::Error::other),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes a box, as far as it is known.
    pub fn put(&self, name: &str, state: &Value) -> io::Result<()> {
        let bytes = json::encode(state, &schema().ty()).map_err(io::Error::other)?;
        std::fs::write(self.file(name)?, bytes)
    }

    pub fn remove(&self, name: &str) -> io::Result<()> {
        match std::fs::remove_file(self.file(name)?) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The names of all boxes, in order.
    pub fn names(&self) -> io::Result<Vec<String>> {
        let path = self.path()?;
        let mut names = Vec::new();
        for entry in std::fs::read_dir(path)? {
            let name = entry?.file_name();
            if let Some(name) = name.to_str().and_then(|name| name.strip_suffix(".json")) {
                names.push(name.to_owned());
            }
        }
        names.sort();
        Ok(names)
    }
}

fn schema() -> Schema {
    boxes::schema()
}

/// Reports what the file system said.
pub fn report<T>(result: io::Result<T>, what: &str, diagnostics: &mut Diagnostics) -> Option<T> {
    result
        .map_err(|error| diagnostics.error(format!("Could not {what}"), error.to_string()))
        .ok()
}
