//! Access keys of our own making: one an account and process, in memory only, renewed, and given back.
//!
//! # Flow
//!
//! [`Keys`] is where the clients of an entered site get their credentials. It makes a key when it is first asked, and another
//! before that one expires. What its id says decides which keys are left over from others ([`replication::accounts::keys`]).

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as StdMutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use replication::SiteName;
use replication::accounts::keys::{EXPIRES_AFTER, Host, KeyName, RENEWED_AFTER, TICK};
use tokio::sync::Mutex;

use super::vault;
use crate::cloud::Inner;
use crate::config::Secret;
use crate::error::{CloudError, ErrorFacts, ErrorKind};

/// Calls that were signed with a key that another took the place of are over after so long.
const GRACE: Duration = Duration::from_mins(5);
/// A key is used until so long before it expires, where another cannot be had.
const MARGIN: Duration = Duration::from_mins(10);

/// The keys of one account.
pub(crate) struct Keys {
    /// The clouds' sites have the keys, so the keys do not have the cloud.
    cloud: Weak<Inner>,
    /// The site whose admin makes them.
    admin: SiteName,
    /// The site that is entered with them.
    entered: SiteName,
    /// The account's name.
    pub(crate) account: String,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    current: Option<Made>,
    /// Ids of keys that others took the place of, until they are deleted.
    former: Vec<String>,
    closed: bool,
}

struct Made {
    id: String,
    secret: Secret,
    at: SystemTime,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys of account {}", self.account)
    }
}

impl Made {
    fn credentials(&self, until: SystemTime) -> Credentials {
        Credentials::new(
            self.id.clone(),
            self.secret.reveal(),
            None,
            Some(until),
            "account",
        )
    }
}

impl Keys {
    pub(crate) fn new(
        cloud: &Arc<Inner>,
        admin: SiteName,
        entered: SiteName,
        account: String,
    ) -> Self {
        Self {
            cloud: Arc::downgrade(cloud),
            admin,
            entered,
            account,
            held: Mutex::default(),
        }
    }

    /// Whether they are those of this site.
    pub(crate) fn is_for(&self, entered: &SiteName) -> bool {
        self.entered == *entered
    }

    /// The key in force: made if there is none, or if it is time for another.
    pub(crate) async fn current(&self) -> Result<Credentials, CloudError> {
        // Who asks meanwhile waits here, so that one is made and not many.
        let mut held = self.held.lock().await;
        let now = SystemTime::now();
        let age = |made: &Made| now.duration_since(made.at).unwrap_or_default();
        let renewed_after = Duration::from_secs(RENEWED_AFTER);
        if held.closed {
            // The last one is what it is itself deleted with.
            return match &held.current {
                Some(made) => Ok(made.credentials(now + MARGIN)),
                None => Err(self.trouble("its key was given back: the process ends".to_owned())),
            };
        }
        if let Some(made) = &held.current
            && age(made) < renewed_after
        {
            return Ok(made.credentials(made.at + renewed_after));
        }
        match self.make().await {
            Ok(made) => {
                let credentials = made.credentials(made.at + renewed_after);
                if let Some(former) = held.current.replace(made) {
                    held.former.push(former.id);
                    self.sweep_later();
                }
                Ok(credentials)
            }
            Err(error) => match &held.current {
                Some(made) if age(made) + MARGIN < Duration::from_secs(EXPIRES_AFTER) => {
                    tracing::warn!(account = self.account, error = %error, "the account's key cannot be renewed yet");
                    Ok(made.credentials(now + MARGIN / 2))
                }
                _ => Err(error),
            },
        }
    }

    async fn make(&self) -> Result<Made, CloudError> {
        let cloud = self
            .cloud
            .upgrade()
            .ok_or_else(|| self.trouble("the process is ending".to_owned()))?;
        let at = SystemTime::now();
        let id = KeyName::new(&here(), std::process::id(), moment(at)).to_string();
        let secret = new_secret().map_err(|error| self.trouble(error))?;
        let site = cloud.site(&self.admin).await?;
        // Before it is there: else another would take it for one that is left over.
        made_here().insert(id.clone());
        if let Err(error) = vault::make_key(&cloud, &site, &self.account, &id, &secret).await {
            // It may be there all the same, and nobody uses it.
            made_here().remove(&id);
            return Err(error);
        }
        tracing::info!(account = self.account, key = id, "made an access key");
        Ok(Made { id, secret, at })
    }

    fn sweep_later(&self) {
        let (cloud, entered) = (self.cloud.clone(), self.entered.clone());
        tokio::spawn(async move {
            tokio::time::sleep(GRACE).await;
            if let Some(cloud) = cloud.upgrade() {
                cloud.sweep(&entered).await;
            }
        });
    }

    /// Deletes what nobody uses any more: our former keys, and those of processes that are gone. What cannot be deleted is told
    /// and left: the next process finds it.
    pub(crate) async fn sweep(&self) -> Result<(), CloudError> {
        let Some(cloud) = self.cloud.upgrade() else {
            return Ok(());
        };
        let site = cloud.site(&self.entered).await?;
        let listed = vault::list_keys(&cloud, &site).await?;
        let now = seconds(SystemTime::now());
        let here = here();
        // Not held over calls: those are signed with what it guards.
        let former = self.held.lock().await.former.clone();
        for id in listed {
            let stale =
                || KeyName::parse(&id).is_some_and(|key| key.is_stale(&here, now, is_alive));
            // One of our process may be another cloud's, which gives it back itself.
            if !former.contains(&id) && (made_here().contains(&id) || !stale()) {
                continue;
            }
            vault::delete_key(&cloud, &site, &id).await?;
            tracing::info!(account = self.account, key = id, "deleted an access key");
            self.forget(&id).await;
        }
        Ok(())
    }

