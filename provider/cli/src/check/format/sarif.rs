//! The report as SARIF 2.1.0, for code scanning: one result for each facet that is not as it should be.

use std::fmt::Write;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::super::report::{Facet, Item, Report, Status};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const HOME: &str =
    "https://registry.terraform.io/providers/crr-dr/crr/latest/docs/guides/drift-detection-in-ci";

/// Code scanning takes more results of one run and shows no more than these.
const MOST: usize = 5_000;

/// The rules, in the order in which results name them.
const RULES: [Rule; 4] = [
    Rule {
        status: Status::Drifted,
        name: "Drifted",
        level: "warning",
        what: "A part of a replicated bucket, a role or a key is not as the configuration says",
        help: "Somebody or something changed it. Apply the configuration to mend it, or change the configuration to what is now meant.",
    },
    Rule {
        status: Status::Missing,
        name: "Missing",
        level: "error",
        what: "A part that replication needs is not there",
        help: "Objects may no longer replicate. Apply the configuration to put it back.",
    },
    Rule {
        status: Status::Unprotected,
        name: "Unprotected",
        level: "error",
        what: "A bucket that should be replicated is not",
        help: "What is written there has no second copy. Apply the echo, or let the agent run; or exclude the bucket.",
    },
    Rule {
        status: Status::Unknown,
        name: "Unknown",
        level: "warning",
        what: "Something could not be looked at",
        help: "The check cannot tell whether it is as it should be. Allow the action that is named for the credentials of the check.",
    },
];

struct Rule {
    status: Status,
    name: &'static str,
    level: &'static str,
    what: &'static str,
    help: &'static str,
}

impl Rule {
    fn id(&self) -> String {
        format!("crr/{}", self.status.name())
    }
}

/// Writes the report.
pub fn write(report: &Report) -> String {
    let rules: Vec<Value> = RULES
        .iter()
        .map(rule)
        .chain([rule_of_what_is_left_out()])
        .collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "crr check",
                "semanticVersion": report.program.version,
                "informationUri": HOME,
                "rules": rules,
            } },
            "automationDetails": { "id": "crr-check/" },
            "invocations": [{
                "executionSuccessful": report.counts.unknown == 0,
                "endTimeUtc": report.checked_at,
                "exitCode": report.exit_code,
            }],
            "columnKind": "unicodeCodePoints",
            "results": results(report),
        }],
    });
    let mut text = serde_json::to_string_pretty(&log).unwrap_or_default();
    text.push('\n');
    text
}

fn rule(rule: &Rule) -> Value {
    json!({
        "id": rule.id(),
        "name": rule.name,
        "shortDescription": { "text": rule.what },
        "fullDescription": { "text": format!("{}.", rule.what) },
        "help": { "text": rule.help },
        "helpUri": HOME,
        "defaultConfiguration": { "level": rule.level },
    })
}

const LEFT_OUT: &str = "crr/left_out";

fn rule_of_what_is_left_out() -> Value {
    json!({
        "id": LEFT_OUT,
        "name": "LeftOut",
        "shortDescription": { "text": "There is more than this log shows" },
        "fullDescription": { "text": "There is more than this log shows." },
        "help": { "text": "Code scanning shows no more results of one log. The report in another form has all of them." },
        "helpUri": HOME,
        "defaultConfiguration": { "level": "warning" },
    })
}

/// What is ignored comes last, so that it goes first where there is too much.
fn results(report: &Report) -> Vec<Value> {
    let all = report
        .items
        .iter()
        .flat_map(|item| item.facets.iter().map(move |facet| (item, facet)));
    let (ignored, amiss): (Vec<_>, Vec<_>) =
        all.partition(|(_, facet)| facet.status == Status::Ignored);
    let mut results: Vec<Value> = amiss
        .into_iter()
        .chain(ignored)
        .filter_map(|(item, facet)| result(report, item, facet))
        .collect();
    if results.len() > MOST {
        let left_out = results.len() - (MOST - 1);
        results.truncate(MOST - 1);
        results.push(json!({
            "ruleId": LEFT_OUT,
            "ruleIndex": RULES.len(),
            "level": "warning",
            "message": { "text": format!("{left_out} more results are not in this log. The report in another form has all of them.") },
            "locations": [{ "physicalLocation": { "artifactLocation": { "uri": uri_of_input(report, None) } } }],
            "partialFingerprints": { "crrFacet/v1": LEFT_OUT },
        }));
    }
    results
}

