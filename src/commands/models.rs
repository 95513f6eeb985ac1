//! What all commands need of models: one by its name, and tables that fit them.

use std::io::Write;

use anyhow::anyhow;

use super::options::Common;
use super::session::store_error;
use crate::model::RecordModel;
use crate::store::Store;

/// Returns a model by name; the error names the ones there are.
pub(super) fn find<'a>(models: &'a [RecordModel], name: &str) -> anyhow::Result<&'a RecordModel> {
    models.iter().find(|model| model.name == name).ok_or_else(|| {
        let names: Vec<&str> = models.iter().map(|model| model.name.as_str()).collect();
        anyhow!("`{name}`: model: there is none of this name\nhint: there are {}", names.join(", "))
    })
}

/// Brings the models' tables to what the models say, and shows what is changed.
pub(super) async fn fit_tables(
    common: &Common,
    store: &Store,
    models: &[RecordModel],
) -> anyhow::Result<()> {
    let plans = store.plan_models(models).await.map_err(store_error)?;
    for plan in plans.iter().filter(|plan| !plan.is_empty()) {
        let mut stderr = std::io::stderr();
        match (common.quiet, plan.is_new_table()) {
            (true, _) => {}
            (false, true) => writeln!(stderr, "new table: records.{}", plan.model)?,
            (false, false) => write!(stderr, "changed model `{}`:\n{plan}", plan.model)?,
        }
    }
    store.apply_models(&plans).await.map_err(store_error)
}
