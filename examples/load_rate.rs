//! How many rows a second the next generation of a table takes, rows ready in memory: `load_rate DATA_DIRECTORY`, of a
//! database in which `scanlift synth` has made pages and `scanlift reextract` their records.
//!
//! Makes the records of the first pages, then times encoding, writing, indexing and the exchange of tables alone, and
//! prints rows a second. `scripts/bench-load` holds it against `psql \copy`.

#![expect(clippy::print_stdout, reason = "what it is for")]

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use scanlift::document::{DocumentId, TypedRecord};
use scanlift::model::{self, RecordModel};
use scanlift::pipeline::ModelSet;
use scanlift::store::{Database, GenerationTables, Run, RunEnd, Store};

const MODEL: &str = "maintenance_log";
/// Pages whose records are made; their records are written for all others as well.
const PAGES: u32 = 1000;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args_os().nth(1).ok_or("give the data directory")?;
    let models = model::shipped()?.into_iter().filter(|model| model.name == MODEL).collect();
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let store = Store::open(&Database::Private(PathBuf::from(directory))).await?;
        let run = store.start_run("reextract", &serde_json::json!({})).await?;
        let rate = rate(&store, &run, models).await;
        store.finish_run(run, RunEnd::Finished, &serde_json::json!({})).await?;
        store.close().await?;
        println!("{:.0}", rate?);
        Ok(())
    })
}

async fn rate(store: &Store, run: &Run, models: Vec<RecordModel>) -> Result<f64, Box<dyn Error>> {
    let tables = GenerationTables::new(&models);
    let set = ModelSet::new(models);
    let mut ready: Vec<Vec<TypedRecord>> = Vec::new();
    for document in store.packed_documents(None, None, PAGES).await? {
        ready.push(set.of_pages(&document.unpack()?).map_err(|failure| failure.message)?);
    }
    let names = [MODEL.to_owned()];
    let generation = store.begin_generation(run, &names, b"load rate").await?;
    let started = Instant::now();
    let (mut rows, mut behind, mut next) = (0, 0, ready.iter().cycle());
    while let Some((part, last)) = store.plan_part(&generation, behind).await? {
        behind = last;
        let mut encode = |document: &DocumentId| {
            let records = next.next().map_or(&[][..], Vec::as_slice);
            rows += records.len();
            tables.encode(*document, records)
        };
        let documents = part.documents.iter().map(&mut encode).collect();
        store.write_part(run.id, &generation, &tables, (part, documents)).await?;
    }
    store.finish_generation(&generation).await?;
    Ok(rows as f64 / started.elapsed().as_secs_f64())
}
