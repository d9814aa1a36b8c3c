//! An account of an AWS organization: found by its name, made, entered by its access role.

use cloud::Job;
use cloud::accounts::NewAccount;
use replication::accounts::{AccountEmail, AccountName, Choice, choose};
use replication::{AccountId, Site, SiteName};
use tfplugin::{Diagnostics, Value};

use super::schema::Organization;
use super::{Creation, New, Place, at, missing, several};
use crate::diagnostics::add_error;
use crate::runtime::{Question, Runtime};

/// The target in the account of its organization that the wish names.
pub(super) async fn find(
    wanted: &Organization,
    source: &Site,
    target: &Site,
    runtime: &Runtime,
    diagnostics: &mut Diagnostics,
) -> Result<SiteName, Place> {
    let question = Question {
        source: source.name.clone(),
        target: target.name.clone(),
        mode: "organizations",
        name: wanted.name.to_string(),
        by: Some(wanted.access_role.clone()),
    };
    if let Some((_, site)) = runtime.accounts.entered(&question) {
        return Ok(site);
    }
    let name = name_of_target(&wanted.name, source, runtime, diagnostics)
        .await
        .ok_or(Place::Failed)?;
    let listed = match runtime.cloud.list_accounts(&target.name).await {
        Ok(listed) => listed,
        Err(error) => {
            add_error(at("mode"), &error, diagnostics);
            return Err(Place::Failed);
        }
    };
    let account = match choose(&listed, &name, Some(&source.account)) {
        Choice::Found(account) => account,
        Choice::Several(accounts) => {
            several(&name, &accounts, &target.name, diagnostics);
            return Err(Place::Failed);
        }
        Choice::Missing {
            inactive,
            is_source,
        } => {
            if let Some(email) = &wanted.create {
                return Err(awaited(&name, email, wanted, target));
            }
            let place = format!("organization of site \"{}\"", target.name);
            missing(&name, &inactive, is_source, &listed, &place, diagnostics);
            return Err(Place::Failed);
        }
    };
    // An account needs no role to enter itself, and a management account has none.
    let entered = if account == target.account {
        target.name.clone()
    } else {
        match enter(&account, wanted, target, runtime).await {
            Ok(entered) => entered,
            Err(error) => {
                add_error(at("access_role"), &error, diagnostics);
                return Err(Place::Failed);
            }
        }
    };
    let source = source.name.clone();
    runtime.accounts.note(question, source, entered.clone());
    Ok(entered)
}

async fn enter(
    account: &AccountId,
    wanted: &Organization,
    target: &Site,
    runtime: &Runtime,
) -> Result<SiteName, cloud::CloudError> {
    let cloud = &runtime.cloud;
    let entered = cloud
        .enter(&target.name, account, &wanted.access_role)
        .await?;
    cloud.prove_entered(&entered, account).await?;
    Ok(entered)
}

async fn name_of_target(
    template: &AccountName,
    source: &Site,
    runtime: &Runtime,
    diagnostics: &mut Diagnostics,
) -> Option<String> {
    let of_source = if template.needs_source() {
        match runtime.cloud.account_name(&source.name).await {
            Ok(Some(name)) => name,
            Ok(None) => {
                diagnostics.error_at(
                    at("name"),
                    format!("The name of account {} is not known", source.account),
                    format!(
                        "It is the account of site \"{}\". Neither its organization nor an alias of the account says what it is called. Allow organizations:DescribeAccount or iam:ListAccountAliases to that site's credentials, or say by `name` what the target account is called.",
                        source.name
                    ),
                );
                return None;
            }
            Err(error) => {
                add_error(at("name"), &error, diagnostics);
                return None;
            }
        }
    } else {
        String::new()
    };
    match template.name_for(&of_source) {
        Ok(name) => Some(name),
        Err(error) => {
            diagnostics.error_at(at("name"), "Not a name of an account", error.to_string());
            None
        }
    }
}

fn awaited(name: &str, email: &AccountEmail, wanted: &Organization, target: &Site) -> Place {
    Place::Awaited(Box::new(Creation {
        target: target.name.clone(),
        new: New::InOrganization(NewAccount {
            name: name.to_owned(),
            email: email.for_account(name),
            role: wanted.access_role.clone(),
        }),
    }))
}

/// Makes the account, and waits until it can be entered.
pub(super) async fn make(
    value: &Value,
    target: &SiteName,
    new: &NewAccount,
    runtime: &Runtime,
    job: &Job,
) -> Result<(), cloud::CloudError> {
    let cloud = &runtime.cloud;
    let account = cloud.create_account(target, new, job).await?;
    tracing::info!(account = %account, name = new.name, "the account is made");
    let entered = cloud.enter(target, &account, &new.role).await?;
    cloud.await_entered(&entered, &account, job).await?;
    let name = value.get("accounts").and_then(|it| it.get("name"));
    let template = name
        .and_then(Value::as_str)
        .map_or_else(|| AccountName::default().to_string(), str::to_owned);
    let source = value.get("source").and_then(Value::as_str);
    // The list of accounts may not show it yet.
    if let Some(Ok(source)) = source.map(str::parse::<SiteName>) {
        let question = Question {
            source: source.clone(),
            target: target.clone(),
            mode: "organizations",
            name: template,
            by: Some(new.role.clone()),
        };
        runtime.accounts.note(question, source, entered);
    }
    Ok(())
}
