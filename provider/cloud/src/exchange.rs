//! The bytes of one exchange as they are on the wire: what the service said, and what we say in place of what the SDK
//! would have written.
//!
//! The rules of others must come through unharmed, and the SDK's types know only what they knew when they were generated.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;

/// Keeps the body of the answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeepBody {
    body: Arc<Mutex<Option<Vec<u8>>>>,
}

impl KeepBody {
    /// The body of the last answer that was a success.
    pub(crate) fn take(&self) -> Option<Vec<u8>> {
        self.body
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for KeepBody {
    fn name(&self) -> &'static str {
        "KeepBody"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        if response.status().is_success() {
            *self.body.lock().unwrap_or_else(PoisonError::into_inner) =
                response.body().bytes().map(<[u8]>::to_vec);
        }
        Ok(())
    }
}

/// Sends this body in place of the SDK's.
#[derive(Debug, Clone)]
pub(crate) struct SendBody(pub String);

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for SendBody {
    fn name(&self) -> &'static str {
        "SendBody"
    }

    // Before the retry loop: the SDK keeps the request of this moment for every try, and takes checksum and signature
    // from it later.
    fn modify_before_retry_loop(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        request
            .headers_mut()
            .insert("content-length", self.0.len().to_string());
        *request.body_mut() = SdkBody::from(self.0.as_str());
        Ok(())
    }
}
