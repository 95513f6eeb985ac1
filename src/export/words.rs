//! The words of all stored pages, as other programs take them: a file for each document, or one stream of JSON lines.

use std::io::{self, Seek, Write};
use std::path::{Component, Path, PathBuf};

use tempfile::SpooledTempFile;

use super::blocking::on_blocking_thread;
use super::compressed::Compressed;
use super::error::ExportError;
use super::target::Target;
use crate::document::DocumentId;
use crate::interchange::write::{Head, PageToWrite, WrittenFormat};
use crate::store::{PageTextRow, Store};

/// Pages of a document are held in memory up to here, then on disk: what its head says is known at its end.
const HELD: usize = 8 << 20;

/// Where words go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WordTarget {
    /// All pages one after the other.
    Stream(Target),
    /// A file for each document, in the directories that the documents have.
    Directory(PathBuf),
}

/// Exports the words of all stored pages and returns their number. Files appear whole or not at all.
pub async fn export_words(
    store: &Store,
    format: WrittenFormat,
    target: &WordTarget,
) -> Result<u64, ExportError> {
    let mut rows = store.page_text_rows().await?;
    let mut writer = Writer::open(format, target)?;
    let mut count = 0;
    loop {
        let batch = rows.next_rows().await?;
        let is_end = batch.is_empty();
        writer = on_blocking_thread(move || {
            for row in &batch {
                writer.take(row)?;
            }
            Ok(writer)
        })
        .await?;
        if is_end {
            break;
        }
    }
    count += writer.pages;
    on_blocking_thread(move || writer.finish()).await?;
    Ok(count)
}

struct Writer {
    format: WrittenFormat,
    pages: u64,
    output: Output,
}

enum Output {
    Stream(Box<Compressed>, Target),
    Directory(PathBuf, Option<OpenDocument>),
}

/// A document whose pages are coming.
struct OpenDocument {
    document_id: DocumentId,
    file: String,
    head: Head,
    body: SpooledTempFile,
}

impl Writer {
    fn open(format: WrittenFormat, target: &WordTarget) -> Result<Self, ExportError> {
        let output = match target {
            WordTarget::Directory(directory) => Output::Directory(directory.clone(), None),
            WordTarget::Stream(target) => {
                Output::Stream(Box::new(Compressed::open(target)?), target.clone())
            }
        };
        Ok(Self { format, pages: 0, output })
    }

    fn take(&mut self, row: &PageTextRow) -> Result<(), ExportError> {
        let Some(text) = &row.words else { return Ok(()) };
        let page = PageToWrite {
            document: &row.file,
            page: row.page,
            engine: &row.engine,
            languages: &row.languages,
            text,
        };
        self.pages += 1;
        match &mut self.output {
            Output::Stream(stream, target) => stream
                .write_all(self.format.page(&page, &mut Head::default()).as_bytes())
                .map_err(|cause| target.failed(cause)),
            Output::Directory(directory, open) => {
                if open.as_ref().is_some_and(|open| open.document_id != row.document_id) {
                    finish_document(self.format, directory, open.take())?;
                }
                let open = open.get_or_insert_with(|| OpenDocument {
                    document_id: row.document_id,
                    file: row.file.clone(),
                    head: Head { document: row.file.clone(), ..Head::default() },
                    body: SpooledTempFile::new(HELD),
                });
                let part = self.format.page(&page, &mut open.head);
                let target = Target::File(directory.clone());
                open.body.write_all(part.as_bytes()).map_err(|cause| target.failed(cause))
            }
        }
    }

    fn finish(self) -> Result<(), ExportError> {
        match self.output {
            Output::Stream(stream, _) => stream.finish(),
            Output::Directory(directory, open) => finish_document(self.format, &directory, open),
        }
    }
}

/// Writes a document's file: its head, its pages, its foot.
fn finish_document(
    format: WrittenFormat,
    directory: &Path,
    open: Option<OpenDocument>,
) -> Result<(), ExportError> {
    let Some(open) = open else { return Ok(()) };
    let OpenDocument { file, head, mut body, .. } = open;
    let path = directory.join(place(&file, format.suffix()));
    let target = Target::File(path.clone());
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(|cause| target.failed(cause))?;
    }
    let mut output = Compressed::open(&target)?;
    let mut write = || -> io::Result<()> {
        output.write_all(format.head(&head).as_bytes())?;
        body.rewind()?;
        io::copy(&mut body, &mut output)?;
        output.write_all(format.foot().as_bytes())
    };
    write().map_err(|cause| target.failed(cause))?;
    output.finish()
}

/// Returns where the file of a document goes below the directory: where the document itself lies below the root.
fn place(document: &str, suffix: &str) -> PathBuf {
    let parts = Path::new(document).components().filter_map(|part| match part {
        Component::Normal(part) => Some(part),
        Component::Prefix(_) | Component::RootDir | Component::CurDir | Component::ParentDir => {
            None
        }
    });
    let mut path: PathBuf = parts.collect();
    path.as_mut_os_string().push(suffix);
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_lie_below_the_directory_as_their_documents_below_the_root() {
        assert_eq!(place("/a/b.tif", ".hocr"), Path::new("a/b.tif.hocr"));
        assert_eq!(place("../a/./b.tif", ".hocr"), Path::new("a/b.tif.hocr"));
    }
}
