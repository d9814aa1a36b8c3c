//! A small client of the plugin protocol: starts the toy provider and speaks with it as Terraform does.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use tempfile::TempDir;
use tfplugin::proto::tfplugin6::provider_client::ProviderClient;
use tfplugin::proto::tfplugin6::{self as wire, DynamicValue};
use tfplugin::{Type, Value, msgpack};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tonic::transport::Channel;

use crate::toy;
use crate::trust::{ClientIdentity, connect};

pub const COOKIE: (&str, &str) = (
    "TF_PLUGIN_MAGIC_COOKIE",
    "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
);

const LIMIT: usize = 512 << 20;

/// The toy provider, running, with what it said on stdout and stderr.
pub struct Process {
    pub child: Child,
    /// The parts of the handshake line.
    pub line: Vec<String>,
    pub stderr: Arc<Mutex<Vec<String>>>,
    /// Where its socket is: a process that is killed leaves it behind.
    _temporary: TempDir,
}

impl Process {
    /// Starts it with an environment of exactly this.
    pub async fn start(environment: &[(&str, &str)]) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let mut command = Command::new(toy::binary());
        command
            .env_clear()
            .env("TMPDIR", temporary.path())
            .envs(environment.iter().copied())
            .kill_on_drop(true);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = stdout.next_line().await.unwrap().expect("a handshake line");
        let stderr = collect(child.stderr.take().unwrap());
        Self {
            child,
            line: line.split('|').map(str::to_owned).collect(),
            stderr,
            _temporary: temporary,
        }
    }

    pub fn logged(&self) -> Vec<String> {
        self.stderr.lock().unwrap().clone()
    }
}

pub fn collect(stderr: tokio::process::ChildStderr) -> Arc<Mutex<Vec<String>>> {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let into = Arc::clone(&lines);
    tokio::spawn(async move {
        let mut stderr = BufReader::new(stderr).lines();
        while let Ok(Some(line)) = stderr.next_line().await {
            into.lock().unwrap().push(line);
        }
    });
    lines
}

/// A session with a configured toy provider.
pub struct Session {
    pub process: Process,
    pub channel: Channel,
    pub provider: ProviderClient<Channel>,
    pub schemas: wire::get_provider_schema::Response,
    pub directory: TempDir,
}

impl Session {
    /// Starts and configures it.
    pub async fn start() -> Self {
        let session = Self::unconfigured(&[]).await;
        session.configure().await;
        session
    }

    pub async fn unconfigured(environment: &[(&str, &str)]) -> Self {
        let identity = ClientIdentity::new();
        let mut full = vec![
            COOKIE,
            ("PLUGIN_CLIENT_CERT", identity.pem.as_str()),
            ("PLUGIN_PROTOCOL_VERSIONS", "5,6"),
        ];
        full.extend_from_slice(environment);
        let process = Process::start(&full).await;
        let channel = connect(&process.line, Some(&identity)).await.unwrap();
        let mut provider = ProviderClient::new(channel.clone())
            .max_decoding_message_size(LIMIT)
            .max_encoding_message_size(LIMIT);
        let request = wire::get_provider_schema::Request {};
        let schemas = provider
            .get_provider_schema(request)
            .await
            .unwrap()
            .into_inner();
        let directory = tempfile::tempdir().unwrap();
        Self {
            process,
            channel,
            provider,
            schemas,
            directory,
        }
    }

