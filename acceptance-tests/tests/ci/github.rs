//! The workflows of GitHub Actions: their `run` steps are run, and what other actions do is left to them.

use std::collections::BTreeMap;

use acceptance_tests::{LabError, root};
use serde_json::Value;

use super::{Checkout, Ended, FOLDER, yaml};

/// Actions of others, which are theirs to test.
const OTHERS: [&str; 5] = [
    "actions/checkout@",
    "actions/upload-artifact@",
    "aws-actions/configure-aws-credentials@",
    "github/codeql-action/upload-sarif@",
    "hashicorp/setup-terraform@",
];
/// Our own.
const OURS: &str = "crr-dr/terraform-provider-crr/examples/ci/github/check@";

type Values = BTreeMap<String, String>;

/// Text with each `${{ NAME }}` replaced by its value.
fn filled(text: &str, values: &Values) -> String {
    let mut parts = text.split("${{");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once("}}").expect("a closed expression");
        let value = values.get(name.trim());
        filled += value.unwrap_or_else(|| panic!("{} has no value here", name.trim()));
        filled += rest;
    }
    filled
}

fn members(value: &Value) -> Vec<(&str, &str)> {
    let members = value.as_object().into_iter().flatten();
    members
        .map(|(name, value)| (name.as_str(), value.as_str().expect("text")))
        .collect()
}

/// What a run has at hand: the values of expressions, and the runner's own variables.
struct Runner<'a> {
    checkout: &'a Checkout,
    values: Values,
    environment: Values,
}

impl<'a> Runner<'a> {
    fn new(checkout: &'a Checkout) -> Self {
        let at = |name: &str| checkout.path(name).display().to_string();
        std::fs::create_dir_all(at("runner")).expect("the runner's folder");
        let action = root().join("examples/ci/github/check");
        let environment = [
            ("RUNNER_TEMP", at("runner")),
            ("GITHUB_STEP_SUMMARY", at("summary.md")),
            ("GITHUB_PATH", at("path")),
            ("GITHUB_ACTION_PATH", action.display().to_string()),
        ];
        let values = [
            ("runner.temp", at("runner")),
            ("vars.DRIFT_ROLE", String::new()),
            ("vars.CRR_URL", String::new()),
            ("vars.CRR_SHA256", String::new()),
            ("github.token", "a-token".to_owned()),
            ("github.repository", "example/infrastructure".to_owned()),
            ("github.event.pull_request.number", "7".to_owned()),
        ];
        let owned = |(name, value): (&str, String)| (name.to_owned(), value);
        Self {
            checkout,
            values: values.map(owned).into(),
            environment: environment.map(owned).into(),
        }
    }

    /// Runs steps until one fails, and gives how the last of them ended.
    async fn steps(&mut self, steps: &Value) -> Result<Ended, LabError> {
        let mut last = None;
        for step in steps.as_array().expect("steps") {
            let ended = if let Some(action) = step["uses"].as_str() {
                if !action.starts_with(OURS) {
                    let known = OTHERS.iter().any(|other| action.starts_with(other));
                    assert!(known, "{action} is not among the actions of others");
                    continue;
                }
                Box::pin(self.our_action(step)).await?
            } else {
                self.step(step).await?
            };
            let failed = ended.code != 0;
            last = Some(ended);
            if failed {
                break;
            }
        }
        Ok(last.expect("a step that runs"))
    }

    /// Runs our action with the inputs of a step, and those that it does not give by default.
    async fn our_action(&mut self, step: &Value) -> Result<Ended, LabError> {
        let action = yaml("github/check/action.yml");
        for (name, input) in action["inputs"].as_object().expect("inputs") {
            let given = step["with"][name].as_str().or(input["default"].as_str());
            let value = filled(given.expect("a default"), &self.values);
            self.values.insert(format!("inputs.{name}"), value);
        }
        let ended = self.steps(&action["runs"]["steps"]).await;
        for (name, output) in action["outputs"].as_object().expect("outputs") {
            let value = filled(output["value"].as_str().expect("a value"), &self.values);
            let id = step["id"].as_str().unwrap_or_default();
            self.values
                .insert(format!("steps.{id}.outputs.{name}"), value);
        }
        ended
    }

