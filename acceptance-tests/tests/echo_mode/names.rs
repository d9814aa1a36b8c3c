//! One resource, two names; and the names of sites and roles that it is given.

use acceptance_tests::LabError;

use super::{Scene, text};
use crate::ground::{put, status};

#[tokio::test]
async fn moved_from_one_name_to_the_other_and_back() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    scene.buckets(&["orders"]).await;
    scene.apply().await?;
    scene.lab.reset_calls();
    let long = text("west", "");
    let short = long.replace(
        "\"crr_echo_mode\" \"dr\" {",
        "\"echo_mode\" \"dr\" {\n  provider = crr",
    );
    for (configuration, from, to) in [
        (&short, "crr_echo_mode.dr", "echo_mode.dr"),
        (&long, "echo_mode.dr", "crr_echo_mode.dr"),
    ] {
        let moved = format!("\nmoved {{\n  from = {from}\n  to   = {to}\n}}\n");
        scene
            .workdir
            .write("main.tf", &(configuration.clone() + &moved))?;
        scene.apply().await?;
        let coverage = scene.workdir.resource(to).await?["coverage"]["protected"].clone();
        assert_eq!(coverage, 1, "{to}");
    }
    assert!(
        scene.lab.calls().writes().is_empty(),
        "{}",
        scene.lab.calls().lines()
    );
    Ok(())
}

/// Another site is another account, which is no reason to refuse the replacement that the change of the site is.
#[tokio::test]
async fn another_target_in_another_account_replaces_the_echo() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    scene.buckets(&["orders"]).await;
    for (create_first, from) in [(false, "west"), (true, "vault")] {
        let to = if from == "west" { "vault" } else { "west" };
        let write = |target: &str| {
            let lifecycle = if create_first {
                "lifecycle {\n    create_before_destroy = true\n  }"
            } else {
                ""
            };
            let own = format!(
                "on_destroy = \"remove\"\ntarget_bucket = \"{{bucket}}-{target}-{create_first}\"\n{lifecycle}"
            );
            scene.workdir.write("main.tf", &text(target, &own))
        };
        write(from)?;
        scene.apply().await?;
        write(to)?;
        let plan = scene.workdir.plan().await?;
        assert_eq!(plan.code, 2, "{plan}");
        assert!(plan.words().contains("forces replacement"), "{plan}");
        scene.apply().await?;
        put(lab, east, "orders", "k").await;
        let (there, target) = (lab.site(to), format!("orders-{to}-{create_first}"));
        assert_eq!(status(lab, there, &target, "k").await, "REPLICA", "{to}");
    }
    Ok(())
}

/// The role of a site has a name of its own, which only its resource knows: of a side that nothing leaves nobody asks it.
#[tokio::test]
async fn a_one_way_echo_needs_no_role_of_its_target() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    scene.buckets(&["orders"]).await;
    let named = text("west", "source_role = crr_site.east.replication_role_arn");
    let named = ["east", "west"].iter().fold(named, |text, site| {
        let site_of = format!("name = \"{site}\"\n  replication_role = {{");
        let with_a_name = format!("{site_of} name = \"crr-of-{site}\",");
        text.replace(&site_of, &with_a_name)
    });
    scene.workdir.write("main.tf", &named)?;
    scene.apply().await?;
    // What state and the site's own plan know is no reason either.
    let second = scene.workdir.plan().await?;
    assert!(!second.words().contains("cannot be told"), "{second}");
    put(lab, east, "orders", "k").await;
    assert_eq!(status(lab, west, "orders-dr", "k").await, "REPLICA");

    let both = named.replace("source_role =", "direction = \"two_way\"\n  source_role =");
    scene.workdir.write("main.tf", &both)?;
    let plan = scene.workdir.plan().await?;
    assert_eq!(plan.code, 1, "{plan}");
    let words = plan.words();
    assert!(
        words.contains("role at site west cannot be told") && !words.contains("stands-for"),
        "{plan}"
    );
    Ok(())
}
