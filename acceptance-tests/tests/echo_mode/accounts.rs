//! The target in an account of an organization: found, made, entered, and never mixed up.

mod faults;
mod vault;

use acceptance_tests::lab::{AWAY, HOME};
use acceptance_tests::stand_in::StandIn;
use acceptance_tests::stand_in::organizations::Organizations;
use acceptance_tests::{Lab, LabError, Site, Workdir};
use serde_json::json;

use crate::echo_mode::{ECHO, Scene};
use crate::ground::{put, status};
use crate::keeping::desk;

/// The role that enters accounts.
const ROLE: &str = "OrganizationAccountAccessRole";

/// What an administrator grants for it, as the guide says.
const POLICY: &str = include_str!("../../lab/organizations-policy.json");

/// An echo from `east` to accounts of the organization that the operator of `vault` manages.
struct Organized {
    scene: Scene,
    organization: StandIn<Organizations>,
}

impl Organized {
    async fn new(accounts: &str) -> Result<Self, LabError> {
        let lab = Lab::start().await?;
        let organization = Organizations::start(&lab, AWAY).await?;
        for account in [HOME, AWAY] {
            let put = lab
                .iam_of(account)
                .put_user_policy()
                .user_name("operator")
                .policy_name("organizations")
                .policy_document(POLICY)
                .send()
                .await;
            put.expect("the operator gets the policy of the guide");
        }
        let alias = lab
            .iam_of(HOME)
            .create_account_alias()
            .account_alias("orders")
            .send()
            .await;
        alias.expect("the source's account is called orders");
        let workdir = Workdir::in_lab(&lab, "").await?;
        let mut sites = lab.terraform_sites();
        for site in ["east", "vault"] {
            sites[site]["endpoints"]["organizations"] = json!(organization.endpoint());
        }
        let variables = json!({ "sites": sites });
        workdir.write("terraform.tfvars.json", &variables.to_string())?;
        let scene = Scene { lab, workdir };
        scene.buckets(&["orders"]).await;
        let organized = Self {
            scene,
            organization,
        };
        organized.configure(accounts, "")?;
        Ok(organized)
    }

    fn configure(&self, accounts: &str, arguments: &str) -> Result<(), LabError> {
        let text = format!(
            "resource \"crr_site\" \"east\" {{\n  name = \"east\"\n  replication_role = {{ read = [\"*\"], write = [\"*\"] }}\n}}\n\
             resource \"crr_echo_mode\" \"dr\" {{\n  source = crr_site.east.name\n  target = \"vault\"\n  accounts = {{ mode = \"organizations\", {accounts} }}\n{arguments}\n}}\n"
        );
        self.scene.workdir.write("main.tf", &text)
    }

    /// The site `vault` as the root of another account.
    fn within(&self, account: &str) -> Site {
        Site {
            account: account.to_owned(),
            ..self.scene.lab.site("vault").clone()
        }
    }

    async fn refused(&self) -> Result<String, LabError> {
        let plan = self.scene.workdir.plan().await?;
        assert_eq!(plan.code, 1, "{plan}");
        Ok(plan.words())
    }
}

fn id(digit: char) -> String {
    digit.to_string().repeat(12)
}

#[tokio::test]
async fn the_account_of_the_owner_s_name_is_found_and_entered() -> Result<(), LabError> {
    let it = Organized::new("").await?;
    let (lab, east) = (&it.scene.lab, it.scene.lab.site("east"));
    it.organization.service.add(&id('4'), "Orders", "ACTIVE");
    it.organization.service.add(&id('5'), "orders", "SUSPENDED");
    it.organization.service.add(&id('3'), "orders", "ACTIVE");
    it.organization.service.make_role(&id('3'), ROLE).await?;
    it.scene.apply().await?;
    let there = it.within(&id('3'));
    put(lab, east, "orders", "k").await;
    assert_eq!(status(lab, east, "orders", "k").await, "COMPLETED");
    assert_eq!(status(lab, &there, "orders-dr", "k").await, "REPLICA");
    let echo = it.scene.workdir.resource(ECHO).await?;
    assert_eq!(
        (&echo["id"], &echo["target_account_id"]),
        (&json!("east->vault"), &json!(id('3')))
    );
    assert_eq!(it.organization.count("CreateAccount"), 0);

    it.scene.buckets(&["invoices"]).await;
    it.scene.apply().await?;
    put(lab, east, "invoices", "k").await;
    assert_eq!(status(lab, &there, "invoices-dr", "k").await, "REPLICA");
    Ok(())
}