    pub async fn configure(&self) {
        let directory = self.directory.path().to_str().unwrap();
        let config = Value::object([("directory", Value::from(directory))]);
        let ty = block_type(self.schemas.provider.as_ref().unwrap());
        let request = wire::configure_provider::Request {
            terraform_version: "1.11.0".to_owned(),
            config: Some(encoded(&config, &ty)),
            client_capabilities: None,
        };
        let answer = self
            .provider
            .clone()
            .configure_provider(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(words(&answer.diagnostics), Vec::<String>::new());
    }

    /// The type of `toy_box`, as its schema on the wire spells it.
    pub fn box_type(&self) -> Type {
        block_type(&self.schemas.resource_schemas["toy_box"])
    }

    /// A box with these attributes; all others are null.
    pub fn a_box<const N: usize>(&self, attributes: [(&str, Value); N]) -> Value {
        let Type::Object(types) = self.box_type() else {
            panic!("a block is an object")
        };
        let mut value: BTreeMap<String, Value> = types
            .keys()
            .map(|name| (name.clone(), Value::Null))
            .collect();
        value.insert("handle".to_owned(), Value::List(Vec::new()));
        for (name, attribute) in attributes {
            assert!(
                value.insert(name.to_owned(), attribute).is_some(),
                "no attribute {name}"
            );
        }
        Value::Object(value)
    }

    pub async fn plan(
        &self,
        prior: Option<&Value>,
        config: &Value,
    ) -> wire::plan_resource_change::Response {
        let ty = self.box_type();
        // What Terraform proposes: the configuration, and where it says nothing of a computed attribute, the prior.
        let mut proposed = config.clone();
        proposed.set("secret", Value::Null);
        for name in ["id", "serial", "secret_length", "shape"] {
            if let Some(prior) = prior.and_then(|prior| prior.get(name))
                && config.get(name).is_none_or(Value::is_null)
            {
                proposed.set(name, prior.clone());
            }
        }
        let request = wire::plan_resource_change::Request {
            type_name: "toy_box".to_owned(),
            prior_state: Some(encoded(prior.unwrap_or(&Value::Null), &ty)),
            proposed_new_state: Some(encoded(&proposed, &ty)),
            config: Some(encoded(config, &ty)),
            client_capabilities: Some(wire::ClientCapabilities {
                deferral_allowed: true,
                write_only_attributes_allowed: true,
                ..Default::default()
            }),
            ..Default::default()
        };
        self.provider
            .clone()
            .plan_resource_change(request)
            .await
            .unwrap()
            .into_inner()
    }

    pub fn apply_request(
        &self,
        prior: Option<&Value>,
        config: &Value,
        plan: wire::plan_resource_change::Response,
    ) -> wire::apply_resource_change::Request {
        let ty = self.box_type();
        wire::apply_resource_change::Request {
            type_name: "toy_box".to_owned(),
            prior_state: Some(encoded(prior.unwrap_or(&Value::Null), &ty)),
            planned_state: plan.planned_state,
            config: Some(encoded(config, &ty)),
            planned_private: plan.planned_private,
            provider_meta: None,
            planned_identity: plan.planned_identity,
        }
    }

    /// Plans without errors, then applies.
    pub async fn apply(
        &self,
        prior: Option<&Value>,
        config: &Value,
    ) -> wire::apply_resource_change::Response {
        let plan = self.plan(prior, config).await;
        assert_eq!(words(&plan.diagnostics), Vec::<String>::new());
        let request = self.apply_request(prior, config, plan);
        self.provider
            .clone()
            .apply_resource_change(request)
            .await
            .unwrap()
            .into_inner()
    }

    pub async fn destroy(&self, prior: &Value) -> wire::apply_resource_change::Response {
        let ty = self.box_type();
        let request = wire::apply_resource_change::Request {
            type_name: "toy_box".to_owned(),
            prior_state: Some(encoded(prior, &ty)),
            planned_state: Some(encoded(&Value::Null, &ty)),
            config: Some(encoded(&Value::Null, &ty)),
            ..Default::default()
        };
        self.provider
            .clone()
            .apply_resource_change(request)
            .await
            .unwrap()
            .into_inner()
    }

    /// A box from the wire.
    pub fn decoded(&self, value: Option<&DynamicValue>) -> Value {
        decoded(value, &self.box_type())
    }

    /// Whether the box is really there.
    pub fn exists(&self, name: &str) -> bool {
        self.directory.path().join(format!("{name}.json")).exists()
    }

    /// Waits until a box is really there.
    pub async fn until_it_exists(&self, name: &str) {
        while !self.exists(name) {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }
}

pub fn encoded(value: &Value, ty: &Type) -> DynamicValue {
    DynamicValue {
        msgpack: msgpack::encode(value, ty).unwrap(),
        json: Vec::new(),
    }
}

pub fn decoded(value: Option<&DynamicValue>, ty: &Type) -> Value {
    msgpack::decode(&value.expect("a value").msgpack, ty).unwrap()
}

/// The type that a schema on the wire spells.
pub fn block_type(schema: &wire::Schema) -> Type {
    body_type(schema.block.as_ref().unwrap())
}

fn body_type(block: &wire::schema::Block) -> Type {
    use wire::schema::nested_block::NestingMode;
    let attributes = block.attributes.iter().map(attribute_type);
    let blocks = block.block_types.iter().map(|block| {
        let object = body_type(block.block.as_ref().unwrap());
        let ty = match block.nesting() {
            NestingMode::List => Type::list(object),
            NestingMode::Set => Type::set(object),
            NestingMode::Map => Type::map(object),
            _ => object,
        };
        (block.type_name.clone(), ty)
    });
    Type::object(attributes.chain(blocks))
}

fn attribute_type(attribute: &wire::schema::Attribute) -> (String, Type) {
    use wire::schema::object::NestingMode;
    // Terraform refuses a schema that says both, or neither.
    let ty = match (&attribute.nested_type, attribute.r#type.as_slice()) {
        (Some(nested), []) => {
            let object = Type::object(nested.attributes.iter().map(attribute_type));
            match nested.nesting() {
                NestingMode::List => Type::list(object),
                NestingMode::Set => Type::set(object),
                NestingMode::Map => Type::map(object),
                _ => object,
            }
        }
        (None, json) => Type::from_json(json).unwrap(),
        (Some(_), _) => panic!("{} has both a type and a nested type", attribute.name),
    };
    (attribute.name.clone(), ty)
}

/// Diagnostics as lines: the attribute, the summary and the detail.
pub fn words(diagnostics: &[wire::Diagnostic]) -> Vec<String> {
    use wire::attribute_path::step::Selector;
    diagnostics
        .iter()
        .map(|diagnostic| {
            let path: Vec<String> = diagnostic
                .attribute
                .iter()
                .flat_map(|path| &path.steps)
                .map(|step| match step.selector.as_ref().unwrap() {
                    Selector::AttributeName(name) => name.clone(),
                    Selector::ElementKeyString(key) => key.clone(),
                    Selector::ElementKeyInt(index) => index.to_string(),
                })
                .collect();
            let severity = if diagnostic.severity == 1 {
                ""
            } else {
                "warning "
            };
            format!(
                "{severity}[{}] {}: {}",
                path.join("."),
                diagnostic.summary,
                diagnostic.detail
            )
        })
        .collect()
}

/// That there is exactly one diagnostic, and that it says this at this attribute.
#[track_caller]
pub fn assert_one(diagnostics: &[wire::Diagnostic], path: &str, text: &str) {
    let words = words(diagnostics);
    assert_eq!(words.len(), 1, "{words:?}");
    assert!(
        words[0].starts_with(&format!("[{path}]")) && words[0].contains(text),
        "{words:?}"
    );
}
