//! One writer a thing at a time.

use std::time::Duration;

use tokio::time::timeout;

use super::script::Script;
use super::{at, cloud, role};

const SOON: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_thing_has_one_writer_and_others_do_not_wait_for_it() {
    let cloud = cloud(&Script::default());
    let held = cloud.lock([at("east", "orders")], [role()], []).await;
    let other = timeout(SOON, cloud.lock([at("east", "other")], [], [])).await;
    assert!(other.is_ok());
    for wanted in [(vec![at("east", "orders")], vec![]), (vec![], vec![role()])] {
        let waits = timeout(SOON, cloud.lock(wanted.0, wanted.1, [])).await;
        assert!(waits.is_err());
    }
    drop(held);
    let next = timeout(SOON, cloud.lock([at("east", "orders")], [role()], [])).await;
    assert!(next.is_ok());
}

#[tokio::test(start_paused = true)]
async fn one_bucket_by_two_ways_is_one_thing() {
    let cloud = cloud(&Script::default());
    let held = cloud.lock([at("east", "orders")], [], []).await;
    let waits = timeout(SOON, cloud.lock([at("west", "orders")], [], [])).await;
    assert!(waits.is_err());
    drop(held);
    let both = [at("east", "orders"), at("west", "orders")];
    let held = timeout(SOON, cloud.lock(both, [], [])).await;
    assert!(held.is_ok(), "it does not wait for itself");
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_each_other_and_nothing_is_left_behind() {
    let cloud = cloud(&Script::default());
    let (a, b) = (at("east", "orders"), at("west", "orders-dr"));
    let tasks: Vec<_> = (0..100)
        .map(|number| {
            let cloud = cloud.clone();
            let mut wanted = vec![a.clone(), b.clone()];
            if number % 2 == 1 {
                wanted.reverse();
            }
            tokio::spawn(async move {
                let _held = cloud.lock(wanted, [role()], []).await;
                tokio::task::yield_now().await;
            })
        })
        .collect();
    for task in tasks {
        timeout(SOON, task).await.unwrap().unwrap();
    }
    assert_eq!(cloud.inner.locks.len(), 0);
}
