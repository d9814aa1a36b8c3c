//! A fault and a kill at each step of a site's role, import, and what S3 may do under the role.

use std::time::Duration;

use acceptance_tests::permissions::{Options, Simulation};
use acceptance_tests::{Effect, Fault, Lab, LabError, Workdir};

use super::{PLAIN, with_role};
use crate::ground::{make_bucket, replication, role_names};

const LIMIT: Duration = Duration::from_mins(1);

/// The writes of a clean create.
async fn steps() -> Result<Vec<String>, LabError> {
    let lab = Lab::start().await?;
    let workdir = Workdir::in_lab(&lab, &with_role("")).await?;
    lab.reset_calls();
    workdir.apply().await?;
    let calls = lab.calls().writes();
    let names: Vec<_> = calls.names().into_iter().map(str::to_owned).collect();
    assert_eq!(names, ["CreateRole", "PutRolePolicy"], "{}", calls.lines());
    Ok(names)
}

/// One role, as it should be; and none after the end.
async fn stands_once(lab: &Lab, workdir: &Workdir) -> Result<(), LabError> {
    let east = lab.site("east");
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    assert_eq!(role_names(lab, east).await, ["crr-site-east"]);
    workdir.destroy().await?;
    assert_eq!(role_names(lab, east).await, Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn a_refusal_at_each_step_then_apply_again() -> Result<(), LabError> {
    for operation in steps().await? {
        let lab = Lab::start().await?;
        let workdir = Workdir::in_lab(&lab, &with_role("")).await?;
        let fault = lab.inject(Fault::on(&operation, Effect::AccessDenied));
        let failed = workdir.try_apply().await?;
        assert_eq!((failed.code, fault.hits()), (1, 1), "{operation}: {failed}");
        assert!(failed.words().contains("AccessDenied"), "{failed}");
        lab.gateway().clear_faults();
        stands_once(&lab, &workdir).await?;
    }
    Ok(())
}

#[tokio::test]
async fn everything_killed_before_and_after_each_step() -> Result<(), LabError> {
    for operation in steps().await? {
        for effect in [Effect::PauseBefore, Effect::PauseAfter] {
            let lab = Lab::start().await?;
            let workdir = Workdir::in_lab(&lab, &with_role("")).await?;
            let pause = lab.inject(Fault::on(&operation, effect));
            let running =
                workdir.spawn(&["apply", "-auto-approve", "-input=false", "-no-color"])?;
            pause.reached(LIMIT).await?;
            running.kill();
            running.wait().await?;
            lab.gateway().clear_faults();
            stands_once(&lab, &workdir).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn an_imported_site_is_the_site_that_was() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    for text in [PLAIN.to_owned(), with_role("")] {
        let workdir = Workdir::in_lab(&lab, &text).await?;
        workdir.apply().await?;
        let before = workdir.resource("crr_site.east").await?;
        std::fs::remove_file(workdir.state_file()).expect("the state is lost");
        workdir.import("crr_site.east", "east").await?.ok()?;
        // Which role is the site's is the configuration's to say: taking it up again writes nothing.
        lab.reset_calls();
        workdir.apply().await?;
        let writes = lab.calls().writes();
        assert!(writes.is_empty(), "{}", writes.lines());
        workdir.expect_empty_plan().await?;
        assert_eq!(workdir.resource("crr_site.east").await?, before);
    }
    Ok(())
}

#[tokio::test]
async fn the_role_may_do_what_s3_needs_and_no_more() -> Result<(), LabError> {
    for (there, options) in [
        ("west", Options::default()),
        (
            "vault",
            Options {
                other_account: true,
                owner_override: true,
                kms: true,
                object_lock: true,
            },
        ),
    ] {
        let lab = Lab::start().await?;
        let (east, other) = (lab.site("east"), lab.site(there));
        let mut keys = Vec::new();
        for (site, bucket) in [(east, "team-orders"), (other, "team-orders-dr")] {
            if options.object_lock && site.region == "us-east-1" {
                lab.admin_s3(site)
                    .create_bucket()
                    .bucket(bucket)
                    .object_lock_enabled_for_bucket(true)
                    .send()
                    .await
                    .expect("made");
            } else {
                make_bucket(&lab, site, bucket).await;
            }
            let made = lab
                .admin_kms(site)
                .create_key()
                .send()
                .await
                .expect("a key");
            keys.push(
                made.key_metadata()
                    .and_then(|key| key.arn())
                    .expect("an ARN")
                    .to_owned(),
            );
        }
        let (of_the_role, of_a_side, of_the_pair) = if options.kms {
            (
                format!(
                    "decrypt = [\"{}\"]\n    encrypt = [\"{}\"]\n    owner_override = true\n    object_lock = true",
                    keys[0], keys[1]
                ),
                [
                    format!("kms_key_arn = \"{}\"", keys[0]),
                    format!("kms_key_arn = \"{}\"", keys[1]),
                ],
                "owner_override = true",
            )
        } else {
            (String::new(), [String::new(), String::new()], "")
        };
        let text = with_role(&of_the_role)
            + &format!(
                "resource \"crr_pair\" \"team\" {{\n  source      = {{ site = crr_site.east.name, bucket = \"team-orders\", {} }}\n  \
                 destination = {{ site = \"{there}\", bucket = \"team-orders-dr\", {} }}\n  role        = \"site\"\n  {of_the_pair}\n}}\n",
                of_a_side[0], of_a_side[1],
            );
        let workdir = Workdir::in_lab(&lab, &text).await?;
        workdir.apply().await?;
        workdir.expect_empty_plan().await?;
        let role = replication(&lab, east, "team-orders")
            .await
            .expect("rules")
            .role;
        assert!(role.ends_with("/crr-site-east"), "{role}");
        let simulation = Simulation {
            role,
            source: east,
            source_bucket: "team-orders".to_owned(),
            destination: other,
            destination_bucket: "team-orders-dr".to_owned(),
            source_key: options.kms.then(|| keys[0].clone()),
            destination_key: options.kms.then(|| keys[1].clone()),
            options,
        };
        let standing = simulation.standing(&lab).await?;
        assert_eq!(
            simulation.missing(&lab, &standing).await?,
            [],
            "{options:?}\n{standing:#?}"
        );
        assert_eq!(
            simulation.needless_statements(&lab, &standing).await?,
            Vec::<String>::new(),
            "{options:?}\n{standing:#?}"
        );
    }
    Ok(())
}
