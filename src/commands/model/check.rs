//! `scanlift model check|list`

use std::io::Write;
use std::path::PathBuf;

use crate::commands::exit::Exit;
use crate::commands::options::Common;
use crate::model::load_file;

pub(super) fn check(common: &Common, files: &[PathBuf]) -> anyhow::Result<Exit> {
    let mut stderr = std::io::stderr();
    if files.is_empty() {
        let models = common.models()?;
        writeln!(stderr, "{} models, no mistakes", models.len())?;
        return Ok(Exit::AllWell);
    }
    let mut exit = Exit::AllWell;
    for file in files {
        let path = file.display().to_string();
        match load_file(file) {
            Ok(model) => writeln!(
                stderr,
                "{path}: `{}`, version {}, {} fields, no mistakes",
                model.name,
                model.version,
                model.fields.len()
            )?,
            Err(errors) => {
                writeln!(stderr, "{errors}")?;
                exit = Exit::CannotRun;
            }
        }
    }
    Ok(exit)
}

pub(super) fn list(common: &Common) -> anyhow::Result<Exit> {
    let mut stdout = std::io::stdout().lock();
    for model in common.models()? {
        writeln!(stdout, "{} (version {})", model.name, model.version)?;
        for field in &model.fields {
            let required = if field.required { ", required" } else { "" };
            writeln!(stdout, "  {}: {}{required}", field.name, field.stored_as())?;
        }
    }
    Ok(Exit::AllWell)
}
