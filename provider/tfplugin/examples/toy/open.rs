//! The action `toy_open`.

use std::sync::Arc;

use async_trait::async_trait;
use tfplugin::{
    Action, Attribute, Context, Diagnostics, InvokeActionRequest, Path, Progress, Schema,
};

use crate::boxes::name_of;
use crate::directory::{Directory, report};

pub struct Open {
    directory: Arc<Directory>,
}

impl Open {
    pub fn new(directory: Arc<Directory>) -> Self {
        Self { directory }
    }
}

#[async_trait]
impl Action for Open {
    fn schema(&self) -> Schema {
        Schema::new(0).describe("Opens a box.").attribute(
            "name",
            Attribute::string().required().describe("Which one."),
        )
    }

    async fn invoke(
        &self,
        _context: &Context,
        request: InvokeActionRequest,
        progress: &Progress,
        diagnostics: &mut Diagnostics,
    ) {
        let name = name_of(&request.config);
        progress.report(format!("lifting the lid of {name}"));
        if let Some(None) = report(self.directory.look(&name), "look for the box", diagnostics) {
            let name = Path::root().attribute("name");
            diagnostics.error_at(name, "There is no such box", "Nobody made it.");
            return;
        }
        progress.report(format!("{name} is open"));
    }
}
