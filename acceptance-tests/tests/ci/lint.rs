//! Each file is of the schema that its CI publishes.

use std::process::Command;

use acceptance_tests::lab::python;
use acceptance_tests::root;

/// Validates files against schemas that a package of the lab's environment carries.
const PROGRAM: &str = r#"
import json, pathlib, sys
try:
    import jsonschema, yaml
except ImportError as error:
    sys.exit(f"{error}: run `make tools`")
# Beside it, and not imported: what that package needs to run is not here.
schemas = pathlib.Path(jsonschema.__file__).parents[1] / "check_jsonschema" / "builtin_schemas" / "vendor"
schema, file = sys.argv[1:]
document = yaml.safe_load(open(file))
# YAML 1.1, which this parser reads, takes the key `on` for a truth value; the CIs read YAML 1.2.
document = {"on" if key is True else key: value for key, value in document.items()}
validator = jsonschema.Draft7Validator(json.loads((schemas / f"{schema}.json").read_text()))
errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]
sys.exit("\n".join(errors) or None)
"#;

fn errors(schema: &str, file: &std::path::Path) -> String {
    let checked = Command::new(python().expect("the lab's environment"))
        .args(["-c", PROGRAM, schema])
        .arg(file)
        .output()
        .expect("python runs");
    let words = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert_eq!(checked.status.success(), words.is_empty(), "{words}");
    words
}

#[test]
fn each_file_is_of_its_schema() {
    for (schema, file) in [
        ("github-workflows", "github/drift.yml"),
        ("github-workflows", "github/plan.yml"),
        ("github-actions", "github/check/action.yml"),
        ("gitlab-ci", "gitlab/.gitlab-ci.yml"),
    ] {
        let found = errors(schema, &root().join("examples/ci").join(file));
        assert_eq!(found, "", "{file}");
    }
}

#[test]
fn a_file_of_another_form_is_found() {
    let found = errors(
        "github-workflows",
        &root().join("examples/ci/gitlab/.gitlab-ci.yml"),
    );
    assert!(found.contains("'jobs' is a required property"), "{found}");
}
