//! Accounts of Scality Vault, entered by keys that nobody finds afterwards.

use std::time::Duration;

use acceptance_tests::lab::{HOME, Keys};
use acceptance_tests::stand_in::StandIn;
use acceptance_tests::stand_in::vault::Vault;
use acceptance_tests::{Effect, Fault, Lab, LabError, Site, Workdir};
use serde_json::json;

use super::id;
use crate::echo_mode::{ECHO, Scene};
use crate::ground::{put, status};
use crate::keeping::{desk, exported};

const OWNER: &str = "owner@example.com";
/// A key of somebody else's, which happens to begin as ours do.
const FOREIGN: &str = "CRRFOREIGNKEYOFTHEIR";

/// An echo from `east` to `west`, each with a Vault of its own.
struct Vaulted {
    scene: Scene,
    source: StandIn<Vault>,
    target: StandIn<Vault>,
}

fn admin(of: &str) -> Keys {
    Keys {
        access_key: format!("ADMINOF{}", of.to_uppercase()),
        secret_key: format!("secret-of-the-admin-of-{of}"),
        session_token: None,
    }
}

impl Vaulted {
    async fn new(accounts: &str) -> Result<Self, LabError> {
        let lab = Lab::start().await?;
        let source = Vault::start(&lab, &admin("east")).await?;
        let target = Vault::start(&lab, &admin("west")).await?;
        for (digit, name) in [("7", "payroll"), ("8", "sales")] {
            let email = format!("{name}@example.com");
            source.service.add(&digit.repeat(12), name, &email).await?;
        }
        source.service.add(HOME, "orders", OWNER).await?;
        let mut workdir = Workdir::in_lab(&lab, "").await?;
        let mut sites = lab.terraform_sites();
        let mut profiles = String::new();
        for (site, vault) in [("east", &source), ("west", &target)] {
            let Keys {
                access_key,
                secret_key,
                ..
            } = admin(site);
            let lines = format!(
                "[admin-{site}]\naws_access_key_id = {access_key}\naws_secret_access_key = {secret_key}\n"
            );
            profiles.push_str(&lines);
            sites[site]["endpoints"]["vault"] = json!(vault.endpoint());
            sites[site]["admin_profile"] = json!(format!("admin-{site}"));
        }
        workdir.write("profiles", &profiles)?;
        let path = workdir.path().join("profiles");
        workdir.set(
            "AWS_SHARED_CREDENTIALS_FILE",
            path.to_str().expect("a path"),
        );
        let variables = json!({ "sites": sites });
        workdir.write("terraform.tfvars.json", &variables.to_string())?;
        let scene = Scene { lab, workdir };
        scene.buckets(&["orders"]).await;
        let text = format!(
            "resource \"crr_site\" \"east\" {{\n  name = \"east\"\n  replication_role = {{ read = [\"*\"], write = [\"*\"] }}\n}}\n\
             resource \"crr_echo_mode\" \"dr\" {{\n  source = crr_site.east.name\n  target = \"west\"\n  accounts = {{ mode = \"vault\", {accounts} }}\n}}\n"
        );
        scene.workdir.write("main.tf", &text)?;
        Ok(Self {
            scene,
            source,
            target,
        })
    }

    fn within(&self, account: &str) -> Site {
        Site {
            account: account.to_owned(),
            ..self.scene.lab.site("west").clone()
        }
    }

    async fn arrives(&self, account: &str, key: &str) {
        let (lab, east) = (&self.scene.lab, self.scene.lab.site("east"));
        put(lab, east, "orders", key).await;
        let there = self.within(account);
        assert_eq!(status(lab, &there, "orders-dr", key).await, "REPLICA");
    }
}

