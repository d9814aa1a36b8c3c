use tfplugin::json;

use super::super::schema;

/// What `terraform validate` says of a selection.
fn said(select: &str) -> Vec<(String, String)> {
    let select_of = schema::schema();
    let (_, attribute) = select_of
        .attributes()
        .find(|(name, _)| *name == "select")
        .unwrap();
    let (select, _) = json::decode_state(select.as_bytes(), &attribute.ty()).unwrap();
    let mut echo = schema::empty("east", "west");
    echo.set("select", select);
    let diagnostics = tfplugin::validate(&schema::schema(), &echo);
    diagnostics
        .iter()
        .map(|told| {
            let at = told.path.as_ref().map(ToString::to_string);
            (at.unwrap_or_default(), told.detail.clone())
        })
        .collect()
}

/// A variable that is empty by mistake must not protect, and mirror, the whole site.
#[test]
fn an_empty_selection_is_refused_where_it_stands_and_one_left_out_is_not() {
    for (select, at) in [
        (r#"{"include":[]}"#, "select.include"),
        (r#"{"tags":{}}"#, "select.tags"),
    ] {
        let said = said(select);
        assert_eq!(said.len(), 1, "{said:?}");
        assert_eq!(said[0].0, at);
        assert!(said[0].1.contains("leave it out"), "{said:?}");
    }
    for select in [
        "null",
        "{}",
        r#"{"exclude":[]}"#,
        r#"{"include":["a*"],"tags":{"dr":"true"}}"#,
    ] {
        assert_eq!(said(select), [], "{select}");
    }
}
