//! What CloudTrail and EventBridge do with calls about buckets, which the emulator does not: each call becomes an event on the
//! default bus of the bucket's account and region, and goes to the queues of the rules whose pattern it matches.
//!
//! # Flow
//!
//! a call about a bucket is answered → [`trail`] writes CloudTrail's record of it, failed calls too → the emulator's own
//! TestEventPattern says which of the rules it matches → the queue's policy says whether EventBridge may send → `SendMessage`.
//!
//! # Assumptions
//!
//! Rules and queues are changed through the gateway: it asks for them once, and again when one was written.

mod rules;
mod trail;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::body::Bytes;
use hyper::http::request::Parts;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::rules::{Place, Rules};
use super::call::{Call, Service};
use super::principal::Principals;
use super::upstream::{Upstream, element};

/// How events come: EventBridge promises at least once, some time, in no order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Delivery {
    /// How often each event is sent; 0 loses all of them.
    pub copies: u32,
    /// Milliseconds until it is sent.
    pub delay: u64,
    /// Milliseconds for which events are gathered; what was gathered is sent with the last first.
    pub reorder: u64,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            copies: 1,
            delay: 0,
            reorder: 0,
        }
    }
}

/// What became of the events so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// How many messages were put on queues.
    pub sent: u32,
    /// What a rule wanted to send and could not, and why; EventBridge says nothing of it.
    pub refused: Vec<String>,
}

/// The events of a gateway.
#[derive(Debug, Default)]
pub struct Events {
    buckets: Mutex<HashMap<String, Place>>,
    rules: Rules,
    delivery: Mutex<Delivery>,
    gathered: Mutex<Vec<(Place, Value)>>,
    told: Mutex<Told>,
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Events {
    /// Sets how events come from now on.
    pub fn set(&self, delivery: Delivery) {
        *locked(&self.delivery) = delivery;
    }

    /// What became of the events so far.
    pub fn told(&self) -> Told {
        locked(&self.told).clone()
    }

    /// Takes note of a call that was answered, and sends its event where one is due.
    pub async fn notice(
        self: &Arc<Self>,
        upstream: &Arc<Upstream>,
        principals: &Principals,
        (call, parts, body): (&Call, &Parts, &Bytes),
        failure: Option<(String, String)>,
    ) {
        if failure.is_none() && self.rules.forget_after(call) {
            return;
        }
        let Some(name) = trail::event_name(call) else {
            return;
        };
        let Some(place) = self.place(upstream, call, body, failure.is_some()).await else {
            return;
        };
        let delivery = *locked(&self.delivery);
        let due = match self.rules.stand(upstream, &place).await {
            Ok(any) => any && delivery.copies > 0,
            Err(error) => {
                self.refuse(format!("the rules of {place:?} cannot be read: {error}"));
                false
            }
        };
        if !due {
            return;
        }
        let caller = principals.caller(upstream, &call.access_key).await;
        let event = trail::event(
            name,
            &place,
            (call, parts, body),
            caller.ok().flatten().as_ref(),
            failure,
        );
        let (events, upstream) = (Arc::clone(self), Arc::clone(upstream));
        tokio::spawn(async move { events.come(&upstream, place, event, delivery).await });
    }

    /// The account and region of the bucket: learned when it is made, forgotten when it is gone.
    async fn place(
        &self,
        upstream: &Upstream,
        call: &Call,
        body: &Bytes,
        failed: bool,
    ) -> Option<Place> {
        let known = locked(&self.buckets).get(&call.resource).cloned();
        match call.operation.as_str() {
            "CreateBucket" if known.is_none() || failed => {
                let account = upstream.account_of(&call.access_key).await.ok()?;
                let asked = element(&String::from_utf8_lossy(body), "LocationConstraint");
                let region = asked.unwrap_or_else(|| call.region.clone());
                let place = Place { account, region };
                if !failed {
                    locked(&self.buckets).insert(call.resource.clone(), place.clone());
                }
                Some(place)
            }
            "DeleteBucket" if !failed => locked(&self.buckets).remove(&call.resource),
            _ => known,
        }
    }

    async fn come(
        self: Arc<Self>,
        upstream: &Upstream,
        place: Place,
        event: Value,
        delivery: Delivery,
    ) {
        tokio::time::sleep(Duration::from_millis(delivery.delay)).await;
        if delivery.reorder == 0 {
            return self.send(upstream, &place, &event, delivery.copies).await;
        }
        let first = {
            let mut gathered = locked(&self.gathered);
            gathered.push((place, event));
            gathered.len() == 1
        };
        if !first {
            return;
        }
        tokio::time::sleep(Duration::from_millis(delivery.reorder)).await;
        let gathered = std::mem::take(&mut *locked(&self.gathered));
        for (place, event) in gathered.into_iter().rev() {
            self.send(upstream, &place, &event, delivery.copies).await;
        }
    }

    async fn send(&self, upstream: &Upstream, place: &Place, event: &Value, copies: u32) {
        for _ in 0..copies {
            match self.rules.deliver(upstream, place, event).await {
                Ok(delivered) => {
                    let mut told = locked(&self.told);
                    told.sent += delivered.sent;
                    told.refused.extend(delivered.refused);
                }
                Err(error) => self.refuse(error.to_string()),
            }
        }
    }

    fn refuse(&self, why: String) {
        locked(&self.told).refused.push(why);
    }
}

/// Whether a call changes rules, their targets or who may send to a queue.
fn changes_delivery(call: &Call) -> bool {
    let queues = [
        "CreateQueue",
        "DeleteQueue",
        "SetQueueAttributes",
        "AddPermission",
        "RemovePermission",
    ];
    match call.service {
        Service::Events => !call.reads_configuration(),
        Service::Sqs => queues.contains(&call.operation.as_str()),
        _ => false,
    }
}