#[tokio::test]
async fn the_agent_enters_the_account_and_protects_what_is_made() -> Result<(), LabError> {
    let it = Organized::new("").await?;
    let (lab, east) = (&it.scene.lab, it.scene.lab.site("east"));
    it.organization.service.add(&id('3'), "orders", "ACTIVE");
    it.organization.service.make_role(&id('3'), ROLE).await?;
    it.scene.apply().await?;
    let desk = desk(&it.scene).await?;
    let mut agent = desk.start(&["--interval", "200ms"]).await?;
    agent.until_all_protected(1).await?;
    it.scene.buckets(&["invoices"]).await;
    agent.until_all_protected(2).await?;
    put(lab, east, "invoices", "k").await;
    let there = it.within(&id('3'));
    assert_eq!(status(lab, &there, "invoices-dr", "k").await, "REPLICA");
    agent.terminate().await?;
    it.scene.workdir.expect_empty_plan().await?;
    assert_eq!(it.organization.count("CreateAccount"), 0);
    Ok(())
}

#[tokio::test]
async fn an_account_is_made_once_and_stays() -> Result<(), LabError> {
    let it = Organized::new("create = true, email = \"aws+{account}@example.com\"").await?;
    let (lab, east) = (&it.scene.lab, it.scene.lab.site("east"));
    let plan = it.scene.workdir.plan().await?;
    assert_eq!(plan.code, 2, "{plan}");
    for words in [
        "Account \"orders\" will be created",
        "aws+orders@example.com",
        "cannot simply be unmade",
    ] {
        assert!(plan.words().contains(words), "{words}: {plan}");
    }
    assert_eq!(
        it.organization.count("CreateAccount"),
        0,
        "a plan makes nothing"
    );
    it.scene.apply().await?;
    let there = it.within(&id('3'));
    put(lab, east, "orders", "k").await;
    assert_eq!(status(lab, &there, "orders-dr", "k").await, "REPLICA");
    it.scene.apply().await?;
    assert_eq!(it.organization.count("CreateAccount"), 1);

    it.configure(
        "create = true, email = \"aws+{account}@example.com\"",
        "on_destroy = \"remove\"",
    )?;
    it.scene.apply().await?;
    it.scene.workdir.destroy().await?;
    let left = it.organization.service.accounts();
    assert!(
        left.iter()
            .any(|account| account.id == id('3') && account.status == "ACTIVE"),
        "{left:?}"
    );
    assert_eq!(
        status(lab, &there, "orders-dr", "k").await,
        "REPLICA",
        "no object is lost"
    );
    Ok(())
}

#[tokio::test]
async fn a_template_names_the_account_and_the_management_account_may_be_it() -> Result<(), LabError>
{
    let it = Organized::new("name = \"{account}-dr\"").await?;
    let (lab, east) = (&it.scene.lab, it.scene.lab.site("east"));
    it.organization.service.change(AWAY, "orders-dr", "ACTIVE");
    it.scene.apply().await?;
    put(lab, east, "orders", "k").await;
    let there = lab.site("vault");
    assert_eq!(status(lab, there, "orders-dr", "k").await, "REPLICA");
    Ok(())
}

#[tokio::test]
async fn what_the_state_and_the_plan_say_holds_no_key() -> Result<(), LabError> {
    let it = Organized::new("").await?;
    it.organization.service.add(&id('3'), "orders", "ACTIVE");
    it.organization.service.make_role(&id('3'), ROLE).await?;
    let mut workdir = it.scene.workdir;
    workdir.set("TF_LOG", "TRACE");
    let applied = workdir.apply().await?;
    let state = std::fs::read_to_string(workdir.state_file()).expect("a state");
    let keys = &it.scene.lab.site("vault").operator;
    for secret in [keys.secret_key.as_str(), "ASIA", "SessionToken"] {
        assert!(!state.contains(secret), "{secret} in state");
        assert!(!applied.words().contains(secret), "{secret} in the log");
    }
    Ok(())
}
