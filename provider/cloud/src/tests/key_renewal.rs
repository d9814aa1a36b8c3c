//! Keys of our own making, and what becomes of them as they grow old.

use std::time::Duration;

use aws_credential_types::Credentials;
use replication::accounts::keys::{EXPIRES_AFTER, RENEWED_AFTER};

use super::script::{Answer, Script, answer, query_error};
use super::{WEST, cloud_of, site_name};

const MINUTE: Duration = Duration::from_mins(1);
/// A key of somebody else's.
const FOREIGN: &str = "AKIAIOSFODNN7EXAMPLE";

fn listed(ids: &[&str]) -> Answer {
    let key = |id: &&str| {
        format!(
            "<member><UserName>root</UserName><AccessKeyId>{id}</AccessKeyId><Status>Active</Status></member>"
        )
    };
    let keys = ids.iter().map(key).collect::<Vec<_>>().concat();
    answer(200).xml(&format!(
        "<ListAccessKeysResponse><ListAccessKeysResult><AccessKeyMetadata>{keys}</AccessKeyMetadata><IsTruncated>false</IsTruncated></ListAccessKeysResult></ListAccessKeysResponse>"
    ))
}

#[tokio::test(start_paused = true)]
async fn a_key_is_renewed_in_time_and_the_former_one_deleted_when_its_calls_are_over() {
    const MAKE: &str = "west vault GenerateAccountAccessKey";
    const LIST: &str = "west iam ListAccessKeys";
    const DELETE: &str = "west iam DeleteAccessKey";
    let script = Script::default();
    let cloud = cloud_of(&script, |config| {
        for (name, site) in &mut config.sites {
            let url = format!("http://vault.{name}.test");
            site.endpoints.insert("vault".to_owned(), url);
        }
    });
    script.expect(MAKE, answer(200).json("{}"));
    script.expect(LIST, listed(&[FOREIGN]));
    let (west, account) = (site_name("west"), WEST.parse().unwrap());
    cloud.enter_by_key(&west, &account, "orders").await.unwrap();
    let keys = cloud.inner.keys().pop().unwrap();
    let id = |credentials: Credentials| credentials.access_key_id().to_owned();
    let first = id(keys.current().await.unwrap());

    keys.age(Duration::from_secs(RENEWED_AFTER - 60)).await;
    assert_eq!(id(keys.current().await.unwrap()), first, "not yet");
    keys.age(MINUTE).await;
    script.expect(MAKE, answer(200).json("{}"));
    let second = id(keys.current().await.unwrap());
    assert_ne!(second, first);
    assert_eq!(id(keys.current().await.unwrap()), second, "once");

    // Calls that were signed with the first may still be under way.
    script.expect(LIST, listed(&[&first, &second, FOREIGN]));
    script.expect(DELETE, answer(200).xml("<DeleteAccessKeyResponse/>"));
    tokio::time::sleep(MINUTE * 6).await;
    let deleted = script.bodies(DELETE);
    assert_eq!(deleted.len(), 1);
    assert!(
        deleted[0].contains(&format!("AccessKeyId={first}")),
        "{deleted:?}"
    );

    // Vault is away when the next is due: this one serves until shortly before it expires.
    keys.age(Duration::from_secs(RENEWED_AFTER)).await;
    script.expect(MAKE, query_error(403, "AccessDenied", "no"));
    assert_eq!(id(keys.current().await.unwrap()), second);
    keys.age(Duration::from_secs(EXPIRES_AFTER - RENEWED_AFTER))
        .await;
    script.expect(MAKE, query_error(403, "AccessDenied", "no"));
    let error = keys.current().await.unwrap_err();
    assert!(error.to_string().contains("AccessDenied"), "{error}");
    script.finish();
}
