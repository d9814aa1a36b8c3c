//! Making, changing and removing a site's role.
//!
//! A role that is replaced by one of another name is removed last, and is known until it is gone: the private data beside
//! the state holds the ARNs of such roles, a line each, and a facet shows that there is one.

use std::collections::BTreeSet;

use cloud::Job;
use replication::{Facets, Observed, Removal, RoleArn};
use tfplugin::{ApplyRequest, ApplyResponse, Context, Diagnostics, Path, Value, from_value};
use tokio::time::Instant;

use super::proof::Proven;
use super::role::{POLICY, RoleWish, SiteAttributes, of_site};
use super::{site_identity, write};
use crate::diagnostics::{add_error, add_failure, add_problems};
use crate::facets;
use crate::runtime::Runtime;

/// How long one apply may take: it is a handful of calls to IAM.
const PATIENCE: std::time::Duration = std::time::Duration::from_mins(10);

/// The facet that should never be there: it makes the next plan an update, which removes what is left.
const FACET: &str = "roles_left";

/// Roles of ours that the configuration no longer names and that may still be there.
#[derive(Debug, Default, PartialEq)]
pub struct RolesLeft(BTreeSet<RoleArn>);

impl RolesLeft {
    /// Reads private data.
    pub fn read(private: &[u8]) -> Self {
        let lines = std::str::from_utf8(private).unwrap_or_default().lines();
        Self(lines.filter_map(|line| line.parse().ok()).collect())
    }

    fn to_private(&self) -> Vec<u8> {
        let lines: Vec<&str> = self.0.iter().map(RoleArn::as_str).collect();
        lines.join("\n").into_bytes()
    }

    /// Shows them in the facets of a state.
    pub fn show(&self, facets: &mut Option<Facets>) {
        if !self.0.is_empty() {
            let arns: Vec<&str> = self.0.iter().map(RoleArn::as_str).collect();
            let facets = facets.get_or_insert_default();
            facets.0.insert(FACET.to_owned(), arns.join(", "));
        }
    }
}

/// One apply to a site that has answered.
pub struct Work<'a> {
    pub runtime: &'a Runtime,
    pub context: &'a Context,
    pub proven: &'a Proven,
}

