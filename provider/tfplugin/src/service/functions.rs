//! The call of a function.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use crate::proto::tfplugin6::call_function;
use crate::{Diagnostic, Diagnostics, FunctionError, Value};

use super::Service;
use super::settle::{Allow, settle};
use super::wire::{decode, encode};

impl Service {
    pub(super) async fn call_function(
        &self,
        request: call_function::Request,
    ) -> call_function::Response {
        match self.call(request).await {
            Ok(result) => call_function::Response {
                result: Some(result),
                error: None,
            },
            Err(error) => call_function::Response {
                result: None,
                error: Some(crate::proto::tfplugin6::FunctionError {
                    text: error.text,
                    function_argument: error.argument,
                }),
            },
        }
    }

    async fn call(
        &self,
        request: call_function::Request,
    ) -> Result<crate::proto::tfplugin6::DynamicValue, FunctionError> {
        let catalog = self
            .catalog()
            .map_err(|problem| as_function_error(&problem))?;
        let offered = catalog
            .function(&request.name)
            .map_err(|problem| as_function_error(&problem))?;
        let signature = &offered.signature;
        let fixed = signature.parameters.len();
        if request.arguments.len() < fixed
            || (request.arguments.len() > fixed && signature.variadic.is_none())
        {
            return Err(FunctionError::new(format!(
                "{} takes {fixed} arguments, and was given {}",
                request.name,
                request.arguments.len()
            )));
        }
        let parameters = signature
            .parameters
            .iter()
            .chain(std::iter::repeat_with(|| signature.variadic.as_ref()).flatten());
        let arguments = request
            .arguments
            .iter()
            .zip(parameters)
            .enumerate()
            .map(|(index, (argument, parameter))| {
                decode(
                    Some(argument),
                    &parameter.ty,
                    &format!("The argument {}", parameter.name),
                )
                .map_err(|error| FunctionError::argument(index, words(&error)))
            })
            .collect::<Result<Vec<Value>, _>>()?;
        let handler = Arc::clone(&offered.handler);
        let outcome = self
            .calls
            .run("call", &request.name, |_| async move {
                // Functions compute and never wait; a long one must not hold up the calls beside it.
                let span = tracing::Span::current();
                tokio::task::spawn_blocking(move || {
                    let call = AssertUnwindSafe(|| span.in_scope(|| handler.call(arguments)));
                    std::panic::catch_unwind(call).unwrap_or_else(|payload| Err(crashed(&*payload)))
                })
                .await
                .unwrap_or_else(|_| Err(FunctionError::new("The function was stopped.")))
            })
            .await;
        let result = match outcome {
            Ok(result) => result?,
            Err(lost) => return Err(as_function_error(&lost.reason)),
        };
        let mut misfits = Diagnostics::new();
        let what = format!("the result of function {}", request.name);
        let result = settle(result, &signature.returns, Allow::PLAN, &what, &mut misfits);
        if let Some(misfit) = misfits.into_iter().next() {
            return Err(as_function_error(&misfit));
        }
        encode(&result, &signature.returns, &what).map_err(|problem| as_function_error(&problem))
    }
}

fn crashed(payload: &(dyn std::any::Any + Send)) -> FunctionError {
    FunctionError::new(format!(
        "The function crashed, which is a bug in the provider: {}",
        super::calls::panic_words(payload)
    ))
}

fn as_function_error(problem: &Diagnostic) -> FunctionError {
    FunctionError::new(words(problem))
}

fn words(problem: &Diagnostic) -> String {
    format!("{}: {}", problem.summary, problem.detail)
}
