//! The words of scans for the tools: from the database if they are stored there, else the pages are read now.

use std::path::Path;

use anyhow::anyhow;
use clap::Args;

use crate::commands::options::{Common, ReaderArgs};
use crate::commands::session::{store_error, with_store};
use crate::document::{DocumentId, PageNumber};
use crate::intake::hash_file;
use crate::pipeline::Readers;
use crate::reader::{DocumentSource, PageContent, PageReader, ReaderProcess};
use crate::store::{Database, DocumentPages, Store};

/// Flags of the tools that need the words of scans.
#[derive(Debug, Clone, Args)]
pub(super) struct WordsArgs {
    /// Read the scans now, even if their words are stored.
    #[arg(long)]
    fresh: bool,
    /// Languages of scans that are read now, joined by `+`, or `auto` [default: eng].
    #[arg(short, long, value_name = "LANG")]
    languages: Option<String>,
}

/// Which pages of a document are needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needed {
    All,
    One(PageNumber),
}

/// Where words come from.
pub(super) struct Words {
    store: Option<Store>,
    readers: Readers,
    /// Started with the first scan that must be read.
    reader: Option<ReaderProcess>,
}

/// Runs a tool that needs words. A database that is not there is not made.
pub(super) async fn with_words<T>(
    common: &Common,
    args: WordsArgs,
    work: impl AsyncFnOnce(Words) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let readers = ReaderArgs::standard(args.languages)?.resolve(common)?;
    let there = match &common.database {
        Database::Url(_) => true,
        Database::Private(directory) => directory.is_dir(),
    };
    if args.fresh || !there {
        return work(Words { store: None, readers, reader: None }).await;
    }
    with_store(common, async |store| {
        work(Words { store: Some(store), readers, reader: None }).await
    })
    .await
}

impl Words {
    /// Returns the words of a scan; blank pages have none and are left out.
    pub(super) async fn of(
        &mut self,
        path: &Path,
        needed: Needed,
    ) -> anyhow::Result<DocumentPages> {
        let failed = |failure| anyhow!("{}: {failure}", path.display());
        let hash = hash_file(path).map_err(failed)?.hash;
        if let Some(store) = &self.store
            && let Some(stored) = store.pages_of_hash(hash).await.map_err(store_error)?
        {
            return Ok(stored);
        }
        let source = DocumentSource { path: path.to_owned(), hash };
        tokio::task::block_in_place(|| self.read(&source, needed))
            .map_err(|error| anyhow!("{}: {error}", path.display()))
    }

    fn read(
        &mut self,
        source: &DocumentSource,
        needed: Needed,
    ) -> Result<DocumentPages, crate::reader::ReaderError> {
        let Readers { program, settings, limits, .. } = &self.readers;
        let reader = self.reader.get_or_insert_with(|| {
            ReaderProcess::new(program.clone(), settings.clone(), limits.clone())
        });
        let opened = reader.open(source)?;
        let all = (0..opened.page_count as usize).filter_map(PageNumber::from_index);
        let wanted = all.filter(|number| match needed {
            Needed::All => true,
            Needed::One(page) => *number == page,
        });
        let mut pages = Vec::new();
        for number in wanted {
            match reader.read_page(number)?.content {
                PageContent::Text(text) => pages.push((number, *text)),
                PageContent::Blank(_) => {}
            }
        }
        Ok(DocumentPages { document_id: DocumentId(0), pages, missing: Vec::new() })
    }
}