impl Work<'_> {
    /// Makes or changes the role, then removes what came before it.
    pub async fn apply(
        &self,
        request: ApplyRequest,
        state: Value,
        diagnostics: &mut Diagnostics,
    ) -> ApplyResponse {
        let mut left = self.roles_left(&request);
        let mut found = None;
        if let Some(wish) = &self.proven.wish {
            let _guard = self.runtime.cloud.lock([], [wish.arn.clone()], []).await;
            let Some(observed) = self.look(wish, false, diagnostics).await else {
                return request.unchanged();
            };
            let desired = wish.desired();
            let plan = replication::plan(&desired, &observed);
            add_problems(&of_site(&plan.problems), diagnostics);
            if diagnostics.has_errors() {
                return request.unchanged();
            }
            // From here on something may be made: whatever happens, state must know of it.
            let before = Facets::observed(&desired, &observed);
            let kept = self.answer(state.clone(), Some(before), &left);
            self.context.keep_private(kept.private);
            self.context
                .keep_identity(site_identity(self.proven.name()));
            kept.state.into_iter().for_each(|it| self.context.keep(it));
            if let Err(error) = self.runtime.cloud.execute(&plan, &self.job()).await {
                add_failure(&error, diagnostics);
            }
            let after = self.look(wish, false, diagnostics).await;
            let after = after.map_or_else(Facets::default, |observed| {
                Facets::observed(&desired, &observed)
            });
            let wanted = Facets::desired(&desired);
            if after != wanted && !diagnostics.has_errors() {
                diagnostics.error(
                    format!("Role {} is not as it was made", wish.arn),
                    facets::differences(&wanted, &after),
                );
            }
            found = Some(after);
        }
        // As long as the new one is not whole, the old one is what objects replicate under.
        if !diagnostics.has_errors() {
            self.remove_left(&mut left, diagnostics).await;
        }
        self.answer(state, found, &left)
    }

    /// Removes the role and whatever was left before it. Whether all of it is gone; if not, a diagnostic says why.
    pub async fn remove(&self, request: &ApplyRequest, diagnostics: &mut Diagnostics) -> bool {
        let mut left = RolesLeft::read(&request.private);
        self.remove_left(&mut left, diagnostics).await;
        let wish = self.proven.wish.as_ref();
        left.0.is_empty()
            && match wish {
                Some(wish) => self.remove_role(wish, diagnostics).await,
                None => true,
            }
    }

    fn answer(
        &self,
        mut state: Value,
        mut found: Option<Facets>,
        left: &RolesLeft,
    ) -> ApplyResponse {
        left.show(&mut found);
        write(&mut state, self.proven, found.as_ref());
        ApplyResponse {
            state: Some(state),
            private: left.to_private(),
            identity: Some(site_identity(self.proven.name())),
        }
    }

    /// The role of before, if the configuration names it no more, and those that could not be removed in earlier applies.
    fn roles_left(&self, request: &ApplyRequest) -> RolesLeft {
        let mut left = RolesLeft::read(&request.private);
        let prior = request.prior.as_ref();
        if let Some(Ok(attributes)) = prior.map(from_value::<SiteAttributes>)
            && let Ok(Some(old)) = attributes.wish(&self.proven.site, &self.runtime.default_tags)
        {
            left.0.insert(old.arn);
        }
        // By name: IAM has one role of a name, whatever its path.
        if let Some(wish) = &self.proven.wish {
            left.0.retain(|old| old.role_name() != wish.arn.role_name());
        }
        left
    }

    async fn remove_left(&self, left: &mut RolesLeft, diagnostics: &mut Diagnostics) {
        while let Some(arn) = left.0.first().cloned() {
            let role = RoleWish::gone(&self.proven.site, arn.clone());
            if !self.remove_role(&role, diagnostics).await {
                return;
            }
            left.0.remove(&arn);
        }
    }

    async fn remove_role(&self, wish: &RoleWish, diagnostics: &mut Diagnostics) -> bool {
        if self.runtime.is_staying_role(&self.proven.site, &wish.arn) {
            tell_staying(&wish.arn, diagnostics);
            return true;
        }
        let _guard = self.runtime.cloud.lock([], [wish.arn.clone()], []).await;
        let Some(observed) = self.look(wish, true, diagnostics).await else {
            return false;
        };
        let plan = replication::plan_removal(&wish.desired(), &observed, &Removal::default());
        add_problems(&of_site(&plan.problems), diagnostics);
        if plan.has_errors() {
            return false;
        }
        match self.runtime.cloud.execute(&plan, &self.job()).await {
            Ok(()) => true,
            Err(error) => {
                add_failure(&error, diagnostics);
                false
            }
        }
    }

    async fn look(
        &self,
        wish: &RoleWish,
        removing: bool,
        diagnostics: &mut Diagnostics,
    ) -> Option<Observed> {
        look(self.runtime, wish, removing, diagnostics).await
    }

    fn job(&self) -> Job {
        Job {
            cancel: self.context.cancel.clone(),
            deadline: Some(Instant::now() + PATIENCE),
        }
    }
}

/// S3 fails every object of rules whose role is gone.
fn tell_staying(role: &RoleArn, diagnostics: &mut Diagnostics) {
    let name = role.role_name();
    diagnostics.warning_at(
        Path::root().attribute("replication_role"),
        format!("Role {role} stays"),
        format!(
            "Rules run under it that a destroyed echo has left in place: without the role, S3 would fail every object. Terraform knows it no more; a `crr_site` of the same name and role takes it up again. Once no bucket replicates under it, delete it with `aws iam delete-role-policy --role-name {name} --policy-name {POLICY}` and `aws iam delete-role --role-name {name}`."
        ),
    );
}

/// Looks at the role.
pub async fn look(
    runtime: &Runtime,
    wish: &RoleWish,
    removing: bool,
    diagnostics: &mut Diagnostics,
) -> Option<Observed> {
    match runtime.cloud.observe(&wish.reads(removing)).await {
        Ok(observed) => Some(observed),
        Err(error) => {
            let at = Path::root().attribute("replication_role");
            add_error(at, &error, diagnostics);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_that_are_left_are_kept_and_shown() {
        let arn = |name: &str| -> RoleArn {
            format!("arn:aws:iam::111122223333:role/crr/{name}")
                .parse()
                .unwrap()
        };
        let left = RolesLeft([arn("a"), arn("b")].into());
        assert_eq!(RolesLeft::read(&left.to_private()), left);
        let mut facets = None;
        left.show(&mut facets);
        let text = format!("{}, {}", arn("a"), arn("b"));
        assert_eq!(facets.unwrap().0.get(FACET), Some(&text));
        let mut facets = None;
        RolesLeft::read(b"").show(&mut facets);
        assert_eq!(facets, None);
    }
}
