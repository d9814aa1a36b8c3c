//! The attributes that say which settings of the source the destination is to have.

use replication::Setting;
use tfplugin::{Attribute, Diagnostics, Path, Type, Value};

/// `mirror_settings`
pub fn settings() -> Attribute {
    Attribute::set(Type::String)
        .optional()
        .validate(known)
        .describe(format!(
            "Settings of the source bucket that the destination bucket is to have too, of: {}. Always from source to destination, with `two_way` as well. Each is a facet like any other, `destination.mirror.tags` and so on: shown, drift-checked and mended. What the destination has and the source lacks stays, unless `mirror_exact` is set. Where a bucket that is made here would have a setting by default, the mirror goes before it. What would open the destination to everybody is left out, and the plan says so, unless `mirror_public` is set. Destroying the resource, or taking a setting out of this list, leaves the destination's setting as it is.",
            Setting::ALL
                .map(|setting| format!("`{setting}`"))
                .join(", "),
        ))
}

/// `mirror_exact`
pub fn exact() -> Attribute {
    Attribute::bool().optional().describe(
        "Whether what the destination has and the source lacks goes, for each of the `mirror_settings`: tags (not those of AWS, nor of this provider), lifecycle rules, statements of the bucket policy (not those of this provider), and settings as a whole. Default: false.",
    )
}

/// `mirror_public`
pub fn public() -> Attribute {
    Attribute::bool().optional().describe(
        "Whether the destination may be opened to everybody because the source is: by a public-access block that blocks less than the destination's, or by statements of its policy that allow something to everybody. A source without a public-access block is open, so the destination's is then taken off. Default: false; these are then not mirrored, and the plan warns of them.",
    )
}

fn known(value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    let (Value::Set(settings) | Value::List(settings)) = value else {
        return;
    };
    for setting in settings {
        if let Some(Err(error)) = setting.as_str().map(str::parse::<Setting>) {
            diagnostics.error_at(path.clone(), "Not a setting", error.to_string());
        }
    }
}