    async fn forget(&self, id: &str) {
        let mut held = self.held.lock().await;
        held.former.retain(|former| former != id);
        if held.current.as_ref().is_some_and(|made| made.id == id) {
            held.current = None;
        }
    }

    /// Gives all keys back. Nobody gets another.
    pub(crate) async fn close(&self) -> Result<(), CloudError> {
        let ids = {
            let mut held = self.held.lock().await;
            held.closed = true;
            // The one in force goes last: it is what the others are deleted with.
            let current = held.current.as_ref().map(|made| made.id.clone());
            let former = held.former.clone();
            former.into_iter().chain(current)
        };
        let Some(cloud) = self.cloud.upgrade() else {
            return Ok(());
        };
        for id in ids {
            made_here().remove(&id);
            let site = cloud.site(&self.entered).await?;
            vault::delete_key(&cloud, &site, &id).await?;
            self.forget(&id).await;
            tracing::info!(account = self.account, key = id, "gave an access key back");
        }
        Ok(())
    }

    /// As if the key in force had been made so much earlier.
    #[cfg(test)]
    pub(crate) async fn age(&self, by: Duration) {
        let mut held = self.held.lock().await;
        held.current.as_mut().unwrap().at -= by;
    }

    fn trouble(&self, message: String) -> CloudError {
        let what = format!("get into account \"{}\"", self.account);
        let mut facts = ErrorFacts::of(ErrorKind::Credentials, what, message);
        facts.site = Some(self.entered.clone());
        facts.into()
    }
}

/// The ids of all keys that this process has made. Another process that had its number may have left some, too.
fn made_here() -> MutexGuard<'static, BTreeSet<String>> {
    static MADE: StdMutex<BTreeSet<String>> = StdMutex::new(BTreeSet::new());
    MADE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the SDK asks.
#[derive(Debug, Clone)]
pub(crate) struct Provider(pub Arc<Keys>);

impl ProvideCredentials for Provider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            self.0
                .current()
                .await
                .map_err(|error| CredentialsError::provider_error(error.to_string()))
        })
    }
}

fn seconds(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// The time that a key's id is given: no two keys of this process get the same.
fn moment(at: SystemTime) -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let now = seconds(at);
    let last = LAST
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |last| {
            Some(now.max(last + TICK))
        })
        .unwrap_or_default();
    now.max(last + TICK)
}

/// This machine as its processes see each other: another boot, another container is another one. Where the system does not say,
/// it is like no other, and keys that are left over wait until they are old.
fn here() -> Host {
    static HERE: std::sync::OnceLock<Host> = std::sync::OnceLock::new();
    HERE.get_or_init(|| {
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
        let name = std::fs::read_to_string("/proc/sys/kernel/hostname");
        let processes = std::fs::read_link("/proc/self/ns/pid");
        match (boot, name, processes) {
            (Ok(boot), Ok(name), Ok(processes)) => {
                Host::of(&format!("{boot}{name}{}", processes.display()))
            }
            _ => Host::of(&new_secret().map_or_else(|e| e, |secret| secret.reveal().to_owned())),
        }
    })
    .clone()
}

/// Whether another process of this machine has this number. Ours has it, too, but what we made we know.
fn is_alive(process: u32) -> bool {
    process != std::process::id()
        && std::fs::read_to_string(format!("/proc/{process}/stat"))
            .is_ok_and(|stat| is_running(&stat))
}

/// Whether a process runs, by its line in `/proc` (`man 5 proc_pid_stat`). One that has ended keeps its number until its parent
/// asks how: in a container without an init that is never.
fn is_running(stat: &str) -> bool {
    // The program's name is in brackets and may hold anything, brackets too.
    let state = stat.rsplit_once(") ").map(|(_, rest)| rest.as_bytes());
    !matches!(state, Some([b'Z' | b'X', ..]))
}

/// Forty characters that nobody can guess.
fn new_secret() -> Result<Secret, String> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = [0_u8; 40];
    getrandom::fill(&mut bytes).map_err(|error| format!("the system gives no random: {error}"))?;
    let text: String = bytes
        .iter()
        // 64 divides 256: each letter is as likely as the next.
        .filter_map(|byte| LETTERS.get(usize::from(byte % 64)))
        .map(|letter| char::from(*letter))
        .collect();
    Ok(Secret::new(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_keys_of_a_process_have_one_moment() {
        let now = SystemTime::now();
        let (one, other) = (moment(now), moment(now));
        assert!(other >= one + TICK, "{one} {other}");
    }

    #[test]
    fn a_process_that_has_ended_does_not_run_though_it_has_its_number() {
        assert!(is_running("7 (terraform) S 1 7"));
        assert!(is_running("7 (a) Z (b) R 1 7"));
        assert!(!is_running("7 (terraform) Z 1 7"));
        assert!(
            is_running("?"),
            "better a key left over than one taken away"
        );
    }

    #[test]
    fn secrets_are_forty_of_what_services_take_and_do_not_print() {
        let (one, other) = (new_secret().unwrap(), new_secret().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.reveal().len(), 40);
        assert!(
            one.reveal()
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+/".contains(c))
        );
        assert!(!format!("{one:?}").contains(one.reveal()));
    }
}
