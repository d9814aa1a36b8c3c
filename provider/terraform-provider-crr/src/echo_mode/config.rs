//! From attributes, which may be unknown, to the model's echo, in which nothing is.
//!
//! What an echo shares with a pair is read by the pair's own code: the attributes are put into the form of a pair's, with
//! names that stand in for those of each bucket.

use std::collections::BTreeMap;
use std::time::Duration;

use replication::Echo;
use replication::echo::{Glob, Selection, TargetName};
use serde::Deserialize;
use tfplugin::{Attr, Diagnostic, Diagnostics, Path, Severity, Step, Unknown, Value, from_value};

use super::accounts::{self, Creation, Place};
use super::schema::{TARGET_BUCKET, options};
use crate::known::texts;
use crate::pair::{Operation, PairAttributes, PairResolution};
use crate::runtime::Runtime;

/// What is an echo's own.
#[derive(Debug, Clone, Deserialize)]
struct EchoAttributes {
    source: Attr<String>,
    target: Attr<String>,
    select: Attr<SelectAttributes>,
    target_bucket: Attr<String>,
    merge: Attr<bool>,
    adopt_targets: Attr<bool>,
    paused: Attr<bool>,
    on_destroy: Attr<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct SelectAttributes {
    include: Attr<Vec<Attr<String>>>,
    exclude: Attr<Vec<Attr<String>>>,
    tags: Attr<BTreeMap<String, Attr<String>>>,
}

/// An echo whose every value is known, and what is to be done with it.
pub struct Resolved {
    pub echo: Echo,
    pub paused: bool,
    /// Whether what it made goes with it.
    pub remove: bool,
    pub pair: PairAttributes,
}

/// What the attributes came to.
pub enum Resolution {
    /// Everything is known.
    Known(Box<Resolved>),
    /// Something is known after apply only.
    Unknown {
        /// Whether it is in the provider block.
        provider: bool,
        /// The account of the target, where that is yet to be made.
        account: Option<Box<Creation>>,
    },
    /// A diagnostic says what is wrong.
    Failed,
}

/// The attributes as those of a pair.
fn as_pair(value: &Value) -> Value {
    let given = |name: &str| value.get(name).cloned().unwrap_or(Value::Null);
    let side = |site: &str, bucket: &str, storage_class: Value, key: Value, role: Value| {
        Value::object([
            ("site", given(site)),
            ("bucket", Value::from(bucket)),
            ("create", Value::Null),
            ("force_destroy", Value::Null),
            ("storage_class", storage_class),
            ("kms_key_arn", key),
            ("role", role),
        ])
    };
    let mut pair = Value::object(
        crate::pair::schema::schema()
            .attributes()
            .map(|(name, _)| (name.to_owned(), Value::Null)),
    );
    for name in options() {
        pair.set(name.clone(), given(&name));
    }
    let source = side(
        "source",
        "stands-for-each",
        Value::Null,
        given("source_kms_key_arn"),
        given("source_role"),
    );
    let target = side(
        "target",
        "stands-for-its-target",
        given("storage_class"),
        given("target_kms_key_arn"),
        given("target_role"),
    );
    pair.set("source", source);
    pair.set("destination", target);
    let role = match given("role") {
        Value::Null => Value::from("site"),
        role => role,
    };
    pair.set("role", role);
    pair
}

/// What `terraform validate` can know.
pub fn validate(value: &Value, diagnostics: &mut Diagnostics) {
    accounts::schema::validate(value, diagnostics);
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let both_ways = match value.get("direction") {
        Some(Value::Null) | None => false,
        Some(direction) => direction.as_str() != Some("one_way"),
    };
    if text("target_role").is_some() && !both_ways {
        diagnostics.warning_at(
            Path::root().attribute("target_role"),
            "No rule runs under this role",
            "With `direction = \"one_way\"` nothing is replicated back from the target. Leave `target_role` out, or set `direction = \"two_way\"`.",
        );
    }
    let same_name = text("target_bucket")
        .and_then(|name| name.parse::<TargetName>().ok())
        .is_some_and(|name| name.is_same_name());
    let own = value.get("accounts").is_none_or(Value::is_null);
    if let Some(site) = text("source").filter(|source| own && text("target") == Some(source))
        && same_name
    {
        diagnostics.error_at(
            Path::root().attribute("target_bucket"),
            "A bucket cannot be its own target",
            format!("Source and target are both site {site}, where a name is one bucket. Use a template such as \"{{bucket}}-dr\", or name another site."),
        );
    }
    if let Some(pair) = PairAttributes::read(&as_pair(value), diagnostics) {
        pair.validate(diagnostics);
    }
}

/// How long an operation may take, where the attributes can be read at all.
pub fn timeout(value: &Value, operation: Operation) -> Option<Duration> {
    let pair = PairAttributes::read(&as_pair(value), &mut Diagnostics::new())?;
    Some(pair.timeout(operation))
}

/// Turns attributes into an echo, whose target is the account that it has been.
pub async fn resolve(
    value: &Value,
    runtime: &Runtime,
    diagnostics: &mut Diagnostics,
) -> Resolution {
    let resolution = resolve_anywhere(value, runtime, diagnostics).await;
    if let Resolution::Known(resolved) = &resolution
        && let Some(moved) = Moved::of(value, &resolved.echo)
    {
        moved.refuse(diagnostics);
        return Resolution::Failed;
    }
    resolution
}

/// The same, whatever account the target has been.
pub async fn resolve_anywhere(
    value: &Value,
    runtime: &Runtime,
    diagnostics: &mut Diagnostics,
) -> Resolution {
    let own: EchoAttributes = match from_value(value) {
        Ok(own) => own,
        Err(error) => {
            diagnostics.error_at(error.path, "The echo cannot be read", error.message);
            return Resolution::Failed;
        }
    };
    let Some(mut pair) = PairAttributes::read(&as_pair(value), diagnostics) else {
        return Resolution::Failed;
    };
    if runtime.unknown.is_some() {
        return unknown(true);
    }
    match accounts::place(value, runtime, diagnostics).await {
        Place::AsConfigured => {}
        Place::At { source, target } => pair.work_at(source, target),
        Place::Awaited(creation) => {
            return Resolution::Unknown {
                provider: false,
                account: Some(creation),
            };
        }
        Place::Unknown => return unknown(false),
        Place::Failed => return Resolution::Failed,
    }
    let mut of_pair = Diagnostics::new();
    let template = match pair.resolve(None, runtime, &mut of_pair).await {
        PairResolution::Known(template) => *template,
        PairResolution::Unknown { provider } => return unknown(provider),
        PairResolution::Failed => {
            diagnostics.extend(of_pair.into_iter().map(of_echo));
            return Resolution::Failed;
        }
    };
    diagnostics.extend(of_pair.into_iter().map(of_echo));
    let Ok(attributes) = own.known() else {
        return unknown(false);
    };
    let target_bucket: TargetName = match attributes.target_bucket.parse() {
        Ok(name) => name,
        Err(error) => {
            let error: replication::NameError = error;
            let path = Path::root().attribute("target_bucket");
            diagnostics.error_at(path, "Not a template", error.to_string());
            return Resolution::Failed;
        }
    };
    let echo = Echo {
        template,
        target_bucket,
        selection: attributes.selection,
        merge: attributes.merge,
        adopt_targets: attributes.adopt_targets,
        succeeds: None,
    };
    let problems = echo.check();
    crate::diagnostics::add_problems(&problems, diagnostics);
    if problems.iter().any(replication::Problem::is_error) {
        return Resolution::Failed;
    }
    Resolution::Known(Box::new(Resolved {
        echo,
        paused: attributes.paused,
        remove: attributes.remove,
        pair,
    }))
}

/// What is said of a pair, at the echo's own attributes and in their names.
fn of_echo(mut diagnostic: Diagnostic) -> Diagnostic {
    diagnostic.detail = replication::echo::in_words_of_echo(&diagnostic.detail);
    if let Some(path) = diagnostic.path.take() {
        let mut steps = path.steps().iter();
        let side = match steps.next() {
            Some(Step::Attribute(side)) if side == "source" => Some("source"),
            Some(Step::Attribute(side)) if side == "destination" => Some("target"),
            _ => None,
        };
        diagnostic.path = Some(match (side, steps.next()) {
            (Some(side), Some(Step::Attribute(part)))
                if part == "role" || part == "kms_key_arn" =>
            {
                Path::root().attribute(format!("{side}_{part}"))
            }
            (Some(_), Some(Step::Attribute(part))) if part == "storage_class" => {
                Path::root().attribute("storage_class")
            }
            (Some(side), _) => Path::root().attribute(side),
            (None, _) => path,
        });
    }
    diagnostic
}

fn unknown(provider: bool) -> Resolution {
    Resolution::Unknown {
        provider,
        account: None,
    }
}

/// The account that the target is in.
pub fn target_account(echo: &Echo) -> Value {
    Value::from(echo.template.destination.site.account.to_string())
}

/// That the target is another account than it was: names of accounts and credentials may change hands, and objects must not go
/// where nobody sent them.
pub struct Moved {
    before: String,
    now: String,
}

impl Moved {
    /// What a value says of the target's account, held against where its echo leads now.
    pub fn of(value: &Value, echo: &Echo) -> Option<Self> {
        let before = value.get("target_account_id").and_then(Value::as_str)?;
        let now = &echo.template.destination.site.account;
        (before != now.as_str()).then(|| Self {
            before: before.to_owned(),
            now: now.to_string(),
        })
    }

