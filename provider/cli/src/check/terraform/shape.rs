//! Where in a document something stands, so that what is of another shape than Terraform's is refused by its place: passed over
//! in silence, it would count as in sync.

use serde_json::{Map, Value};

/// A value, and where it stands.
pub(super) struct At<'a> {
    /// The value.
    pub value: &'a Value,
    /// Where, as a JSON pointer.
    pub path: String,
}

/// Says what is of another shape.
pub(super) fn wrong(path: &str, what: &str) -> String {
    let place = if path.is_empty() {
        "the whole of it"
    } else {
        path
    };
    format!("it is not what `terraform show -json` prints: {place} {what}")
}

impl<'a> At<'a> {
    /// A whole document.
    pub fn root(value: &'a Value) -> Self {
        Self {
            value,
            path: String::new(),
        }
    }

    /// Its members.
    pub fn object(&self) -> Result<&'a Map<String, Value>, String> {
        self.value
            .as_object()
            .ok_or_else(|| wrong(&self.path, "is no object"))
    }

    /// One of its members, where it has it.
    pub fn member(&self, name: &str) -> Option<At<'a>> {
        Some(At {
            value: self.value.get(name)?,
            path: format!("{}/{name}", self.path),
        })
    }

    /// Whether one of its members is true.
    pub fn flag(&self, name: &str) -> bool {
        self.value.get(name) == Some(&Value::Bool(true))
    }

    /// The elements of one of its members, which it may lack.
    pub fn list(&self, name: &str) -> Result<Vec<At<'a>>, String> {
        let Some(list) = self.member(name) else {
            return Ok(Vec::new());
        };
        let elements = list
            .value
            .as_array()
            .ok_or_else(|| wrong(&list.path, "is no array"))?;
        Ok(elements
            .iter()
            .enumerate()
            .map(|(index, value)| At {
                value,
                path: format!("{}/{index}", list.path),
            })
            .collect())
    }

    /// One of its members that must be a text.
    pub fn text(&self, name: &str) -> Result<&'a str, String> {
        self.value
            .get(name)
            .and_then(Value::as_str)
            .ok_or_else(|| wrong(&format!("{}/{name}", self.path), "is no text"))
    }
}
