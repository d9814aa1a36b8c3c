//! Rules that stay until those of the echo that follows stand: taken off before, they would leave the bucket without any.

use cloud::Cloud;
use replication::echo::Standing;
use replication::{BucketName, Echo};

use super::is_for;
use crate::Roles;
use crate::survey::look;

/// An echo that replicates elsewhere what another one replicates, which goes.
pub(super) struct Follower<'a> {
    echo: &'a Echo,
    roles: Roles,
}

impl<'a> Follower<'a> {
    pub(super) async fn all(cloud: &Cloud, follows: &'a [Echo]) -> Vec<Self> {
        let mut all = Vec::with_capacity(follows.len());
        for echo in follows {
            let roles = Roles::look(cloud, echo).await;
            all.push(Self { echo, roles });
        }
        all
    }

    /// Says why the rules of `former` stay on a bucket, if they do: this echo is for it, and does not protect it.
    async fn keeps(
        &self,
        cloud: &Cloud,
        former: &Echo,
        bucket: &BucketName,
    ) -> Result<(), Standing> {
        let echo = self.echo;
        if !is_for(cloud, echo, bucket).await? {
            return Ok(());
        }
        let why = match look(cloud, echo, bucket, &self.roles).await {
            // What it leaves out on purpose needs nothing of it.
            Standing::Protected
            | Standing::ByOthers { .. }
            | Standing::Excluded { .. }
            | Standing::Gone => return Ok(()),
            Standing::Conflict { why } => format!("is in conflict there: {why}"),
            Standing::Failed { summary, detail } => format!("cannot: {summary}. {detail}"),
            Standing::Pending => {
                "has no rules there. If it is paused, set `paused = false`; otherwise have it made again with `terraform apply -replace`, which puts its rules beside these first".to_owned()
            }
            Standing::TargetGone { target } => format!("has lost its target {target} there"),
            Standing::Drifted(differences) => {
                let lines: Vec<String> = differences.iter().map(ToString::to_string).collect();
                format!("is not as it should be there: {}", lines.join("; "))
            }
        };
        let name = |echo: &Echo| format!("{} (targets \"{}\")", echo.id(), echo.target_bucket);
        Err(Standing::Failed {
            summary: format!("The rules of echo {} stay", name(former)),
            detail: format!(
                "Echo {} is to protect the bucket in its place, and {why}.\n\nTaken off now, the rules would leave the bucket without any, so they stay, and so does the echo that made them, until an apply finds that the other protects the bucket. Mend that and apply again. Or let its `select` leave the bucket out, if it is to go unprotected; or take the rules off by hand.",
                name(echo)
            ),
        })
    }
}

/// Whether nothing keeps the rules of `former` on a bucket.
///
/// # Errors
///
/// What keeps them.
pub(super) async fn may_go(
    cloud: &Cloud,
    former: &Echo,
    followers: &[Follower<'_>],
    bucket: &BucketName,
) -> Result<(), Standing> {
    for follower in followers {
        follower.keeps(cloud, former, bucket).await?;
    }
    Ok(())
}