    fn diagnostic(&self, severity: Severity, what: &str) -> Diagnostic {
        let Self { before, now } = self;
        Diagnostic {
            severity,
            summary: format!("The target is another account now: {now}"),
            detail: format!(
                "It was {before}, and what was replicated is there. {what}Give the site's credentials, or the account's name, back. If the move is meant, give the new account a site of its own beside the former one, and name it as `target`: that replaces the echo, and takes what it made along where `on_destroy` is \"remove\". Where the former account cannot be had any more, replace the echo with `terraform apply -replace=ADDRESS`. Rules to {before} then stay, and buckets there keep their names, which in one partition of AWS no other account can have: another `target_bucket` and `merge = true` let the echo stand beside them."
            ),
            path: Some(Path::root().attribute("target_account_id")),
        }
    }

    /// That nothing is done.
    pub fn refuse(&self, diagnostics: &mut Diagnostics) {
        diagnostics.push(self.diagnostic(Severity::Error, ""));
    }

    /// That a refresh has left it out.
    pub fn tell_unseen(&self, diagnostics: &mut Diagnostics) {
        let what = "So the echo is shown as it was last seen. ";
        diagnostics.push(self.diagnostic(Severity::Warning, what));
    }

    /// That an apply will refuse it. For a plan that is no error: Terraform plans a change before it plans the replacement that
    /// the user asks for, and does not say which it is.
    pub fn tell_refused(&self, diagnostics: &mut Diagnostics) {
        let what = "The apply refuses this change; a replacement is another matter. ";
        diagnostics.push(self.diagnostic(Severity::Warning, what));
    }
}

/// An echo's own attributes, all of them known.
#[allow(
    clippy::struct_excessive_bools,
    reason = "the resource has these switches"
)]
struct Known {
    selection: Selection,
    target_bucket: String,
    merge: bool,
    adopt_targets: bool,
    paused: bool,
    remove: bool,
}

