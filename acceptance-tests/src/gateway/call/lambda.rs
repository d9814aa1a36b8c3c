//! Lambda's operations, by method and path.

use hyper::body::Bytes;
use serde_json::Value;

/// The operation's name, and the function, mapping or ARN that it is about.
pub fn operation(method: &str, path: &str, body: &Bytes) -> (String, String) {
    // The first part of a path is the API's date; an ARN may hold slashes.
    let mut parts = path.trim_matches('/').splitn(4, '/').skip(1);
    let kind = parts.next().unwrap_or_default();
    let name = parts.next().unwrap_or_default();
    let rest = parts.next().unwrap_or_default();
    let field = |name: &str| {
        let value = serde_json::from_slice::<Value>(body).unwrap_or_default();
        value
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let operation = match (kind, name.is_empty(), rest, method) {
        ("functions", true, _, "POST") => {
            return ("CreateFunction".to_owned(), field("FunctionName"));
        }
        ("functions", true, _, _) => "ListFunctions",
        ("functions", _, "", "DELETE") => "DeleteFunction",
        ("functions", _, "", _) => "GetFunction",
        ("functions", _, "configuration", "PUT") => "UpdateFunctionConfiguration",
        ("functions", _, "configuration", _) => "GetFunctionConfiguration",
        ("functions", _, "code", _) => "UpdateFunctionCode",
        ("functions", _, "concurrency", "PUT") => "PutFunctionConcurrency",
        ("functions", _, "concurrency", "DELETE") => "DeleteFunctionConcurrency",
        ("functions", _, "concurrency", _) => "GetFunctionConcurrency",
        ("functions", _, "policy", "POST") => "AddPermission",
        ("functions", _, "policy", "GET") => "GetPolicy",
        ("functions", _, "invocations", _) => "Invoke",
        ("event-source-mappings", true, _, "POST") => {
            return ("CreateEventSourceMapping".to_owned(), field("FunctionName"));
        }
        ("event-source-mappings", true, _, _) => "ListEventSourceMappings",
        ("event-source-mappings", _, _, "PUT") => "UpdateEventSourceMapping",
        ("event-source-mappings", _, _, "DELETE") => "DeleteEventSourceMapping",
        ("event-source-mappings", _, _, _) => "GetEventSourceMapping",
        ("tags", _, _, "POST") => "TagResource",
        ("tags", _, _, "DELETE") => "UntagResource",
        ("tags", _, _, _) => "ListTags",
        _ => return (format!("Lambda {method} {path}"), name.to_owned()),
    };
    let resource = if kind == "tags" {
        name.rsplit(':').next().unwrap_or(name)
    } else {
        name
    };
    (operation.to_owned(), resource.to_owned())
}

#[cfg(test)]
mod tests {
    use super::operation;
    use hyper::body::Bytes;

    fn named(method: &str, path: &str, body: &'static str) -> (String, String) {
        operation(method, path, &Bytes::from_static(body.as_bytes()))
    }

    #[test]
    fn operations_have_their_names() {
        for (method, path, body, wanted) in [
            (
                "POST",
                "/2015-03-31/functions",
                r#"{"FunctionName":"f"}"#,
                ("CreateFunction", "f"),
            ),
            ("GET", "/2015-03-31/functions/f", "", ("GetFunction", "f")),
            (
                "PUT",
                "/2015-03-31/functions/f/code",
                "",
                ("UpdateFunctionCode", "f"),
            ),
            (
                "GET",
                "/2015-03-31/functions/f/configuration",
                "",
                ("GetFunctionConfiguration", "f"),
            ),
            (
                "POST",
                "/2015-03-31/event-source-mappings",
                r#"{"FunctionName":"f"}"#,
                ("CreateEventSourceMapping", "f"),
            ),
            (
                "DELETE",
                "/2015-03-31/event-source-mappings/id",
                "",
                ("DeleteEventSourceMapping", "id"),
            ),
            (
                "GET",
                "/2017-03-31/tags/arn:aws:lambda:us-east-1:1:function:f",
                "",
                ("ListTags", "f"),
            ),
        ] {
            let (operation, resource) = named(method, path, body);
            assert_eq!(
                (operation.as_str(), resource.as_str()),
                wanted,
                "{method} {path}"
            );
        }
    }
}
