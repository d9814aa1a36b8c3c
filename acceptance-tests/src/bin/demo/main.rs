//! The demo: two sites, a two-way pair, objects that arrive, something broken behind Terraform's back, the plan that
//! finds it, and all of it taken away again; then a whole site that the agent keeps. Each step is a line with a tick and its
//! time; a failure says what failed.

mod echo;
mod report;

use std::future::Future;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use acceptance_tests::{Engine, Lab, LabError, Site, Workdir};
use aws_sdk_s3::primitives::ByteStream;
use serde_json::Value;

/// How long an object may take to arrive: the lab is a fraction of a second behind.
const PATIENCE: Duration = Duration::from_secs(20);
/// The scenario that the demo plays.
const SCENARIO: &str = "quickstart";

fn say(line: &str) {
    // Whoever closed the output does not want to read on.
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Takes one step, and says how it went and how long it took.
async fn step<T>(
    what: &str,
    work: impl Future<Output = Result<T, LabError>>,
) -> Result<T, LabError> {
    let began = Instant::now();
    let result = work.await;
    let mark = if result.is_ok() { '✓' } else { '✗' };
    say(&format!(
        "{mark} {what:<68} {:>6.1} s",
        began.elapsed().as_secs_f64()
    ));
    result.map_err(|error| LabError::new(format!("{what}: {error}")))
}

#[tokio::main]
async fn main() -> ExitCode {
    let began = Instant::now();
    match play().await {
        Ok(page) => {
            say(&format!(
                "\nWhat crr check found while it was broken, as a page: {}",
                page.display()
            ));
            say(&format!(
                "All of it in {:.0} s. Next: README.md, or examples/scenarios/{SCENARIO} on AWS.",
                began.elapsed().as_secs_f64()
            ));
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "\nThe demo failed.\n{error}");
            ExitCode::FAILURE
        }
    }
}

async fn play() -> Result<PathBuf, LabError> {
    let lab = step(
        "start the lab: a local AWS with two sites, east and west",
        Lab::start(),
    )
    .await?;
    let (east, west) = (lab.site("east").clone(), lab.site("west").clone());
    let stem = lab.bucket("demo");
    let (orders, replica) = (format!("{stem}-east"), format!("{stem}-west"));
    let workdir = step(
        "terraform init, with the provider that was just built",
        scenario(&lab, &stem),
    )
    .await?;

    step(
        "terraform apply: two buckets, and a pair both ways",
        async { workdir.apply().await.map(drop) },
    )
    .await?;
    step(
        "an object put on the east side arrives on the west side",
        arrives(
            &lab,
            (&east, &orders),
            (&west, &replica),
            "from-the-east.txt",
        ),
    )
    .await?;
    step(
        "an object put on the west side arrives on the east side",
        arrives(
            &lab,
            (&west, &replica),
            (&east, &orders),
            "from-the-west.txt",
        ),
    )
    .await?;
    step("terraform plan: no changes", workdir.expect_empty_plan()).await?;

    step(
        "behind Terraform's back: the west bucket's replication is deleted",
        break_replication(&lab, &west, &replica),
    )
    .await?;
    let found = step(
        "terraform plan -detailed-exitcode finds it: exit code 2",
        finds_drift(&workdir),
    )
    .await?;
    for line in found {
        say(&format!("    {line}"));
    }
    let page = step(
        "crr check finds it, too, and writes a page: exit code 2",
        report::write(&lab, &workdir),
    )
    .await?;
    step(
        "terraform apply mends that part and touches no other",
        mends(&lab, &workdir),
    )
    .await?;
    step(
        "another object put on the west side arrives on the east side",
        arrives(
            &lab,
            (&west, &replica),
            (&east, &orders),
            "after-the-repair.txt",
        ),
    )
    .await?;

    step(
        "terraform destroy: pair, role and the two buckets that it made",
        async { workdir.destroy().await.map(drop) },
    )
    .await?;
    step(
        "nothing is left",
        nothing_left(&lab, [(&east, &orders), (&west, &replica)]),
    )
    .await?;
    say("");
    Box::pin(echo::play(&lab, &stem)).await?;
    step("stop the lab", async {
        drop(lab);
        Ok(())
    })
    .await?;
    Ok(page)
}

/// The scenario's files in a folder of their own, with the lab's sites as its variables.
async fn scenario(lab: &Lab, stem: &str) -> Result<Workdir, LabError> {
    let variables = serde_json::json!({ "sites": lab.terraform_sites(), "bucket": stem });
    Workdir::of_scenario(Engine::any()?, SCENARIO, &variables).await
}

