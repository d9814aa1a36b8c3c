//! Changes that failed half-way: what they were to be, so that nothing they made is forgotten.
//!
//! After a failed change, state keeps the configuration of before, so that the next plan shows the change again. The
//! user may as well take it back, or destroy the pair, and then what the change had made by then would be nobody's. So
//! the private data beside the state holds every configuration that was tried since the last one that succeeded, a line
//! each, and a facet shows that there is one.

use replication::{Facets, Pair};
use tfplugin::{Diagnostics, Value, json};

use super::config::{PairAttributes, Resolution};
use super::schema::schema;
use crate::runtime::Runtime;

/// The facet that should never be there: it makes the next plan an update, which removes what is left.
const FACET: &str = "unfinished_change";

/// What was tried.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Attempts(Vec<Value>);

impl Attempts {
    /// Reads private data. What is no such line is something else's.
    pub fn read(private: &[u8]) -> Self {
        if !private.starts_with(b"{") {
            return Self::default();
        }
        let ty = schema().ty();
        let tried = private
            .split(|byte| *byte == b'\n')
            .filter_map(|line| json::decode_state(line, &ty).ok());
        Self(tried.map(|(value, _)| value).collect())
    }

    /// Adds a state that is to be reached.
    #[must_use]
    pub fn with(mut self, mut reached: Value) -> Self {
        // What was seen on the way does not make it another attempt.
        reached.set("facets", Value::Null);
        if !self.0.contains(&reached) {
            self.0.push(reached);
        }
        self
    }

    /// The private data that [`Attempts::read`] reads.
    pub fn to_private(&self) -> Vec<u8> {
        let ty = schema().ty();
        let lines: Vec<Vec<u8>> = self
            .0
            .iter()
            .filter_map(|value| json::encode(value, &ty).ok())
            .collect();
        lines.join(&b'\n')
    }

    /// Shows in the facets of a state that something was tried.
    pub fn show(&self, facets: &mut Facets) {
        if !self.0.is_empty() {
            let text =
                "A change failed half-way; what it made is removed or completed by the next apply.";
            facets.0.insert(FACET.to_owned(), text.to_owned());
        }
    }

    /// The pairs that were tried; none: a diagnostic says why one cannot be known any more.
    pub async fn pairs(
        &self,
        runtime: &Runtime,
        diagnostics: &mut Diagnostics,
    ) -> Option<Vec<Pair>> {
        let mut pairs = Vec::with_capacity(self.0.len());
        for value in &self.0 {
            let attributes = PairAttributes::read(value, diagnostics)?;
            let resolved = attributes
                .resolve(Some(&attributes), runtime, diagnostics)
                .await;
            let Resolution::Known(pair) = resolved else {
                return None;
            };
            pairs.push(*pair);
        }
        Some(pairs)
    }
}

#[cfg(test)]
mod tests {
    use tfplugin::Type;

    use super::*;

    fn tried(direction: &str) -> Value {
        let Type::Object(types) = schema().ty() else {
            panic!("a resource is an object");
        };
        let mut value = Value::object(types.into_keys().map(|name| (name, Value::Null)));
        value.set("direction", Value::from(direction.to_owned()));
        value
    }

    #[test]
    fn what_was_tried_comes_back_each_once() {
        let mut seen = tried("two_way");
        seen.set("facets", Value::map([("a", Value::from("b".to_owned()))]));
        let attempts = Attempts::default()
            .with(tried("two_way"))
            .with(tried("one_way"))
            .with(seen);
        assert_eq!(attempts.0, [tried("two_way"), tried("one_way")]);
        assert_eq!(Attempts::read(&attempts.to_private()), attempts);
    }

    #[test]
    fn other_private_data_holds_no_attempt() {
        for private in [&b""[..], b"incomplete"] {
            assert_eq!(Attempts::read(private), Attempts::default());
        }
        assert_eq!(Attempts::default().to_private(), b"");
    }

    #[test]
    fn only_an_attempt_shows() {
        let mut facets = Facets::default();
        Attempts::default().show(&mut facets);
        assert_eq!(facets, Facets::default());
        Attempts::default().with(tried("two_way")).show(&mut facets);
        assert_eq!(facets.0.len(), 1);
    }
}
