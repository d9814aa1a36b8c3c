//! What can be known at plan is an error at plan, at the right attribute, before anything is touched.

use acceptance_tests::{Lab, LabError, Workdir};

use crate::ground::versioned_bucket;

#[tokio::test]
async fn at_plan_and_before_anything_is_touched() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let source = versioned_bucket(&lab, lab.site("east"), "orders").await;
    let destination = versioned_bucket(&lab, lab.site("west"), "orders-dr").await;
    let workdir = Workdir::in_lab(&lab, "").await?;
    let long = "x".repeat(1_025);
    let key = "arn:aws:kms:us-east-1:111111111111:key/11111111-1111-1111-1111-111111111111";
    // What Terraform shows of the place: the line of an attribute, or the path below one.
    let cases = [
        ("source = destination", source.as_str(), "east", source.as_str(), "", String::new(), "about destination.bucket"),
        ("a bucket name that is none", "Orders", "west", &destination, "", String::new(), "about source.bucket"),
        ("an unknown site", &source, "nowhere", &destination, "", String::new(), "about destination.site"),
        ("tags with delete markers", &source, "west", &destination, "", "rules = { a = { tags = { k = \"v\" }, delete_markers = true } }".to_owned(), r#"about rules["a"].delete_markers"#),
        ("the same priority", &source, "west", &destination, "", "rules = { a = { prefix = \"a\", priority = 1 }, b = { prefix = \"b\", priority = 1 } }".to_owned(), r#"about rules["b"].priority"#),
        ("a priority too high", &source, "west", &destination, "", "rules = { a = { priority = 2147483648 } }".to_owned(), r#"about rules["a"].priority"#),
        ("a priority below zero", &source, "west", &destination, "", "rules = { a = { priority = -1 } }".to_owned(), r#"about rules["a"].priority"#),
        ("a long prefix", &source, "west", &destination, "", format!("rules = {{ a = {{ prefix = \"{long}\" }} }}"), r#"about rules["a"].prefix"#),
        ("a direction that is none", &source, "west", &destination, "", "direction = \"sideways\"".to_owned(), r#": direction = "sideways""#),
        ("a storage class that is none", &source, "west", &destination, "storage_class = \"CHEAP\"", String::new(), "destination.storage_class must be"),
        ("a boundary that is no policy", &source, "west", &destination, "", "permissions_boundary = \"arn:aws:iam::111111111111:role/x\"".to_owned(), ": permissions_boundary ="),
        ("a key of another region", &source, "west", &destination, &format!("kms_key_arn = \"{key}\""), String::new(), "about destination.kms_key_arn"),
    ];
    lab.reset_calls();
    for (case, from, site, to, side, arguments, attribute) in cases {
        let text = format!(
            "resource \"crr_pair\" \"orders\" {{\n  source      = {{ site = \"east\", bucket = \"{from}\" }}\n  \
             destination = {{ site = \"{site}\", bucket = \"{to}\", {side} }}\n  {arguments}\n}}\n"
        );
        workdir.write("main.tf", &text)?;
        let plan = workdir.plan().await?;
        assert_eq!(plan.code, 1, "{case}: {plan}");
        assert!(plan.words().contains(attribute), "{case}: {plan}");
        assert_eq!(
            plan.words().matches("Error:").count(),
            1,
            "said once: {case}: {plan}"
        );
        assert!(
            plan.words().contains("with crr_pair.orders"),
            "at the resource: {case}: {plan}"
        );
    }
    assert!(
        lab.calls().writes().is_empty(),
        "{}",
        lab.calls().writes().lines()
    );
    Ok(())
}

#[tokio::test]
async fn what_is_lost_together_is_warned_of_and_a_bucket_into_itself_refused()
-> Result<(), LabError> {
    const WORDS: &str = "no protection against the loss of a region";
    let lab = Lab::start().await?;
    let source = versioned_bucket(&lab, lab.site("east"), "orders").await;
    let workdir = Workdir::in_lab(&lab, "").await?;
    let pair = |site: &str| {
        format!(
            "resource \"crr_pair\" \"orders\" {{\n  source = {{ site = \"east\", bucket = \"{source}\" }}\n  \
             destination = {{ site = \"{site}\", bucket = \"{source}-dr\", create = true }}\n}}\n"
        )
    };
    let echo = |site: &str, name: &str| {
        format!(
            "resource \"crr_echo_mode\" \"dr\" {{\n  source = \"east\"\n  target = \"{site}\"\n  {name}\n}}\n"
        )
    };
    for (text, warned) in [
        (pair("west"), false),
        (pair("east"), true),
        (echo("west", ""), false),
        (echo("east", ""), true),
    ] {
        workdir.write("main.tf", &text)?;
        let plan = workdir.plan().await?;
        assert_eq!(plan.code, 2, "{plan}");
        assert_eq!(plan.words().contains(WORDS), warned, "{text}{plan}");
    }
    workdir.write("main.tf", &echo("east", "target_bucket = \"{bucket}\""))?;
    let plan = workdir.plan().await?;
    assert_eq!(plan.code, 1, "{plan}");
    for words in ["A bucket cannot be its own target", ": target_bucket ="] {
        assert!(plan.words().contains(words), "{words}: {plan}");
    }
    assert_eq!(plan.words().matches("Error:").count(), 1, "{plan}");
    Ok(())
}

// Another resource may make the bucket in the same apply, so at plan it is a warning.
#[tokio::test]
async fn a_missing_bucket_is_a_warning_at_plan_and_an_error_at_apply() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let source = versioned_bucket(&lab, lab.site("east"), "orders").await;
    let text = format!(
        "resource \"crr_pair\" \"orders\" {{\n  source      = {{ site = \"east\", bucket = \"{source}\" }}\n  destination = {{ site = \"west\", bucket = \"orders-nowhere\" }}\n}}\n"
    );
    let workdir = Workdir::in_lab(&lab, &text).await?;
    lab.reset_calls();
    let plan = workdir.plan().await?;
    assert_eq!(plan.code, 2, "{plan}");
    assert!(
        plan.words().contains("orders-nowhere does not exist"),
        "{plan}"
    );
    let applied = workdir.try_apply().await?;
    assert_eq!(applied.code, 1, "{applied}");
    for words in [
        "orders-nowhere does not exist",
        "NoSuchBucket",
        "create = true",
    ] {
        assert!(applied.words().contains(words), "{words}: {applied}");
    }
    assert!(
        lab.calls().writes().is_empty(),
        "{}",
        lab.calls().writes().lines()
    );
    Ok(())
}

#[tokio::test]
async fn an_account_that_is_not_trusted() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let source = versioned_bucket(&lab, lab.site("east"), "orders").await;
    let destination = versioned_bucket(&lab, lab.site("vault"), "orders-dr").await;
    let text = format!(
        "resource \"crr_pair\" \"orders\" {{\n  source      = {{ site = \"east\", bucket = \"{source}\" }}\n  destination = {{ site = \"vault\", bucket = \"{destination}\" }}\n}}\n"
    );
    let workdir = Workdir::in_lab(&lab, &text).await?;
    let block =
        std::fs::read_to_string(workdir.path().join("provider.tf")).expect("the provider block");
    workdir.write(
        "provider.tf",
        &block.replace(
            "sites = var.sites",
            "sites = var.sites\n  trusted_account_ids = [\"111111111111\"]",
        ),
    )?;
    lab.reset_calls();
    let plan = workdir.plan().await?;
    assert_eq!(plan.code, 1, "{plan}");
    assert!(plan.words().contains("222222222222"), "{plan}");
    assert!(lab.calls().writes().is_empty());
    Ok(())
}

/// At plan it may still be made by another resource of the same apply; at apply it is an error before anything is touched.
#[tokio::test]
async fn a_bucket_that_is_missing() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let source = versioned_bucket(&lab, lab.site("east"), "orders").await;
    let text = format!(
        "resource \"crr_pair\" \"orders\" {{\n  source      = {{ site = \"east\", bucket = \"{source}\" }}\n  \
         destination = {{ site = \"west\", bucket = \"orders-nowhere\" }}\n}}\n"
    );
    let workdir = Workdir::in_lab(&lab, &text).await?;
    lab.reset_calls();
    let applied = workdir.try_apply().await?;
    assert!(
        applied.code == 1 && applied.words().contains("orders-nowhere does not exist"),
        "{applied}"
    );
    assert!(
        lab.calls().writes().is_empty(),
        "{}",
        lab.calls().writes().lines()
    );
    Ok(())
}