impl EchoAttributes {
    fn known(&self) -> Result<Known, Unknown> {
        for site in [&self.source, &self.target] {
            site.given()?;
        }
        let select = self.select.given()?;
        Ok(Known {
            selection: select.map_or_else(|| Ok(Selection::default()), |select| select.known())?,
            target_bucket: self
                .target_bucket
                .given()?
                .unwrap_or_else(|| TARGET_BUCKET.to_owned()),
            merge: self.merge.given()?.unwrap_or_default(),
            adopt_targets: self.adopt_targets.given()?.unwrap_or_default(),
            paused: self.paused.given()?.unwrap_or_default(),
            remove: self.on_destroy.given()?.as_deref() == Some("remove"),
        })
    }
}

impl SelectAttributes {
    fn known(&self) -> Result<Selection, Unknown> {
        let globs = |list: &Attr<Vec<Attr<String>>>| -> Result<Vec<Glob>, Unknown> {
            let mut globs = Vec::new();
            for text in list.given()?.unwrap_or_default() {
                // The schema has checked that each is one.
                globs.extend(text.given()?.and_then(|text| text.parse().ok()));
            }
            Ok(globs)
        };
        Ok(Selection {
            include: globs(&self.include)?,
            exclude: globs(&self.exclude)?,
            tags: texts(&self.tags)?,
        })
    }
}

#[cfg(test)]
mod tests;
