//! `scanlift outliers MODEL`

use anyhow::anyhow;
use clap::Args;

use super::exit::Exit;
use super::options::Common;
use super::session::{store_error, with_store};
use crate::store::Filter;
use crate::vocabulary::UNUSUAL;

#[derive(Debug, Args)]
pub(super) struct OutliersArgs {
    /// A model with a field that has `outliers = true`.
    #[arg(value_name = "MODEL")]
    model: String,
}

pub(super) async fn execute(common: &Common, args: OutliersArgs) -> anyhow::Result<Exit> {
    let models = common.models()?;
    let model = super::models::find(&models, &args.model)?;
    if model.fields.iter().all(|field| !field.outliers) {
        return Err(anyhow!(
            "`{}`: model: none of its fields is measured\nhint: give a number or date `outliers = true`",
            model.name
        ));
    }
    let condition = format!("_issues ~ '{UNUSUAL}'");
    let filter = Filter::records(&condition, model)
        .map_err(|error| anyhow!("`{condition}`: condition: {error}"))?;
    with_store(common, async |store| {
        let mut csv = csv::Writer::from_writer(std::io::stdout().lock());
        csv.write_record(["_file", "_page", "_row", "field", "value", "issue", "_status"])?;
        let mut cursor = store.record_rows(model, &filter).await.map_err(store_error)?;
        loop {
            let rows = cursor.next_rows().await.map_err(store_error)?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                for (field, value) in model.fields.iter().zip(&row.fields) {
                    let begins = format!("{}: {UNUSUAL}", field.name);
                    for issue in row.issues.iter().filter(|issue| issue.starts_with(&begins)) {
                        csv.write_record([
                            row.file.as_str(),
                            &row.page.to_string(),
                            &row.row.to_string(),
                            &field.name,
                            value.as_deref().unwrap_or_default(),
                            issue.strip_prefix(&format!("{}: ", field.name)).unwrap_or(issue),
                            row.status.as_str(),
                        ])?;
                    }
                }
            }
        }
        csv.flush()?;
        Ok(Exit::AllWell)
    })
    .await
}
