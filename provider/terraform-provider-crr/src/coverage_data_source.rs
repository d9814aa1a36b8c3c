//! Data source `crr_coverage`: how the buckets of a site stand.

use std::sync::Arc;

use async_trait::async_trait;
use cloud::Job;
use replication::Echo;
use tfplugin::{
    Attribute, Context, DataSource, DataSourceRequest, DataSourceResponse, Diagnostics, Path,
    Schema, Value,
};

use crate::echo_mode::config::{Resolution, resolve};
use crate::echo_mode::{agent_config, coverage, schema as echo_schema, survey};
use crate::pair::schema::DIRECTIONS;
use crate::runtime::{Runtime, Shared};

/// The data source.
pub struct CoverageDataSource {
    shared: Arc<Shared>,
}

impl CoverageDataSource {
    /// The data source over what the provider block made.
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }
}

/// What is given apart from a whole configuration.
const GIVEN: [&str; 5] = ["source", "target", "target_bucket", "direction", "select"];

fn schema() -> Schema {
    Schema::new(0)
        .describe("How the buckets of a site stand: how many are protected, which are not, and why. For `check` blocks and dashboards. Reads only.\n\nGive it the `agent_config` of a `crr_echo_mode` to ask about just what that keeps, or the two sites.")
        .attribute(
            "agent_config",
            Attribute::string().optional().conflicts_with(&GIVEN).describe("The `agent_config` of a `crr_echo_mode`."),
        )
        .attribute("source", echo_schema::site("The site whose buckets are asked about.").optional())
        .attribute("target", echo_schema::site("The site that they should be replicated to.").optional())
        .attribute("target_bucket", echo_schema::target_bucket().optional())
        .attribute(
            "direction",
            Attribute::string().optional().one_of(&DIRECTIONS).describe("Whether the way back is asked about, too. Default: `one_way`."),
        )
        .attribute("select", echo_schema::select())
        .attribute("coverage", coverage::attribute())
        .attribute(
            "complete",
            Attribute::bool().computed().describe("Whether no bucket is pending, drifted, failed or in conflict."),
        )
}

#[async_trait]
impl DataSource for CoverageDataSource {
    fn schema(&self) -> Schema {
        schema()
    }

    async fn read(
        &self,
        context: &Context,
        request: DataSourceRequest,
        diagnostics: &mut Diagnostics,
    ) -> DataSourceResponse {
        match self.shared.to_read(&request, diagnostics) {
            Ok(runtime) => DataSourceResponse {
                state: look(&runtime, context, request.config, diagnostics).await,
                deferred: None,
            },
            Err(answer) => answer,
        }
    }
}

async fn look(
    runtime: &Runtime,
    context: &Context,
    config: Value,
    diagnostics: &mut Diagnostics,
) -> Option<Value> {
    let wanted = wanted(&config, diagnostics)?;
    let resolved = match resolve(&wanted, runtime, diagnostics).await {
        Resolution::Known(resolved) => resolved,
        Resolution::Failed => return None,
        Resolution::Unknown { .. } => {
            diagnostics.error(
                "The provider block is not known yet",
                "A data source needs every site's settings when it is read. Apply what they come from first, with -target.",
            );
            return None;
        }
    };
    let job = Job {
        cancel: context.cancel.clone(),
        deadline: None,
    };
    let survey = survey::survey(runtime, &resolved.echo, &job, diagnostics).await?;
    let mut found = survey.coverage;
    if found.counts.protected + found.counts.failed > 0
        && lacks_a_role(runtime, &resolved.echo, diagnostics).await
    {
        found.fail_protected();
    }
    let mut state = config;
    state.set("coverage", coverage::to_value(&found));
    let complete = !found.needs_work() && found.counts.conflicts == 0;
    state.set("complete", Value::from(complete));
    Some(state)
}

/// Whether rules stand under a role that is not there, which S3 takes and then fails every object.
///
/// A role that a `crr_site` of this run makes is a warning: an error would keep the apply from making it.
async fn lacks_a_role(runtime: &Runtime, echo: &Echo, diagnostics: &mut Diagnostics) -> bool {
    let missing = survey::missing_roles(runtime, echo, diagnostics).await;
    for role in &missing {
        let summary = format!("Role {role} does not exist");
        let detail = "IAM answers NoSuchEntity. The rules stand, and S3 fails every object under them. Set `replication_role` on the `crr_site` of each site that objects leave and apply it, or give the echo another role.";
        if runtime.is_noted_site_role(role) {
            diagnostics.warning(summary, detail);
        } else {
            diagnostics.error(summary, detail);
        }
    }
    !missing.is_empty()
}

/// The echo that is asked about, as a value of the resource's type.
fn wanted(config: &Value, diagnostics: &mut Diagnostics) -> Option<Value> {
    if let Some(text) = config.get("agent_config").and_then(Value::as_str) {
        return match agent_config::parse(text) {
            Ok(value) => Some(value),
            Err(error) => {
                diagnostics.error_at(
                    Path::root().attribute("agent_config"),
                    "Not the configuration of an echo",
                    error,
                );
                None
            }
        };
    }
    let site = |name: &str| config.get(name).and_then(Value::as_str);
    let (Some(source), Some(target)) = (site("source"), site("target")) else {
        diagnostics.error(
            "Which buckets?",
            "Set `source` and `target`, or `agent_config`.",
        );
        return None;
    };
    let mut wanted = echo_schema::empty(source, target);
    for name in GIVEN {
        match config.get(name) {
            Some(value) if !value.is_null() => wanted.set(name, value.clone()),
            _ => {}
        }
    }
    Some(wanted)
}
