//! The data source `toy_box`, which looks one up, and the list resource `toy_box`, which finds all.

use std::sync::Arc;

use async_trait::async_trait;
use tfplugin::{
    Attribute, Context, DataSource, DataSourceRequest, DataSourceResponse, Diagnostics, Found,
    ListRequest, ListResource, Listed, Path, Schema, Value,
};

use crate::boxes::{identity, name_of};
use crate::directory::{Directory, report};

pub struct BoxData {
    directory: Arc<Directory>,
}

impl BoxData {
    pub fn new(directory: Arc<Directory>) -> Self {
        Self { directory }
    }
}

#[async_trait]
impl DataSource for BoxData {
    fn schema(&self) -> Schema {
        Schema::new(0)
            .describe("A box that somebody made.")
            .attribute("name", Attribute::string().required().describe("Its name."))
            .attribute(
                "serial",
                Attribute::string()
                    .computed()
                    .describe("Its serial number."),
            )
    }

    async fn read(
        &self,
        _context: &Context,
        request: DataSourceRequest,
        diagnostics: &mut Diagnostics,
    ) -> DataSourceResponse {
        let name = name_of(&request.config);
        let found = report(self.directory.look(&name), "look at the box", diagnostics).flatten();
        let Some(found) = found else {
            let name = Path::root().attribute("name");
            diagnostics.error_at(name, "There is no such box", "Nobody made it.");
            return DataSourceResponse::default();
        };
        let mut state = request.config;
        state.set(
            "serial",
            found.get("serial").cloned().unwrap_or(Value::Null),
        );
        DataSourceResponse {
            state: Some(state),
            deferred: None,
        }
    }
}

pub struct BoxList {
    directory: Arc<Directory>,
}

impl BoxList {
    pub fn new(directory: Arc<Directory>) -> Self {
        Self { directory }
    }
}

#[async_trait]
impl ListResource for BoxList {
    fn schema(&self) -> Schema {
        Schema::new(0).describe("Boxes.").attribute(
            "prefix",
            Attribute::string()
                .optional()
                .describe("What their names begin with."),
        )
    }

    async fn list(
        &self,
        _context: &Context,
        request: ListRequest,
        found: &Found,
        diagnostics: &mut Diagnostics,
    ) {
        let prefix = request
            .config
            .get("prefix")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let Some(names) = report(self.directory.names(), "list the boxes", diagnostics) else {
            return;
        };
        for name in names.iter().filter(|name| name.starts_with(prefix)) {
            let Some(state) = report(self.directory.look(name), "look at a box", diagnostics)
            else {
                return;
            };
            let listed = Listed {
                identity: identity(name),
                display_name: format!("the box {name}"),
                resource: state,
                diagnostics: Diagnostics::new(),
            };
            if !found.send(listed).await {
                return;
            }
        }
    }
}