async fn status(lab: &Lab, site: &Site, bucket: &str, key: &str) -> Option<String> {
    let head = lab
        .admin_s3(site)
        .head_object()
        .bucket(bucket)
        .key(key)
        .send()
        .await
        .ok()?;
    Some(
        head.replication_status()
            .map_or_else(|| "none".to_owned(), |status| status.as_str().to_owned()),
    )
}

/// Puts an object on one side and waits for it on the other, once and with the right status on both.
async fn arrives(
    lab: &Lab,
    from: (&Site, &str),
    to: (&Site, &str),
    key: &str,
) -> Result<(), LabError> {
    let body = ByteStream::from(key.as_bytes().to_vec());
    let put = lab
        .admin_s3(from.0)
        .put_object()
        .bucket(from.1)
        .key(key)
        .body(body);
    // The SDK's futures are large, and every step would carry this one.
    let put = Box::pin(put.send()).await;
    put.map_err(|error| LabError::new(format!("the object cannot be put: {error:?}")))?;
    let began = Instant::now();
    loop {
        let there = status(lab, to.0, to.1, key).await;
        let here = status(lab, from.0, from.1, key).await;
        let seen = (here.as_deref(), there.as_deref());
        if matches!(seen, (Some("COMPLETED" | "COMPLETE"), Some("REPLICA"))) {
            return Ok(());
        }
        if began.elapsed() > PATIENCE || seen.0 == Some("FAILED") {
            return Err(LabError::new(format!(
                "after {:.0} s its status is {} where it was put and {} where it should arrive",
                began.elapsed().as_secs_f64(),
                seen.0.unwrap_or("missing"),
                seen.1.unwrap_or("missing"),
            )));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn break_replication(lab: &Lab, site: &Site, bucket: &str) -> Result<(), LabError> {
    let deleted = lab
        .admin_s3(site)
        .delete_bucket_replication()
        .bucket(bucket)
        .send()
        .await;
    deleted
        .map(drop)
        .map_err(|error| LabError::new(format!("it cannot be deleted: {error:?}")))
}

/// The facets that the plan would change, as the plan has them.
async fn finds_drift(workdir: &Workdir) -> Result<Vec<String>, LabError> {
    let code = workdir.plan_exit_code().await?;
    if code != 2 {
        return Err(LabError::new(format!("the exit code is {code}")));
    }
    let plan = workdir.plan_json().await?;
    let changes = plan
        .get("resource_changes")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let mut lines = Vec::new();
    for change in changes {
        let facets = |when: &str| {
            change
                .pointer(&format!("/change/{when}/facets"))
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default()
        };
        let (before, after) = (facets("before"), facets("after"));
        for (name, should) in &after {
            if before.get(name) != Some(should) {
                let sign = if before.contains_key(name) { '~' } else { '+' };
                lines.push(format!(
                    "{sign} {name} = {}",
                    should.as_str().unwrap_or_default()
                ));
            }
        }
    }
    if lines.is_empty() {
        return Err(LabError::new("the plan shows no facet that differs"));
    }
    Ok(lines)
}

/// Applies, and sees that only the broken part was written.
async fn mends(lab: &Lab, workdir: &Workdir) -> Result<(), LabError> {
    lab.reset_calls();
    workdir.apply().await?;
    let writes = lab.calls().writes();
    let written = writes.names();
    if written == ["PutBucketReplication"] {
        return workdir.expect_empty_plan().await;
    }
    Err(LabError::new(format!(
        "these calls wrote something: {}",
        written.join(", ")
    )))
}

async fn nothing_left(lab: &Lab, buckets: [(&Site, &String); 2]) -> Result<(), LabError> {
    for (site, bucket) in buckets {
        if lab
            .admin_s3(site)
            .head_bucket()
            .bucket(bucket)
            .send()
            .await
            .is_ok()
        {
            return Err(LabError::new(format!("bucket {bucket} still stands")));
        }
        let roles = lab
            .admin_iam(site)
            .list_roles()
            .path_prefix("/crr/")
            .send()
            .await;
        let roles =
            roles.map_err(|error| LabError::new(format!("roles cannot be listed: {error:?}")))?;
        if let Some(role) = roles.roles().first() {
            return Err(LabError::new(format!(
                "role {} still stands",
                role.role_name()
            )));
        }
    }
    Ok(())
}