#[tokio::test]
async fn an_account_that_is_there_is_entered_and_no_key_is_left() -> Result<(), LabError> {
    let it = Vaulted::new("").await?;
    let there = id('3');
    for (account, name) in [("4", "payroll"), ("6", "sales")] {
        let email = format!("{name}@example.com");
        it.target
            .service
            .add(&account.repeat(12), name, &email)
            .await?;
    }
    it.target.service.add(&there, "orders", OWNER).await?;
    it.target
        .service
        .make_key(&there, FOREIGN, &"x".repeat(40))
        .await
        .expect("a key of somebody else's");
    it.scene.apply().await?;
    it.arrives(&there, "k").await;
    let echo = it.scene.workdir.resource(ECHO).await?;
    assert_eq!(echo["target_account_id"], json!(there));
    assert_eq!(it.target.service.keys(&there).await?, [FOREIGN]);
    assert_eq!(it.target.count("CreateAccount"), 0);
    assert_eq!(
        it.source.count("GenerateAccountAccessKey"),
        0,
        "the site's own credentials are the owner's"
    );
    // One for the plan within the apply, one for the apply itself, one for the plan after it.
    let made = it.target.count("GenerateAccountAccessKey");
    assert!((1..=3).contains(&made), "{made}: one a process at most");
    Ok(())
}

#[tokio::test]
async fn an_account_is_made_as_the_owner_s_and_both_are_entered() -> Result<(), LabError> {
    let it = Vaulted::new("create = true, source_account = \"orders\"").await?;
    let plan = it.scene.workdir.plan().await?;
    assert!(
        plan.words().contains("Account \"orders\" will be created"),
        "{plan}"
    );
    assert_eq!(it.target.count("CreateAccount"), 0, "a plan makes nothing");
    it.target.service.lose_answers(1);
    it.scene.apply().await?;
    let made = it.target.service.accounts();
    let [made] = made.as_slice() else {
        panic!("one account: {made:?}");
    };
    assert_eq!((made.name.as_str(), made.email.as_str()), ("orders", OWNER));
    it.arrives(&made.id, "k").await;
    assert!(it.source.count("GenerateAccountAccessKey") > 0);
    for (vault, account) in [(&it.source, HOME), (&it.target, made.id.as_str())] {
        assert_eq!(vault.service.keys(account).await?, Vec::<String>::new());
    }
    Ok(())
}

#[tokio::test]
async fn a_killed_process_leaves_a_key_and_the_next_one_deletes_it() -> Result<(), LabError> {
    let it = Vaulted::new("").await?;
    let there = id('3');
    it.target.service.add(&there, "orders", OWNER).await?;
    it.target
        .service
        .make_key(&there, FOREIGN, &"x".repeat(40))
        .await
        .expect("a key of somebody else's");
    let pause = it
        .scene
        .lab
        .inject(Fault::on("PutBucketReplication", Effect::PauseAfter));
    let running =
        it.scene
            .workdir
            .spawn(&["apply", "-auto-approve", "-input=false", "-no-color"])?;
    pause.reached(Duration::from_mins(1)).await?;
    running.kill();
    let ended = running.wait().await?;
    assert_ne!(ended.code, 0, "{ended}");
    it.scene.lab.gateway().clear_faults();
    let left = it.target.service.keys(&there).await?;
    assert_eq!(
        left.len(),
        2,
        "the key of the dead process is left: {left:?}"
    );
    it.scene.apply().await?;
    it.arrives(&there, "k").await;
    assert_eq!(it.target.service.keys(&there).await?, [FOREIGN]);
    Ok(())
}

