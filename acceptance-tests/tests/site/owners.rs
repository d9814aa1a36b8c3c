//! One role of a site, and two who keep it.

use acceptance_tests::{Lab, LabError, Workdir};

use crate::ground::role_names;

/// A `crr_site` of `east` whose role is for these buckets.
fn site(address: &str, pattern: &str, more: &str) -> String {
    format!(
        "resource \"crr_site\" \"{address}\" {{\n  name = \"east\"\n  replication_role = {{ read = [\"{pattern}\"], write = [\"{pattern}\"], {more} }}\n}}\n"
    )
}

#[tokio::test]
async fn two_of_one_configuration_are_told_before_anything_is_made() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let two = |pattern: &str, more: &str| {
        format!("{}{}", site("one", "mm-*", ""), site("two", pattern, more))
    };
    let workdir = Workdir::in_lab(&lab, &two("tt-*", "")).await?;
    lab.reset_calls();
    for pattern in ["tt-*", "mm-*"] {
        workdir.write("main.tf", &two(pattern, ""))?;
        let plan = workdir.plan().await?;
        let words = plan.words();
        assert!(
            plan.code == 1
                && words.contains("Two crr_site resources keep role")
                && words.contains(&format!("\"{pattern}\"")),
            "{plan}"
        );
    }
    assert!(lab.calls().writes().is_empty());

    workdir.write("main.tf", &two("tt-*", "name = \"crr-tt\""))?;
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    let mut names = role_names(&lab, lab.site("east")).await;
    names.sort();
    assert_eq!(names, ["crr-site-east", "crr-tt"]);
    Ok(())
}

#[tokio::test]
async fn two_configurations_are_told_of_each_other() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let told = "Something else wrote role";
    let one = Workdir::in_lab(&lab, &site("one", "mm-*", "")).await?;
    let made = one.apply().await?;
    assert!(!made.words().contains(told), "{made}");
    assert!(!one.plan().await?.words().contains(told));
    let other = Workdir::in_lab(&lab, &site("other", "tt-*", "")).await?;
    let plan = other.plan().await?;
    assert!(
        plan.words().contains(told) && plan.words().contains("mm-*"),
        "{plan}"
    );
    other.apply().await?;
    let plan = one.plan().await?;
    assert!(
        plan.code == 2 && plan.words().contains(told) && plan.words().contains("site.role_policy"),
        "{plan}"
    );

    // A change of its own is no other's.
    let quiet = Workdir::in_lab(&lab, &site("quiet", "q-*", "name = \"crr-q\"")).await?;
    quiet.apply().await?;
    quiet.write("main.tf", &site("quiet", "qq-*", "name = \"crr-q\""))?;
    let plan = quiet.plan().await?;
    assert!(plan.code == 2 && !plan.words().contains(told), "{plan}");
    Ok(())
}
