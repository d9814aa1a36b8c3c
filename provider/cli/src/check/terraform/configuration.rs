//! The provider blocks of a plan, and which of them each resource is of.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The argument that must not be guessed: a tag too few or too many is drift.
const TAGS: &str = "default_tags";

/// The configuration in a plan.
pub(super) struct Configuration<'a> {
    document: &'a Value,
    /// The provider blocks of ours, by the key that resources name.
    ours: BTreeMap<&'a str, &'a Value>,
}

impl<'a> Configuration<'a> {
    /// Of a plan.
    pub fn of(document: &'a Value) -> Self {
        let all = document
            .pointer("/configuration/provider_config")
            .and_then(Value::as_object);
        let ours = all.into_iter().flatten().filter(|(_, configuration)| {
            let text = |name: &str| configuration.get(name).and_then(Value::as_str);
            match text("full_name") {
                Some(full_name) => full_name.ends_with("/crr"),
                None => text("name") == Some("crr"),
            }
        });
        Self {
            document,
            ours: ours.map(|(key, block)| (key.as_str(), block)).collect(),
        }
    }

    /// The key of a resource's provider block.
    pub fn block_of(&self, address: &str) -> String {
        let named = self.named(address).unwrap_or("crr");
        // A module without a block of its own has the key of its caller's, or one that stands for that.
        let inherited = named.rsplit(':').next().unwrap_or(named);
        let mut known = [named, inherited].into_iter();
        if let Some(key) = known.find(|key| self.ours.contains_key(key)) {
            return key.to_owned();
        }
        match self.ours.keys().collect::<Vec<_>>().as_slice() {
            [only] => (**only).to_owned(),
            _ => named.to_owned(),
        }
    }

    /// What the configuration of a resource names as its provider block.
    fn named(&self, address: &str) -> Option<&'a str> {
        let address = without_keys(address);
        let mut module = self.document.pointer("/configuration/root_module")?;
        let mut rest = address.as_str();
        while let Some(inner) = rest.strip_prefix("module.") {
            let (name, after) = inner.split_once('.')?;
            module = module.get("module_calls")?.get(name)?.get("module")?;
            rest = after;
        }
        module
            .get("resources")?
            .as_array()?
            .iter()
            .find(|resource| resource.get("address").and_then(Value::as_str) == Some(rest))?
            .get("provider_config_key")?
            .as_str()
    }

    /// The arguments of each block that are constants, or one variable each.
    pub fn blocks(&self) -> BTreeMap<String, Value> {
        self.ours
            .iter()
            .filter_map(|(key, block)| Some(((*key).to_owned(), self.arguments(block)?)))
            .collect()
    }

    fn arguments(&self, block: &Value) -> Option<Value> {
        // A module's variables are not among the root's.
        let of_root = block.get("module_address").is_none();
        let mut arguments = Map::new();
        for (name, expression) in block.get("expressions")?.as_object()? {
            let constant = expression.get("constant_value").cloned();
            let is_plain = of_root && name != TAGS;
            let given = || is_plain.then(|| self.variable(expression)).flatten();
            if let Some(value) = constant.or_else(given) {
                arguments.insert(name.clone(), value);
            }
        }
        Some(Value::Object(arguments))
    }

    /// Of which blocks the plan does not show the default tags.
    pub fn tags_untold(&self) -> Vec<String> {
        let is_expression = |block: &&Value| {
            let tags = block.pointer(&format!("/expressions/{TAGS}"));
            tags.is_some_and(|tags| tags.get("constant_value").is_none())
        };
        let blocks = self.ours.iter().filter(|(_, block)| is_expression(block));
        blocks
            .map(|(key, _)| {
                format!("{TAGS} of provider block {key} is an expression, whose value a plan does not show: the tags are taken from what the plan shows on roles. Give the whole block with --sites to have all of them looked at.")
            })
            .collect()
    }

    fn variable(&self, expression: &Value) -> Option<Value> {
        let references = expression.get("references")?.as_array()?;
        let [only] = references.as_slice() else {
            return None;
        };
        let variable = only.as_str()?.strip_prefix("var.")?;
        let given = self
            .document
            .get("variables")?
            .get(variable)?
            .get("value")?;
        // An expression around the variable cannot be told from the variable alone: an object is taken for what it is. How a
        // site is reached proves itself when it is reached.
        given.is_object().then(|| given.clone())
    }
}

/// An address without the keys of `count` and `for_each`, which may hold anything, dots and brackets included.
fn without_keys(address: &str) -> String {
    let mut plain = String::new();
    let mut letters = address.chars();
    while let Some(letter) = letters.next() {
        if letter != '[' {
            plain.push(letter);
            continue;
        }
        let mut quoted = false;
        while let Some(inside) = letters.next() {
            match inside {
                '\\' => {
                    letters.next();
                }
                '"' => quoted = !quoted,
                ']' if !quoted => break,
                _ => {}
            }
        }
    }
    plain
}
