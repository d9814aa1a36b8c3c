//! Where in a value something is: attribute names, map keys and list indices, from the root.

use std::fmt;

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Into an attribute or block of an object.
    Attribute(String),
    /// Into an element of a map.
    Key(String),
    /// Into an element of a list or tuple.
    Index(i64),
}

/// A path into a value. The protocol cannot name an element of a set, so a path into one ends at the set.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Step>);

impl Path {
    /// The whole value.
    pub fn root() -> Self {
        Self::default()
    }

    /// This path, then an attribute.
    #[must_use]
    pub fn attribute(&self, name: impl Into<String>) -> Self {
        self.step(Step::Attribute(name.into()))
    }

    /// This path, then a map's key.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.step(Step::Key(key.into()))
    }

    /// This path, then an index.
    #[must_use]
    pub fn index(&self, index: i64) -> Self {
        self.step(Step::Index(index))
    }

    /// This path, then one step.
    #[must_use]
    pub fn step(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// The steps from the root.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether this is the whole value.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// This path, seen from one level further out: errors are built from the inside.
    pub(crate) fn inside(mut self, step: Step) -> Self {
        self.0.insert(0, step);
        self
    }
}

impl From<Vec<Step>> for Path {
    fn from(steps: Vec<Step>) -> Self {
        Self(steps)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) if position == 0 => formatter.write_str(name)?,
                Step::Attribute(name) => write!(formatter, ".{name}")?,
                Step::Key(key) => write!(formatter, "[{key:?}]")?,
                Step::Index(index) => write!(formatter, "[{index}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_as_terraform_writes_it() {
        let path = Path::root()
            .attribute("rules")
            .key("a")
            .attribute("prefix")
            .index(3);
        assert_eq!(path.to_string(), "rules[\"a\"].prefix[3]");
        assert_eq!(Path::root().to_string(), "");
    }
}
