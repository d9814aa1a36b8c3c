//! Coverage as an attribute.

use std::collections::BTreeMap;

use replication::echo::{Counts, Coverage, LISTED};
use tfplugin::{Attribute, Nested, Type, Value};

const COUNTS: [(&str, &str); 9] = [
    ("buckets", "All buckets of the source."),
    ("protected", "Replicated as they should be."),
    ("pending", "Not replicated yet."),
    ("drifted", "Replicated, and not all is as it should be."),
    ("failed", "Cannot be looked at, or cannot be protected."),
    (
        "by_others",
        "Replicated to the same target, whole, by a `crr_pair` or by others: left alone.",
    ),
    (
        "conflicts",
        "Replicated elsewhere or in part only by others, or what stands under the target's name is another's, or there can be no bucket of the target's name.",
    ),
    (
        "excluded",
        "Left out by `select`, or the target of an echo whose objects were at this target before.",
    ),
    ("gone", "Listed, and deleted before they were looked at."),
];

/// The attribute.
pub fn attribute() -> Attribute {
    let counts = COUNTS.iter().fold(Nested::new(), |nested, (name, what)| {
        nested.attribute(*name, Attribute::number().computed().describe(*what))
    });
    let nested = counts
        .attribute(
            "exceptions",
            Attribute::map(Type::String).computed().describe(format!(
                "Why a bucket is not as it should be, by its name: pending, drifted with the facets that are, failed, or in conflict. The first {LISTED} of them."
            )),
        )
        .attribute("unlisted", Attribute::number().computed().describe("How many more exceptions there are."))
        .attribute(
            "excluded_because",
            Attribute::map(Type::Number).computed().describe("How many buckets are excluded, by the reason."),
        );
    Attribute::single(nested)
        .computed()
        .describe("How the site's buckets stand.")
}

fn number(count: usize) -> Value {
    Value::from(i64::try_from(count).unwrap_or(i64::MAX))
}

fn fields(counts: &mut Counts) -> [&mut usize; 9] {
    [
        &mut counts.buckets,
        &mut counts.protected,
        &mut counts.pending,
        &mut counts.drifted,
        &mut counts.failed,
        &mut counts.by_others,
        &mut counts.conflicts,
        &mut counts.excluded,
        &mut counts.gone,
    ]
}

/// Which numbers differ: "protected 230 instead of 231, conflicts 1 instead of 0".
pub fn changes(told: &Counts, reached: &Counts) -> String {
    let (mut told, mut reached) = (*told, *reached);
    let both = fields(&mut told).map(|count| *count);
    let both = both.into_iter().zip(fields(&mut reached));
    let changed: Vec<String> = COUNTS
        .iter()
        .zip(both)
        .filter(|(_, (told, reached))| told != *reached)
        .map(|((name, _), (told, reached))| format!("{name} {reached} instead of {told}"))
        .collect();
    changed.join(", ")
}

/// The value of a coverage.
pub fn to_value(coverage: &Coverage) -> Value {
    let mut counts = coverage.counts;
    let mut value = Value::object(
        COUNTS
            .iter()
            .zip(fields(&mut counts))
            .map(|((name, _), count)| (*name, number(*count))),
    );
    let exceptions = coverage.exceptions.iter();
    value.set(
        "exceptions",
        Value::map(exceptions.map(|(name, why)| (name.clone(), Value::from(why.clone())))),
    );
    value.set("unlisted", number(coverage.unlisted));
    let reasons = coverage.excluded_because.iter();
    value.set(
        "excluded_because",
        Value::map(reasons.map(|(why, count)| (why.clone(), number(*count)))),
    );
    value
}

/// The coverage in a value of the resource's type, where it is known.
pub fn of(value: &Value) -> Option<Coverage> {
    let value = value.get("coverage")?;
    let count = |value: &Value| match value {
        Value::Number(number) => number.as_u64().and_then(|n| usize::try_from(n).ok()),
        _ => None,
    };
    let map = |name: &str| match value.get(name) {
        Some(Value::Map(map)) => Some(map.clone()),
        _ => None,
    };
    let mut coverage = Coverage::default();
    for ((name, _), field) in COUNTS.iter().zip(fields(&mut coverage.counts)) {
        *field = count(value.get(name)?)?;
    }
    coverage.unlisted = count(value.get("unlisted")?)?;
    coverage.exceptions = map("exceptions")?
        .into_iter()
        .map(|(name, why)| Some((name, why.as_str()?.to_owned())))
        .collect::<Option<BTreeMap<_, _>>>()?;
    coverage.excluded_because = map("excluded_because")?
        .into_iter()
        .map(|(why, number)| Some((why, count(&number)?)))
        .collect::<Option<BTreeMap<_, _>>>()?;
    Some(coverage)
}
