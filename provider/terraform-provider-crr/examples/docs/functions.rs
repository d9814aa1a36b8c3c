//! The page of a function.

use tfplugin::{Parameter, Signature, Type};

use crate::attributes::type_name;
use crate::pages::front_matter;

/// The page.
pub fn page(name: &str, signature: &Signature, example: &str) -> String {
    let deprecation = signature.deprecation().map_or_else(String::new, |instead| {
        format!("~> **Deprecated.** {instead}\n\n")
    });
    let parameters = signature.parameters().iter().map(|p| argument(p, ""));
    let variadic = signature.variadic_parameter().map(|p| argument(p, "..."));
    let arguments: Vec<String> = parameters.chain(variadic).collect();
    let fixed = signature.parameters().iter().map(|p| explain(p, ""));
    let further = signature
        .variadic_parameter()
        .map(|p| explain(p, "Variadic, "));
    let explained: String = fixed.chain(further).collect();
    format!(
        "{}# function: {name}\n\n{deprecation}{}\n\n## Example Usage\n\n```terraform\n{example}\n```\n\n## Signature\n\n```text\n{name}({}) {}\n```\n\n## Arguments\n\n{explained}",
        front_matter(&format!("{name} function - crr"), signature.summary_text()),
        signature.description().trim_end(),
        arguments.join(", "),
        keyword(signature.return_type()),
    )
}

fn argument(parameter: &Parameter, dots: &str) -> String {
    format!("{} {}{dots}", parameter.name(), keyword(parameter.ty()))
}

fn explain(parameter: &Parameter, mark: &str) -> String {
    format!(
        "1. `{}` ({mark}{}) {}\n",
        parameter.name(),
        type_name(parameter.ty()),
        parameter.description()
    )
}

/// A type in Terraform's words.
fn keyword(ty: &Type) -> String {
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::Number => "number".to_owned(),
        Type::String => "string".to_owned(),
        Type::Dynamic => "dynamic".to_owned(),
        Type::List(of) => format!("list of {}", keyword(of)),
        Type::Set(of) => format!("set of {}", keyword(of)),
        Type::Map(of) => format!("map of {}", keyword(of)),
        Type::Tuple(_) => "tuple".to_owned(),
        Type::Object(_) => "object".to_owned(),
    }
}
