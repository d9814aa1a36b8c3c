//! Accounts that cannot be told apart, made or entered, and ones that change hands.

use acceptance_tests::LabError;
use acceptance_tests::lab::HOME;
use acceptance_tests::stand_in::organizations::Trouble;

use super::{Organized, ROLE, id};
use crate::echo_mode::ECHO;
use crate::ground::{put, status};
use serde_json::json;

const MAKE: &str = "create = true, email = \"aws+{account}@example.com\"";

#[tokio::test]
async fn what_cannot_be_told_is_told_at_plan() -> Result<(), LabError> {
    let it = Organized::new("").await?;
    let words = it.refused().await?;
    assert!(words.contains("No account is named \"orders\""), "{words}");
    assert!(words.contains("create = true"), "{words}");

    it.organization.service.add(&id('3'), "orders", "ACTIVE");
    it.organization.service.add(&id('4'), "orders", "ACTIVE");
    let words = it.refused().await?;
    assert!(
        words.contains(&format!("{} and {}", id('3'), id('4'))),
        "{words}"
    );

    it.organization
        .service
        .change(&id('4'), "orders", "SUSPENDED");
    let words = it.refused().await?;
    assert!(
        words.contains("access_role") && words.contains("sts:AssumeRole"),
        "there is no role in it: {words}"
    );

    it.configure("create = true", "")?;
    let words = it.refused().await?;
    assert!(words.contains("needs an address"), "{words}");
    it.configure(
        "name = \"{bucket}\", access_role = \"arn:aws:iam::1:role/x\"",
        "",
    )?;
    let words = it.refused().await?;
    assert!(
        words.contains("Not a name of an account") && words.contains("Not a role name"),
        "{words}"
    );

    it.configure("", "")?;
    let alias = it
        .scene
        .lab
        .iam_of(HOME)
        .delete_account_alias()
        .account_alias("orders")
        .send()
        .await;
    alias.expect("the alias is gone");
    let words = it.refused().await?;
    assert!(words.contains("DescribeAccount"), "{words}");
    Ok(())
}

#[tokio::test]
async fn an_account_that_is_not_made_says_why() -> Result<(), LabError> {
    let it = Organized::new(MAKE).await?;
    let said = [
        (
            Trouble::Fails("EMAIL_ALREADY_EXISTS".to_owned()),
            ["EMAIL_ALREADY_EXISTS", "aws+orders@example.com"],
        ),
        (
            Trouble::Refused(
                "ConstraintViolationException".to_owned(),
                "You have exceeded the allowed number of AWS accounts.".to_owned(),
            ),
            ["exceeded the allowed number", "quota"],
        ),
    ];
    for (trouble, words) in said {
        it.organization.service.trouble(trouble);
        let failed = it.scene.workdir.try_apply().await?;
        assert_eq!(failed.code, 1, "{failed}");
        for words in words {
            assert!(failed.words().contains(words), "{words}: {failed}");
        }
    }
    it.scene.apply().await
}

#[tokio::test]
async fn a_lost_answer_makes_no_second_account() -> Result<(), LabError> {
    let it = Organized::new(MAKE).await?;
    it.organization.service.trouble(Trouble::AnswerLost);
    it.scene.apply().await?;
    assert_eq!(it.organization.count("CreateAccount"), 1);
    let named = it.organization.service.accounts();
    assert_eq!(named.iter().filter(|a| a.name == "orders").count(), 1);
    Ok(())
}

#[tokio::test]
async fn a_request_under_way_is_waited_for() -> Result<(), LabError> {
    let it = Organized::new(MAKE).await?;
    it.organization.service.under_way("orders", ROLE);
    it.scene.apply().await?;
    assert_eq!(it.organization.count("CreateAccount"), 0);
    let (lab, east) = (&it.scene.lab, it.scene.lab.site("east"));
    put(lab, east, "orders", "k").await;
    assert_eq!(
        status(lab, &it.within(&id('3')), "orders-dr", "k").await,
        "REPLICA"
    );
    Ok(())
}

#[tokio::test]
async fn a_name_that_changes_hands_moves_nothing() -> Result<(), LabError> {
    let it = Organized::new("").await?;
    it.organization.service.add(&id('3'), "orders", "ACTIVE");
    it.organization.service.make_role(&id('3'), ROLE).await?;
    it.scene.apply().await?;
    it.organization.service.change(&id('3'), "former", "ACTIVE");
    it.organization.service.add(&id('4'), "orders", "ACTIVE");
    it.organization.service.make_role(&id('4'), ROLE).await?;
    it.scene.buckets(&["invoices"]).await;
    // A plan of a replacement comes by way of one of a change, so that is no error; its apply is.
    let plan = it.scene.workdir.plan().await?;
    let words = plan.words();
    assert_eq!(plan.code, 2, "{plan}");
    assert!(
        words.contains("another account now") && words.contains(&id('3')),
        "{plan}"
    );
    let apply = it.scene.workdir.try_apply().await?;
    assert_eq!(apply.code, 1, "{apply}");
    assert!(
        apply
            .words()
            .contains("Error: The target is another account now"),
        "{apply}"
    );
    let echo = it.scene.workdir.resource(ECHO).await?;
    assert_eq!(echo["target_account_id"], json!(id('3')));
    let lab = &it.scene.lab;
    let there = lab
        .admin_s3(&it.within(&id('4')))
        .list_buckets()
        .send()
        .await;
    assert!(there.expect("listed").buckets().is_empty());

    // The move is meant. A bucket of the former account keeps its name, so what is new there is protected, and the rest is told.
    let replace = format!("-replace={ECHO}");
    let again = [
        "apply",
        "-no-color",
        "-input=false",
        "-auto-approve",
        &replace,
    ];
    let replaced = it.scene.workdir.run(&again).await?;
    let words = replaced.words();
    assert!(
        words.contains("Bucket orders: No access to bucket orders-dr"),
        "{replaced}"
    );
    assert_eq!(words.matches("Error: ").count(), 1, "{replaced}");
    put(lab, it.scene.lab.site("east"), "invoices", "k").await;
    let there = it.within(&id('4'));
    assert_eq!(status(lab, &there, "invoices-dr", "k").await, "REPLICA");
    let echo = it.scene.workdir.resource(ECHO).await?;
    assert_eq!(echo["target_account_id"], json!(id('4')));
    Ok(())
}