fn result(report: &Report, item: &Item, facet: &Facet) -> Option<Value> {
    let status = match facet.status {
        Status::Ignored => facet.ignored.as_ref()?.was,
        status if status.is_amiss() => status,
        _ => return None,
    };
    let (index, rule) = RULES
        .iter()
        .enumerate()
        .find(|(_, rule)| rule.status == status)?;
    let mut location = json!({
        "physicalLocation": { "artifactLocation": { "uri": uri(report, item) } },
        "logicalLocations": [{
            "name": facet.name,
            "fullyQualifiedName": format!("{}/{}", item.address, facet.name),
            "kind": "resource",
        }],
    });
    if let (Some(declared), Some(physical)) =
        (&item.declared, location.pointer_mut("/physicalLocation"))
    {
        physical["region"] = json!({ "startLine": declared.line });
    }
    let mut result = json!({
        "ruleId": rule.id(),
        "ruleIndex": index,
        "level": rule.level,
        "message": { "text": plain(&message(item, facet)) },
        "locations": [location],
        "partialFingerprints": { "crrFacet/v1": fingerprint(item, facet) },
    });
    if let (Some(reason), Some(members)) = (&facet.ignored, result.as_object_mut()) {
        let why = format!("{} (until {})", reason.reason, reason.expires);
        members.insert(
            "suppressions".to_owned(),
            json!([{ "kind": "external", "justification": why }]),
        );
    }
    Some(result)
}

/// A text as SARIF's plain text: brackets would begin a link in it, and braces a placeholder (sections 3.11.5 and 3.11.6).
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '[' | ']' | '\\' => plain.extend(['\\', letter]),
            '{' | '}' => plain.extend([letter, letter]),
            letter => plain.push(letter),
        }
    }
    plain
}

/// One sentence a line, since code scanning shows the first line alone in its list.
fn message(item: &Item, facet: &Facet) -> String {
    let mut text = format!(
        "{} of {} is {}.",
        facet.name,
        item.way(),
        facet.status.words()
    );
    for (label, part) in [
        ("Should be", &facet.should),
        ("Is", &facet.is),
        ("Remedy", &facet.remedy),
    ] {
        if let Some(part) = part {
            text.push('\n');
            text.push_str(label);
            text.push_str(": ");
            text.push_str(part);
        }
    }
    text
}

/// Where it is declared, or else the input that it is of.
fn uri(report: &Report, item: &Item) -> String {
    match &item.declared {
        Some(declared) => encoded(&declared.file.replace('\\', "/")),
        None => uri_of_input(report, item.input.as_ref()),
    }
}

fn uri_of_input(report: &Report, input: Option<&String>) -> String {
    let file = input
        .or(report.inputs.first().map(|input| &input.file))
        .filter(|file| *file != "-")
        .map_or("terraform.tfstate", String::as_str);
    encoded(&file.replace('\\', "/"))
}

/// A path as a URI reference.
fn encoded(path: &str) -> String {
    path.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// The same from run to run, whatever line the resource is declared on and whatever the facet is now.
fn fingerprint(item: &Item, facet: &Facet) -> String {
    let mut about = format!("{}\n{}\n{}", item.address, item.id, facet.name);
    if let Some(input) = &item.input {
        about = format!("{input}\n{about}");
    }
    let digest = Sha256::digest(about.as_bytes());
    digest
        .iter()
        .take(16)
        .fold(String::new(), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests;
