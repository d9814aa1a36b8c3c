//! The trigger of an echo that is replaced by another of the same names, and of one that is not alone.

use acceptance_tests::LabError;

use super::{NAME, assert_gone, functions, queues, refuse, rules, script, with_function};
use crate::echo_mode::{ECHO, Scene, text};

/// The trigger is there with all its parts, and told of these target names.
async fn assert_works(scene: &Scene, target_bucket: &str) -> Result<(), LabError> {
    scene.workdir.expect_empty_plan().await?;
    let lab = &scene.lab;
    assert_eq!(queues(lab).await.len(), 2);
    assert!(rules(lab).await.contains(&NAME.to_owned()));
    let lambda = lab.admin_lambda(lab.site("east"));
    let found = lambda.get_function_configuration().function_name(NAME);
    let found = found.send().await.expect("the function");
    let told = found.environment().and_then(|told| told.variables());
    let told = format!("{:?}", told.and_then(|told| told.get("CRR_CONFIG")));
    assert!(told.contains(target_bucket), "{told}");
    Ok(())
}

/// Applies with `-replace`.
async fn replace(scene: &Scene) -> Result<(), LabError> {
    let option = format!("-replace={ECHO}");
    let arguments = [
        "apply",
        "-auto-approve",
        "-no-color",
        "-input=false",
        &option,
    ];
    let applied = scene.workdir.run(&arguments).await?.ok()?;
    let words = applied.words();
    assert!(!words.contains("in conflict"), "{applied}");
    // Where the old one goes first, the one that is made knows of it.
    let first = words.contains("The trigger stays while the echo is replaced");
    assert!(!first || !words.contains("stands already"), "{applied}");
    Ok(())
}

#[tokio::test]
async fn a_replaced_echo_hands_its_trigger_over() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    let folder = tempfile::tempdir().expect("a folder");
    let wanted = with_function(&script(folder.path(), "one")?);
    // The first apply fails, so the echo is tainted.
    scene.configure(&wanted)?;
    let fault = refuse(&scene.lab, "CreateFunction");
    assert_eq!(scene.workdir.try_apply().await?.code, 1);
    assert!(fault.hits() > 0);
    scene.lab.gateway().clear_faults();
    scene.workdir.apply().await?;
    assert_works(&scene, "{bucket}-dr").await?;
    scene.lab.reset_calls();
    replace(&scene).await?;
    let writes = scene.lab.calls();
    assert!(writes.writes().is_empty(), "{}", writes.lines());
    scene.configure(&format!("target_bucket = \"{{bucket}}-copy\"\n{wanted}"))?;
    scene.lab.reset_calls();
    scene.workdir.apply().await?;
    let writes = scene.lab.calls();
    let writes = writes.writes().lines();
    assert!(!writes.contains("DeleteQueue"), "{writes}");
    assert_works(&scene, "{bucket}-copy").await?;
    // Where the rules are taken off, the trigger goes with them and is made anew.
    for name in ["{bucket}-copy", "{bucket}-third"] {
        let removes = "on_destroy = \"remove\"";
        scene.configure(&format!("{removes}\ntarget_bucket = \"{name}\"\n{wanted}"))?;
        scene.workdir.apply().await?;
        assert_works(&scene, name).await?;
    }
    scene.configure("target_bucket = \"{bucket}-fourth\"")?;
    scene.apply().await?;
    assert_gone(&scene.lab).await;
    Ok(())
}

#[tokio::test]
async fn the_one_that_follows_keeps_its_trigger() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    let folder = tempfile::tempdir().expect("a folder");
    let wanted = with_function(&script(folder.path(), "one")?);
    let lifecycle = "lifecycle {\n  create_before_destroy = true\n}";
    for on_destroy in ["keep", "remove"] {
        let rest = format!("on_destroy = \"{on_destroy}\"\n{lifecycle}");
        scene.configure(&format!("{wanted}\n{rest}"))?;
        scene.workdir.apply().await?;
        replace(&scene).await?;
        assert_works(&scene, "{bucket}-dr").await?;
        let other = "target_bucket = \"{bucket}-copy\"";
        scene.configure(&format!("{other}\n{wanted}\n{rest}"))?;
        scene.workdir.apply().await?;
        assert_works(&scene, "{bucket}-copy").await?;
        // The new one has none.
        scene.configure(&rest)?;
        scene.apply().await?;
        assert_gone(&scene.lab).await;
        scene.configure(&format!("{wanted}\n{rest}"))?;
        scene.workdir.apply().await?;
        scene.configure(&rest)?;
        replace(&scene).await?;
        assert_eq!(functions(&scene.lab).await, Vec::<String>::new());
        assert_gone(&scene.lab).await;
    }
    Ok(())
}

/// It moves from the one to the other in one apply, whichever comes first.
#[tokio::test]
async fn of_two_echoes_of_one_way_one_has_the_trigger() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    let both = |one: &str, other: &str| {
        let one = format!("select = {{ exclude = [\"logs-*\"] }}\n{one}");
        let other = format!(
            "\nresource \"crr_echo_mode\" \"other\" {{\n  source = crr_site.east.name\n  target = crr_site.west.name\n  select = {{ include = [\"logs-*\"] }}\n{other}\n}}\n"
        );
        scene
            .workdir
            .write("main.tf", &(text("west", &one) + &other))
    };
    both("trigger = {}", "trigger = {}")?;
    let plan = scene.workdir.plan().await?;
    let words = plan.words();
    for said in [
        "Two echoes east->west have a trigger",
        "without logs-*",
        "Give the trigger to one of them",
    ] {
        assert!(plan.code == 1 && words.contains(said), "{said}: {plan}");
    }
    for (one, other) in [
        ("trigger = {}", ""),
        ("", "trigger = {}"),
        ("trigger = {}", ""),
    ] {
        both(one, other)?;
        scene.workdir.apply().await?;
        // What was made before the other was done may have gone with it.
        scene.workdir.apply().await?;
        scene.workdir.expect_empty_plan().await?;
        assert_eq!(queues(&scene.lab).await.len(), 2);
    }
    Ok(())
}
