//! Making and changing boxes, well or badly.

use std::time::Duration;

use tfplugin::{ApplyRequest, ApplyResponse, Context, Diagnostics, Value};

use super::{BoxResource, identity, name_of, number_of};
use crate::directory::report;

impl BoxResource {
    /// The state that a plan becomes.
    fn made(request: &ApplyRequest) -> Value {
        let mut state = request.planned.clone().unwrap_or(Value::Null);
        let name = name_of(&state);
        state.set("id", Value::from(format!("box-{name}")));
        let number = request
            .prior
            .as_ref()
            .and_then(|prior| prior.get("serial"))
            .and_then(Value::as_str);
        let number = number
            .and_then(|number| number.parse::<u64>().ok())
            .unwrap_or(0)
            + 1;
        state.set("serial", Value::from(number.to_string()));
        let secret = request
            .config
            .as_ref()
            .and_then(|config| config.get("secret"));
        let length = secret
            .and_then(Value::as_str)
            .map_or(Value::Null, |secret| number_of(secret.len()));
        state.set("secret_length", length);
        if let Value::Object(attributes) = &mut state {
            if let Some(lid @ Value::Object(_)) = attributes.get_mut("lid") {
                lid.set("weight", number_of(3));
            }
            if let Some(Value::Map(compartments)) = attributes.get_mut("compartments") {
                for (order, compartment) in compartments.values_mut().enumerate() {
                    compartment.set("order", number_of(order));
                }
            }
            if let Some(Value::List(drawers)) = attributes.get_mut("drawers") {
                for (order, drawer) in drawers.iter_mut().enumerate() {
                    drawer.set("order", number_of(order));
                }
            }
        }
        state
    }

    /// Makes or changes a box, in the manner that was asked for.
    pub(super) async fn apply(
        &self,
        context: &Context,
        request: ApplyRequest,
        diagnostics: &mut Diagnostics,
    ) -> ApplyResponse {
        let state = Self::made(&request);
        let name = name_of(&state);
        let private = b"applied".to_vec();
        let response = ApplyResponse {
            state: Some(state.clone()),
            private,
            identity: Some(identity(&name)),
        };
        if report(
            self.directory.put(&name, &state),
            "write the box",
            diagnostics,
        )
        .is_none()
        {
            return request.unchanged();
        }
        match state
            .get("behavior")
            .and_then(Value::as_str)
            .unwrap_or_default()
        {
            "panic" => {
                context.keep(state);
                panic!("the box bursts");
            }
            "panic early" => panic!("the box was never made"),
            "fail" => diagnostics.error("The box is only half made", "It says so."),
            "fail without state" => {
                context.keep(state);
                diagnostics.error("The box is only half made", "It says so.");
                return ApplyResponse::default();
            }
            "wait" => {
                context.cancel.cancelled().await;
                diagnostics.error("Cancelled", "The box was made, but not painted.");
            }
            "hang" => {
                context.keep(state);
                std::future::pending::<()>().await;
            }
            "leave unknown" => return with(response, "serial", Value::unknown()),
            "give another type" => return with(response, "labels", Value::from("none")),
            "change its mind" => return with(response, "size", number_of(99)),
            "forget everything" => return ApplyResponse::default(),
            behavior => {
                // Two boxes that wait for each other: both are made only if both are being made at once.
                if let Some(friend) = behavior.strip_prefix("meet ") {
                    while matches!(self.directory.look(friend), Ok(None)) {
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                }
            }
        }
        response
    }
}

fn with(mut response: ApplyResponse, attribute: &str, value: Value) -> ApplyResponse {
    if let Some(state) = &mut response.state {
        state.set(attribute, value);
    }
    response
}
