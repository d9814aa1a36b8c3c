//! The attribute `accounts`: its manual, its checks, and what it asks for.

use replication::accounts::{AccountEmail, AccountName};
use serde::Deserialize;
use tfplugin::{Attr, Attribute, Diagnostics, Nested, Path, Value, from_value};

use super::at;
use crate::known::Missing;
use crate::validators::parses_as;

/// The ways to find the account.
pub const MODES: [&str; 3] = ["same", "organizations", "vault"];

/// The role that AWS Organizations makes in a new account.
pub const ACCESS_ROLE: &str = "OrganizationAccountAccessRole";

/// Whether two values ask for different accounts: what is left out is the usual.
fn differ(usual: &'static str) -> impl Fn(&Value, &Value) -> bool + Send + Sync + 'static {
    move |before, after| {
        if before.is_unknown() || after.is_unknown() {
            return true;
        }
        before.as_str().unwrap_or(usual) != after.as_str().unwrap_or(usual)
    }
}

fn role_name(value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "+=,.@_-".contains(c);
    if let Some(text) = value.as_str()
        && (text.is_empty() || text.len() > 64 || !text.chars().all(allowed))
    {
        diagnostics.error_at(
            path.clone(),
            "Not a role name",
            format!("\"{text}\" is no name of a role. Write the name alone, without path or ARN, such as \"{ACCESS_ROLE}\"."),
        );
    }
}

/// The attribute.
pub fn attribute() -> Attribute {
    let nested = Nested::new()
        .attribute(
            "mode",
            Attribute::string()
                .required()
                .one_of(&MODES)
                .requires_replace_if(differ("same"))
                .describe("`same`: that of the target site's own credentials. `organizations`: the one of this name in the AWS organization that the target site's credentials manage, entered by its access role. `vault`: the one of this name in Scality Vault, by its administrators' API at the sites' endpoint `vault`, entered by an access key that is made for the process and deleted when it ends."),
        )
        .attribute(
            "name",
            Attribute::string()
                .optional()
                .validate(parses_as::<AccountName>("Not a name of an account"))
                .requires_replace_if(differ("{account}"))
                .describe("What the target account is called. `{account}` stands for the name of the source's account, which its organization says, or else its alias. Default: `{account}`, the same name. Of several accounts of one name none is taken, nor is a suspended one, nor the source's own."),
        )
        .attribute(
            "create",
            Attribute::bool().optional().describe("Whether apply makes the account where it is missing. An account cannot simply be unmade: destroy leaves it. Default: false, and a missing account is an error."),
        )
        .attribute(
            "email",
            Attribute::string()
                .optional()
                .validate(parses_as::<AccountEmail>("Not an address"))
                .describe("The address of an account that is made, such as `aws+{account}@example.com`. `{account}` stands for its name in small letters, with `-` for what an address may not have. AWS gives an address to one account ever. Needed with `create` in `organizations`; in `vault` it is the owner's if nothing else is said."),
        )
        .attribute(
            "source_account",
            Attribute::string()
                .optional()
                .requires_replace_if(differ(""))
                .describe("In `vault`: what the account is called that has the source's buckets. A key is then made for it, too. Default: that of the source site's own credentials."),
        )
        .attribute(
            "access_role",
            Attribute::string().optional().validate(role_name).describe(format!("The role in the account that the target site's credentials assume. One that is made gets it. Default: `{ACCESS_ROLE}`.")),
        );
    Attribute::single(nested).optional().describe(
        "Which account the target is in. Left out: that of the target site's own credentials. See the guide on accounts.",
    )
}

/// What the attribute asks for.
pub enum Wish {
    /// The accounts of the sites' own credentials.
    Same,
    /// An account of the target's organization.
    Organizations(Organization),
    /// An account of the target's Vault.
    Vault(Vault),
}

/// An account of Scality Vault.
pub struct Vault {
    /// What it is called.
    pub name: AccountName,
    /// Whether it is made where it is missing.
    pub create: bool,
    /// The address with which it is made; none: the owner's.
    pub email: Option<AccountEmail>,
    /// What the source's account is called; none: it is that of the site's credentials.
    pub source_account: Option<String>,
}

/// An account of an organization.
pub struct Organization {
    /// What it is called.
    pub name: AccountName,
    /// The address with which it is made where it is missing; none: it is not made.
    pub create: Option<AccountEmail>,
    /// The role that enters it.
    pub access_role: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Attributes {
    mode: Attr<String>,
    name: Attr<String>,
    create: Attr<bool>,
    email: Attr<String>,
    source_account: Attr<String>,
    access_role: Attr<String>,
}

fn read(value: &Value, diagnostics: &mut Diagnostics) -> Result<Option<Attributes>, Missing> {
    let given = match value.get("accounts") {
        None | Some(Value::Null) => return Ok(None),
        Some(given) if given.is_unknown() => return Err(Missing::Unknown),
        Some(given) => given,
    };
    from_value(given).map(Some).map_err(|error| {
        let path = Path::root().attribute("accounts");
        diagnostics.error_at(path, "The accounts cannot be read", error.message);
        Missing::Failed
    })
}

/// Checks what the schema alone cannot.
pub fn validate(value: &Value, diagnostics: &mut Diagnostics) {
    let Ok(Some(given)) = read(value, diagnostics) else {
        return;
    };
    let create = given.create.as_known() == Some(&true);
    let Some(mode) = given.mode.as_known().map(String::as_str) else {
        return;
    };
    let of_one = [
        ("name", given.name.is_null(), &MODES[1..]),
        ("create", !create, &MODES[1..]),
        ("email", given.email.is_null(), &MODES[1..]),
        ("access_role", given.access_role.is_null(), &MODES[1..2]),
        (
            "source_account",
            given.source_account.is_null(),
            &MODES[2..],
        ),
    ];
    for (name, left_out, modes) in of_one {
        if !left_out && !modes.contains(&mode) {
            diagnostics.error_at(
                at(name),
                format!("`{name}` means nothing here"),
                format!(
                    "It is for: {}. With `mode = \"{mode}\"` leave it out.",
                    modes.join(", ")
                ),
            );
        }
    }
    if mode == "organizations" && create && given.email.is_null() {
        diagnostics.error_at(
            at("email"),
            "An account that is made needs an address",
            "Give `email`, such as \"aws+{account}@example.com\": AWS takes no account without an address, and no address twice.",
        );
    }
}

/// What a value of the resource's type asks for.
pub fn wish(value: &Value, diagnostics: &mut Diagnostics) -> Result<Wish, Missing> {
    let Some(given) = read(value, diagnostics)? else {
        return Ok(Wish::Same);
    };
    let mode = given.mode.given()?.unwrap_or_default();
    if !MODES.contains(&mode.as_str()) {
        let words = format!("\"{mode}\" is none of: {}.", MODES.join(", "));
        diagnostics.error_at(at("mode"), "Not a mode", words);
        return Err(Missing::Failed);
    }
    if mode == "same" {
        return Ok(Wish::Same);
    }
    let mut wrong = |name: &str, error: replication::NameError| {
        diagnostics.error_at(at(name), "Not a valid value", error.to_string());
        Missing::Failed
    };
    let name = given
        .name
        .given()?
        .map_or_else(|| Ok(AccountName::default()), |text| text.parse())
        .map_err(|error| wrong("name", error))?;
    let email = given
        .email
        .given()?
        .map(|text| text.parse())
        .transpose()
        .map_err(|error| wrong("email", error))?;
    let create = given.create.given()?.unwrap_or_default();
    if mode == "vault" {
        return Ok(Wish::Vault(Vault {
            name,
            create,
            email,
            source_account: given.source_account.given()?,
        }));
    }
    Ok(Wish::Organizations(Organization {
        name,
        create: email.filter(|_| create),
        access_role: given
            .access_role
            .given()?
            .unwrap_or_else(|| ACCESS_ROLE.to_owned()),
    }))
}