#[tokio::test]
async fn the_agent_has_one_key_while_it_runs_and_none_is_left_of_it() -> Result<(), LabError> {
    let it = Vaulted::new("").await?;
    let (lab, there) = (&it.scene.lab, id('3'));
    it.target.service.add(&there, "orders", OWNER).await?;
    it.scene.apply().await?;
    let mut desk = desk(&it.scene).await?;
    let profiles = std::fs::read_to_string(it.scene.workdir.path().join("profiles"));
    desk.write("aws-credentials", &profiles.expect("profiles"))?;
    let mut agent = desk.start(&["--interval", "200ms"]).await?;
    it.scene.buckets(&["invoices"]).await;
    agent.until_all_protected(2).await?;
    put(lab, lab.site("east"), "invoices", "k").await;
    let within = it.within(&there);
    assert_eq!(status(lab, &within, "invoices-dr", "k").await, "REPLICA");
    let first = it.target.service.keys(&there).await?;
    assert_eq!(first.len(), 1, "{first:?}");

    // A new configuration has a key of its own, and takes no other away before its time.
    let mut config: serde_json::Value =
        serde_json::from_str(&exported(&it.scene).await?).expect("JSON");
    config["select"] = json!({ "exclude": ["logs*"] });
    desk.configure("echo.json", &config.to_string())?;
    agent
        .until("another key in place of the first", async |agent: &_| {
            let keys = it.target.service.keys(&there).await?;
            Ok(agent.log().contains("going on with the new") && keys.len() == 1 && keys != first)
        })
        .await?;
    it.scene.buckets(&["late"]).await;
    agent.until_all_protected(3).await?;

    // Killed, it leaves its key to the next, which deletes it.
    agent.kill().await;
    assert_eq!(it.target.service.keys(&there).await?.len(), 1);
    let mut agent = desk.start(&["--interval", "200ms"]).await?;
    agent.until_all_protected(3).await?;
    assert_eq!(it.target.service.keys(&there).await?.len(), 1);
    let log = agent.terminate().await?;
    assert_eq!(it.target.service.keys(&there).await?, Vec::<String>::new());
    for secret in it.target.service.secrets() {
        assert!(!log.contains(&secret), "in the log");
    }
    Ok(())
}

#[tokio::test]
async fn a_lost_answer_costs_no_key() -> Result<(), LabError> {
    let it = Vaulted::new("").await?;
    let there = id('3');
    it.target.service.add(&there, "orders", OWNER).await?;
    it.target.service.lose_answers(1);
    it.scene.apply().await?;
    it.arrives(&there, "k").await;
    assert_eq!(it.target.service.keys(&there).await?, Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn what_is_wrong_is_told_and_no_secret_with_it() -> Result<(), LabError> {
    let mut it = Vaulted::new("").await?;
    let plan = it.scene.workdir.plan().await?;
    assert_eq!(plan.code, 1, "{plan}");
    assert!(
        plan.words().contains("No account is named \"orders\""),
        "{plan}"
    );

    let profiles = std::fs::read_to_string(it.scene.workdir.path().join("profiles")).expect("read");
    let wrong = profiles.replace("secret-of-the-admin-of-west", "something-else");
    it.scene.workdir.write("profiles", &wrong)?;
    let plan = it.scene.workdir.plan().await?;
    assert_eq!(plan.code, 1, "{plan}");
    for words in [
        "vault:ListAccounts",
        "SignatureDoesNotMatch",
        "admin_profile",
    ] {
        assert!(plan.words().contains(words), "{words}: {plan}");
    }
    it.scene.workdir.write("profiles", &profiles)?;

    it.target.service.add(&id('3'), "orders", OWNER).await?;
    it.scene.workdir.set("TF_LOG", "TRACE");
    let applied = it.scene.workdir.apply().await?;
    it.scene
        .workdir
        .run(&["plan", "-out=plan.bin"])
        .await?
        .ok()?;
    let state = std::fs::read_to_string(it.scene.workdir.state_file()).expect("a state");
    let shown = it.scene.workdir.run(&["show", "-json", "plan.bin"]).await?;
    let secrets = it.target.service.secrets();
    assert!(!secrets.is_empty());
    for secret in secrets
        .iter()
        .chain([&admin("east").secret_key, &admin("west").secret_key])
    {
        assert!(!state.contains(secret), "in state");
        assert!(!applied.words().contains(secret), "in the log");
        assert!(!shown.words().contains(secret), "in the plan");
    }
    Ok(())
}
