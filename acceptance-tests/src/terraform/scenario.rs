//! The scenarios of `examples/scenarios`, in a folder of their own.

use std::path::Path;

use serde_json::Value;

use super::{Engine, Workdir};
use crate::{Because as _, LabError, root};

impl Workdir {
    /// A copy of the folder `examples/scenarios/NAME`, initialised, with these values of its variables.
    ///
    /// What is run is what stands in the tree: only the way to `modules` is another.
    pub async fn of_scenario(
        engine: Engine,
        name: &str,
        variables: &Value,
    ) -> Result<Self, LabError> {
        let workdir = Self::new(engine)?;
        workdir.copy_example(&Path::new("scenarios").join(name), "")?;
        workdir.write("terraform.tfvars.json", &variables.to_string())?;
        workdir.init().await?;
        Ok(workdir)
    }

    /// Copies a folder of `examples` into this one, or into one in it, without what Terraform has written into it.
    pub fn copy_example(&self, folder: &Path, to: &str) -> Result<(), LabError> {
        let from = root().join("examples").join(folder);
        let up = match Path::new(to).components().count() {
            0 => "./".to_owned(),
            many => "../".repeat(many),
        };
        copy(&from, &self.path().join(to), &up)
            .because(&format!("examples/{} cannot be copied", folder.display()))?;
        let modules = self.path().join("modules");
        if !modules.exists() {
            std::os::unix::fs::symlink(root().join("modules"), modules)
                .because("the modules cannot be linked")?;
        }
        Ok(())
    }
}

/// Copies a folder; `up` leads from there to where the modules are.
fn copy(from: &Path, to: &Path, up: &str) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let text = name.to_string_lossy();
        if text.starts_with(".terraform") || text.contains("tfstate") {
            continue;
        }
        if entry.file_type()?.is_dir() {
            let up = format!("../{}", up.trim_start_matches("./"));
            copy(&entry.path(), &to.join(&name), &up)?;
        } else if text.ends_with(".tf") {
            let text = std::fs::read_to_string(entry.path())?;
            std::fs::write(to.join(&name), with_modules_at(&text, up))?;
        } else {
            std::fs::copy(entry.path(), to.join(&name))?;
        }
    }
    Ok(())
}

/// The configuration with another way to the modules of the checkout.
fn with_modules_at(text: &str, up: &str) -> String {
    let lines = text.lines().map(|line| {
        match line
            .split_once("\"../")
            .and_then(|(before, path)| Some((before, path.split_once("/modules/")?)))
        {
            Some((before, (_, module))) => format!("{before}\"{up}modules/{module}\n"),
            None => format!("{line}\n"),
        }
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::with_modules_at;

    #[test]
    fn only_the_way_to_the_modules_is_another() {
        let text = "  source = \"../../../modules/fan-out\"\n  other  = \"../module\"\n";
        assert_eq!(
            with_modules_at(text, "../"),
            "  source = \"../modules/fan-out\"\n  other  = \"../module\"\n"
        );
    }
}