    async fn step(&mut self, step: &Value) -> Result<Ended, LabError> {
        let script = step["run"].as_str().expect("a step runs or uses");
        assert!(
            !script.contains("${{"),
            "what others decide on goes into the environment, never into the shell:\n{script}"
        );
        let mut environment = self.environment.clone();
        for (name, value) in members(&step["env"]) {
            environment.insert(name.to_owned(), filled(value, &self.values));
        }
        let output = self.checkout.path("output").display().to_string();
        std::fs::write(&output, "").expect("the outputs' file");
        environment.insert("GITHUB_OUTPUT".to_owned(), output);
        self.checkout.workdir.write("step.sh", script)?;
        // A step that names bash gets pipefail, another does not.
        let mut command = vec!["bash", "--noprofile", "--norc", "-e"];
        if step["shell"] == "bash" {
            command.extend(["-o", "pipefail"]);
        }
        command.push("step.sh");
        let ended = self.checkout.run(&command, &environment).await?;
        let id = step["id"].as_str().unwrap_or_default();
        for line in self.checkout.read("output").lines() {
            let (name, value) = line.split_once('=').expect("an output");
            self.values
                .insert(format!("steps.{id}.outputs.{name}"), value.to_owned());
        }
        Ok(ended)
    }
}

#[tokio::test]
async fn the_nightly_check_is_silent_until_something_drifts() -> Result<(), LabError> {
    let checkout = Checkout::applied().await?;
    let workflow = yaml("github/drift.yml");
    let steps = &workflow["jobs"]["drift"]["steps"];
    let mut runner = Runner::new(&checkout);
    checkout.lab.reset_calls();
    let ended = runner.steps(steps).await?;
    assert_eq!(ended.code, 0, "{}", ended.said);
    assert_eq!(runner.values["steps.check.outputs.code"], "0");
    let summary = checkout.read("summary.md");
    assert!(
        !summary.is_empty() && !summary.contains("drifted"),
        "{summary}"
    );

    checkout.plant_drift().await;
    std::fs::remove_file(checkout.path("summary.md")).expect("the first summary");
    checkout.lab.reset_calls();
    let ended = runner.steps(steps).await?;
    assert_eq!(ended.code, 2, "{}", ended.said);
    assert_eq!(runner.values["steps.check.outputs.code"], "2");
    let summary = checkout.read("summary.md");
    assert!(summary.contains("destination.rule.everything"), "{summary}");
    let sarif = std::fs::read_to_string(&runner.values["steps.check.outputs.sarif"]);
    let sarif: Value = serde_json::from_str(&sarif.expect("SARIF")).expect("JSON");
    let first = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(
        first["artifactLocation"]["uri"],
        format!("{FOLDER}/main.tf"),
        "{sarif:#}"
    );
    let writes = checkout.lab.calls().writes();
    assert!(writes.is_empty(), "a check reads only: {}", writes.lines());
    Ok(())
}

/// The program comes from where the inputs say, if it is what the checksum says.
#[tokio::test]
async fn the_action_brings_the_program_where_there_is_none() -> Result<(), LabError> {
    let checkout = Checkout::applied().await?;
    let action = yaml("github/check/action.yml");
    let step = &action["runs"]["steps"][0];
    let mut runner = Runner::new(&checkout);
    checkout.workdir.write("release/crr", "#!/bin/sh\n")?;
    let environment = Values::new();
    for command in [
        &["chmod", "+x", "release/crr"][..],
        &["tar", "-czf", "crr.tar.gz", "-C", "release", "crr"],
    ] {
        assert_eq!(checkout.run(command, &environment).await?.code, 0);
    }
    let sum = checkout
        .run(&["sha256sum", "crr.tar.gz"], &environment)
        .await?;
    let sum = sum.said.split(' ').next().unwrap_or_default().to_owned();
    let url = format!("file://{}", checkout.path("crr.tar.gz").display());
    // Only the system's own programs: no crr.
    runner
        .environment
        .insert("PATH".to_owned(), "/usr/bin:/bin".to_owned());
    for (url, sum, code) in [
        (String::new(), String::new(), 1),
        (url.clone(), "0".repeat(64), 1),
        (url, sum, 0),
    ] {
        runner.values.insert("inputs.crr-url".to_owned(), url);
        runner.values.insert("inputs.crr-sha256".to_owned(), sum);
        let ended = runner.step(step).await?;
        assert_eq!(ended.code, code, "{}", ended.said);
    }
    assert!(checkout.path("runner/crr/crr").is_file());
    assert_eq!(
        checkout.read("path").trim(),
        checkout.path("runner/crr").display().to_string()
    );
    Ok(())
}

