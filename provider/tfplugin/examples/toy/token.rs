//! The ephemeral resource `toy_token`.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use tfplugin::{
    Attribute, Context, Diagnostics, EphemeralResource, OpenRequest, OpenResponse, RenewResponse,
    Schema, Value,
};

pub struct Token;

#[async_trait]
impl EphemeralResource for Token {
    fn schema(&self) -> Schema {
        Schema::new(0)
            .describe("A token that is nowhere kept.")
            .attribute(
                "seed",
                Attribute::string()
                    .required()
                    .describe("What it is made from."),
            )
            .attribute(
                "token",
                Attribute::string()
                    .computed()
                    .sensitive()
                    .describe("The token."),
            )
    }

    async fn open(
        &self,
        _context: &Context,
        request: OpenRequest,
        _diagnostics: &mut Diagnostics,
    ) -> OpenResponse {
        let seed = request
            .config
            .get("seed")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let mut result = request.config;
        result.set("token", Value::from(seed.chars().rev().collect::<String>()));
        OpenResponse {
            result: Some(result),
            private: seed.into_bytes(),
            renew_at: Some(SystemTime::now() + Duration::from_hours(1)),
            deferred: None,
        }
    }

    async fn renew(
        &self,
        _context: &Context,
        private: Vec<u8>,
        _diagnostics: &mut Diagnostics,
    ) -> RenewResponse {
        RenewResponse {
            private,
            renew_at: None,
        }
    }

    async fn close(&self, _context: &Context, private: Vec<u8>, diagnostics: &mut Diagnostics) {
        if private.is_empty() {
            diagnostics.error("A token was lost", "Closing needs what opening answered.");
        }
    }
}
