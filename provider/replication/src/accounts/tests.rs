//! Which account is chosen, and what names and addresses become.

use super::*;

fn id(digit: char) -> AccountId {
    digit.to_string().repeat(12).parse().unwrap()
}

fn listed(digit: char, name: &str, active: bool) -> Listed {
    Listed {
        id: id(digit),
        name: name.to_owned(),
        email: None,
        active,
    }
}

#[test]
fn the_one_of_the_name_that_is_not_the_source() {
    let accounts = [
        listed('1', "orders", true),
        listed('2', "orders", true),
        listed('3', "orders", false),
        listed('4', "Orders", true),
    ];
    assert_eq!(
        choose(&accounts, "orders", Some(&id('1'))),
        Choice::Found(id('2')),
        "neither the source, nor the suspended one, nor one of another case"
    );
    assert_eq!(
        choose(&accounts, "orders", Some(&id('9'))),
        Choice::Several(vec![id('1'), id('2')])
    );
    assert_eq!(
        choose(&accounts[..1], "orders", None),
        Choice::Found(id('1')),
        "the source is of another system"
    );
}

#[test]
fn what_is_missing_says_what_was_there() {
    let accounts = [listed('1', "orders", true), listed('3', "orders", false)];
    assert_eq!(
        choose(&accounts, "orders", Some(&id('1'))),
        Choice::Missing {
            inactive: vec![id('3')],
            is_source: true
        }
    );
    assert_eq!(
        choose(&accounts, "else", Some(&id('1'))),
        Choice::Missing {
            inactive: vec![],
            is_source: false
        }
    );
}

#[test]
fn names_and_addresses_follow_their_templates() {
    let usual = AccountName::default();
    assert!(usual.needs_source());
    assert_eq!(usual.name_for("Orders Team").unwrap(), "Orders Team");
    let template: AccountName = "{account}-dr".parse().unwrap();
    assert_eq!(template.name_for("orders").unwrap(), "orders-dr");
    assert!(template.name_for(&"x".repeat(48)).is_err(), "51 characters");
    assert!(!"vault".parse::<AccountName>().unwrap().needs_source());
    for wrong in ["", " ", "{acount}", "a}", "a\nb"] {
        assert!(wrong.parse::<AccountName>().is_err(), "{wrong:?}");
    }
    let email: AccountEmail = "aws+{account}@example.com".parse().unwrap();
    assert_eq!(
        email.for_account("Orders Team/1"),
        "aws+orders-team-1@example.com"
    );
    for wrong in [
        "aws",
        "@example.com",
        "a@b",
        "a b@example.com",
        "{x}@example.com",
        "a@b@c.d",
    ] {
        assert!(wrong.parse::<AccountEmail>().is_err(), "{wrong:?}");
    }
}

#[test]
fn a_site_entered_in_another_account_has_a_name_that_nobody_can_configure() {
    let west: crate::SiteName = "west".parse().unwrap();
    let entered = west.in_account(&id('4'));
    assert_eq!(entered.as_str(), "west/444444444444");
    assert_eq!(entered.configured(), "west");
    assert_eq!(entered.in_account(&id('5')).as_str(), "west/555555555555");
    assert!(entered.as_str().parse::<crate::SiteName>().is_err());
}