/// Stands for the `gh` of GitHub's runners: keeps what it is asked, and says which comment there is already.
const GH: &str = "#!/bin/sh\necho \"$*\" >> gh.calls\ncase \"$*\" in\n*--paginate*) cat gh.comments ;;\n*) for word in \"$@\"; do case $word in body=@*) cp \"${word#body=@}\" gh.body ;; esac; done ;;\nesac\n";

#[tokio::test]
async fn a_pull_request_has_one_comment_with_its_plan() -> Result<(), LabError> {
    let checkout = Checkout::applied().await?;
    let workflow = yaml("github/plan.yml");
    let job = &workflow["jobs"]["plan"];
    let mut runner = Runner::new(&checkout);
    for (name, value) in members(&job["env"]) {
        runner.environment.insert(name.to_owned(), value.to_owned());
    }
    checkout.workdir.write("programs/gh", GH)?;
    checkout.workdir.write("gh.comments", "")?;
    let executable = ["chmod", "+x", "programs/gh"];
    checkout.run(&executable, &Values::new()).await?;
    let main = format!("{FOLDER}/main.tf");
    let changed = checkout
        .read(&main)
        .replace("direction   = \"two_way\"", "direction   = \"one_way\"");
    assert_ne!(changed, checkout.read(&main));
    checkout.workdir.write(&main, &changed)?;

    let ended = runner.steps(&job["steps"]).await?;
    assert_eq!(ended.code, 0, "{}", ended.said);
    let body = checkout.read("gh.body");
    assert!(
        body.starts_with("<!-- crr plan of infrastructure -->")
            && body.contains("Plan: 0 to add, 1 to change, 0 to destroy.")
            && body.contains("#### After the apply")
            && !body.contains("source.bucket_policy."),
        "{body}"
    );
    let calls = checkout.read("gh.calls");
    assert!(
        calls.contains("--method POST repos/example/infrastructure/issues/7/comments"),
        "{calls}"
    );

    // The next push renews the comment that is there.
    checkout.workdir.write("gh.comments", "4711\n")?;
    let ended = runner.steps(&job["steps"]).await?;
    assert_eq!(ended.code, 0, "{}", ended.said);
    let calls = checkout.read("gh.calls");
    assert!(
        calls.contains("--method PATCH repos/example/infrastructure/issues/comments/4711"),
        "{calls}"
    );

    // What S3 may not is in the comment, with the objects that fail, and ends the job.
    checkout.plant_refusal().await;
    std::fs::remove_file(checkout.path("gh.body")).expect("the comment before");
    checkout.lab.reset_calls();
    let ended = runner.steps(&job["steps"]).await?;
    assert_eq!(ended.code, 2, "{}", ended.said);
    let body = checkout.read("gh.body");
    assert!(
        body.contains("source.bucket_policy.s3:ReplicateObject")
            && body.contains("DstPutObjectNotPermitted"),
        "{body}"
    );
    let writes = checkout.lab.calls().writes();
    assert!(writes.is_empty(), "a plan reads only: {}", writes.lines());

    // A plan that fails is no comment.
    checkout.workdir.write(&main, "resource {}\n")?;
    let ended = runner.steps(&job["steps"]).await?;
    assert_eq!(ended.code, 1, "{}", ended.said);
    Ok(())
}
