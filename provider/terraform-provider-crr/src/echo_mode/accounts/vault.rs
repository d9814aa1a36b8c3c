//! The accounts of Scality Vault: the owner of the source's buckets, the one of that name at the target, and keys for them.

use replication::SiteName;
use replication::accounts::{Choice, Listed, choose};
use tfplugin::{Diagnostics, Value};

use super::schema::Vault;
use super::{Creation, New, Place, at, missing, named, site};
use crate::diagnostics::add_error;
use crate::runtime::{Question, Runtime};

/// The source and the target, entered by keys of their accounts.
pub(super) async fn place(
    value: &Value,
    wanted: &Vault,
    runtime: &Runtime,
    diagnostics: &mut Diagnostics,
) -> Result<(SiteName, SiteName), Place> {
    let source = named("source", value, diagnostics)?;
    let target = named("target", value, diagnostics)?;
    let question = Question {
        source: source.clone(),
        target: target.clone(),
        mode: "vault",
        name: wanted.name.to_string(),
        by: wanted.source_account.clone(),
    };
    if let Some(entered) = runtime.accounts.entered(&question) {
        return Ok(entered);
    }
    let owner = owner(value, &source, wanted, runtime, diagnostics).await?;
    let name = wanted.name.name_for(&owner.name).map_err(|error| {
        diagnostics.error_at(at("name"), "Not a name of an account", error.to_string());
        Place::Failed
    })?;
    let listed = list(&target, runtime, diagnostics).await?;
    let own = runtime
        .cloud
        .share_vault(&source, &target)
        .then_some(&owner.id);
    let account = match choose(&listed, &name, own) {
        Choice::Found(account) => account,
        Choice::Several(accounts) => {
            super::several(&name, &accounts, &target, diagnostics);
            return Err(Place::Failed);
        }
        Choice::Missing {
            inactive,
            is_source,
        } => {
            let email = match &wanted.email {
                Some(email) => Some(email.for_account(&name)),
                None => owner.email,
            };
            if let Some(email) = email.filter(|_| wanted.create) {
                let new = New::InVault { name, email };
                return Err(Place::Awaited(Box::new(Creation { target, new })));
            }
            let place = format!("Vault of site \"{target}\"");
            missing(&name, &inactive, is_source, &listed, &place, diagnostics);
            return Err(Place::Failed);
        }
    };
    let mut entered = Vec::with_capacity(2);
    let of_source = wanted.source_account.is_some();
    let ways = [
        (&source, &owner.id, &owner.name, of_source),
        (&target, &account, &name, true),
    ];
    for (site, account, name, by_key) in ways {
        if !by_key {
            entered.push(site.clone());
            continue;
        }
        let cloud = &runtime.cloud;
        let tried = async {
            let within = cloud.enter_by_key(site, account, name).await?;
            cloud.prove_entered(&within, account).await?;
            Ok::<_, cloud::CloudError>(within)
        };
        match tried.await {
            Ok(within) => entered.push(within),
            Err(error) => {
                add_error(at("mode"), &error, diagnostics);
                return Err(Place::Failed);
            }
        }
    }
    let (Some(target), Some(source)) = (entered.pop(), entered.pop()) else {
        return Err(Place::Failed);
    };
    runtime
        .accounts
        .note(question, source.clone(), target.clone());
    Ok((source, target))
}

async fn list(
    site: &SiteName,
    runtime: &Runtime,
    diagnostics: &mut Diagnostics,
) -> Result<Vec<Listed>, Place> {
    runtime
        .cloud
        .list_vault_accounts(site)
        .await
        .map_err(|error| {
            add_error(at("mode"), &error, diagnostics);
            Place::Failed
        })
}

/// The account that has the source's buckets: the one that is named, or that of the site's own credentials.
async fn owner(
    value: &Value,
    source: &SiteName,
    wanted: &Vault,
    runtime: &Runtime,
    diagnostics: &mut Diagnostics,
) -> Result<Listed, Place> {
    let (id, said) = if let Some(name) = &wanted.source_account {
        (None, format!("named \"{name}\""))
    } else {
        let id = site("source", value, runtime, diagnostics).await?.account;
        let said = format!("with the id {id}, which is that of the site's own credentials");
        (Some(id), said)
    };
    let is_it = |account: &Listed| match &id {
        Some(id) => account.id == *id,
        None => Some(&account.name) == wanted.source_account.as_ref(),
    };
    let listed = list(source, runtime, diagnostics).await?;
    let count = listed.len();
    listed.into_iter().find(is_it).ok_or_else(|| {
        diagnostics.error_at(
            at("source_account"),
            format!("Vault of site \"{source}\" does not know the source's account"),
            format!("Of its {count} account(s) none is {said}. Say by `source_account` what the account is called that has the buckets."),
        );
        Place::Failed
    })
}
