//! Events as they are written: words packed, recipes as JSON. Work for a processor, so it is done before a batch is
//! tried, and once however often it is tried.

use std::sync::Arc;

use crate::document::{
    Attempt, DocumentFormat, DocumentId, Failure, PageEnd, PageFacts, PageOutcome, Reason, Recipe,
    Stage, TypedRecord,
};
use crate::store::packed;
use crate::store::pages::{PageKey, PageState};
use crate::store::storable::Storable;

use super::decide::Quality;
use super::event::LedgerEvent;

/// An event, ready to be written.
#[derive(Debug)]
pub(super) enum PackedEvent {
    Opened { document_id: DocumentId, format: DocumentFormat, page_count: i32 },
    Page(Box<PackedPage>),
    Records(RecordReplacement),
}

/// One attempt, ready to be written.
#[derive(Debug)]
pub(super) struct PackedPage {
    pub(super) key: PageKey,
    pub(super) started_at_us: i64,
    pub(super) duration_ms: u32,
    pub(super) recipe: Option<Recipe>,
    pub(super) recipe_json: Option<String>,
    pub(super) end: PackedEnd,
    pub(super) records: Vec<TypedRecord>,
    /// `None`: made when the document's last page has ended.
    pub(super) document_records: Option<Vec<TypedRecord>>,
}

/// How an attempt ended.
#[derive(Debug)]
pub(super) enum PackedEnd {
    Stored { content: Vec<u8>, facts: PageFacts, confidence: Option<f32>, words: i32 },
    Blank(PageFacts),
    Failed(Failure),
    Quarantined(Failure),
}

impl PackedEnd {
    pub(super) fn state(&self) -> PageState {
        match self {
            Self::Stored { .. } => PageState::Stored,
            Self::Blank(_) => PageState::Blank,
            Self::Failed(_) => PageState::Failed,
            Self::Quarantined(_) => PageState::Quarantined,
        }
    }

    pub(super) fn facts(&self) -> Option<&PageFacts> {
        match self {
            Self::Stored { facts, .. } | Self::Blank(facts) => Some(facts),
            Self::Failed(_) | Self::Quarantined(_) => None,
        }
    }

    pub(super) fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Stored { .. } | Self::Blank(_) => None,
            Self::Failed(failure) | Self::Quarantined(failure) => Some(failure),
        }
    }

    /// Returns the number of words that were read; `None` if the attempt failed.
    pub(super) fn words(&self) -> Option<i32> {
        match self {
            Self::Stored { words, .. } => Some(*words),
            Self::Blank(_) => Some(0),
            Self::Failed(_) | Self::Quarantined(_) => None,
        }
    }

    pub(super) fn quality(&self) -> Quality {
        Quality { confidence: self.confidence(), unread: self.facts().map(|facts| facts.unread) }
    }

    pub(super) fn confidence(&self) -> Option<f32> {
        match self {
            Self::Stored { confidence, .. } => *confidence,
            Self::Blank(_) | Self::Failed(_) | Self::Quarantined(_) => None,
        }
    }
}

/// All rows of a document in some models' tables give way to these records.
#[derive(Debug)]
pub(super) struct RecordReplacement {
    pub(super) document_id: DocumentId,
    pub(super) models: Arc<[String]>,
    pub(super) records: Vec<TypedRecord>,
    pub(super) then: Completion,
}

/// What a replacement says of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Completion {
    /// Its records of document scope are made now.
    Made,
    /// Nothing.
    Unchanged,
}

impl PackedEvent {
    /// Returns the document whose last page may have ended with this event.
    pub(super) fn ended_document(&self) -> Option<i64> {
        match self {
            Self::Page(page) => Some(page.key.document_id.0),
            Self::Opened { .. } | Self::Records(_) => None,
        }
    }
}

impl PackedPage {
    /// The same attempt as a failure to store it.
    pub(super) fn rejected(&self, message: &str) -> Self {
        Self {
            key: self.key,
            started_at_us: self.started_at_us,
            duration_ms: self.duration_ms,
            recipe: self.recipe.clone(),
            recipe_json: self.recipe_json.clone(),
            end: PackedEnd::Failed(Failure::new(Stage::Store, Reason::Rejected, message)),
            records: Vec::new(),
            document_records: None,
        }
    }
}

/// Packs an event.
pub(super) fn pack(event: LedgerEvent) -> PackedEvent {
    match event {
        LedgerEvent::Opened { document_id, format, page_count } => {
            let page_count = i32::try_from(page_count).unwrap_or(i32::MAX);
            PackedEvent::Opened { document_id, format, page_count }
        }
        LedgerEvent::Page(outcome) => PackedEvent::Page(Box::new(pack_page(*outcome))),
        LedgerEvent::Reextracted { document_id, models, records } => {
            PackedEvent::Records(RecordReplacement {
                document_id,
                models,
                records,
                then: Completion::Unchanged,
            })
        }
    }
}

fn pack_page(outcome: PageOutcome) -> PackedPage {
    let PageOutcome { document_id, page, attempt, end, records, document_records } = outcome;
    let Attempt { started_at_us, duration_ms, recipe } = attempt;
    let recipe = recipe.as_ref().map(storable_recipe);
    // A recipe is strings and a number, which always are JSON.
    let recipe_json = recipe.as_ref().and_then(|recipe| serde_json::to_string(recipe).ok());
    let end = match end {
        PageEnd::Stored(text) => match packed::pack(&text) {
            Ok(content) => PackedEnd::Stored {
                content,
                confidence: text.mean_confidence(),
                words: i32::try_from(text.words().count()).unwrap_or(i32::MAX),
                facts: text.facts,
            },
            Err(why) => PackedEnd::Failed(Failure::new(
                Stage::Store,
                Reason::Rejected,
                format!("cannot pack the words: {why}"),
            )),
        },
        PageEnd::Blank(facts) => PackedEnd::Blank(facts),
        PageEnd::Failed(failure) => PackedEnd::Failed(failure),
        PageEnd::Quarantined(failure) => PackedEnd::Quarantined(failure),
    };
    let key = PageKey { document_id, page };
    PackedPage {
        key,
        started_at_us,
        duration_ms,
        recipe,
        recipe_json,
        end,
        records,
        document_records,
    }
}

/// JSON in Postgres cannot hold NUL even when escaped.
fn storable_recipe(recipe: &Recipe) -> Recipe {
    let storable = |text: &String| Storable::new(text).into_string();
    Recipe {
        engine: storable(&recipe.engine),
        languages: storable(&recipe.languages),
        page_segmentation_mode: recipe.page_segmentation_mode,
        layout: storable(&recipe.layout),
        steps: recipe.steps.iter().map(storable).collect(),
        sandbox: storable(&recipe.sandbox),
    }
}
