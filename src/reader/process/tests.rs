use std::fs;
use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;

use super::*;
use crate::document::{Format, PageFacts, Recipe};

const NO_SANDBOX: Response = Response::Ready(Sandbox { landlock: 0, seccomp: false });

/// A child that sends prepared bytes whatever it is asked, and then does something else.
struct Child {
    directory: TempDir,
}

impl Child {
    /// `then` is what its shell does after it has sent all.
    fn sending(bytes: &[u8], then: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("answers"), bytes).unwrap();
        let script = format!("#!/bin/sh\ncat \"$(dirname \"$0\")/answers\"\n{then}\n");
        let program = directory.path().join("program");
        fs::write(&program, script).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
        Self { directory }
    }

    fn answering(answers: &[Response], then: &str) -> Self {
        let frames: Vec<Vec<u8>> =
            answers.iter().map(|one| protocol::frame(one).unwrap()).collect();
        Self::sending(&frames.concat(), then)
    }

    /// A handle that waits for an answer as long as a busy machine may take.
    fn reader(&self) -> ReaderProcess {
        self.reader_that_waits(600)
    }

    fn reader_that_waits(&self, seconds: u64) -> ReaderProcess {
        let page_timeout = Duration::from_secs(seconds);
        let limits = ProcessLimits { page_timeout, ..ProcessLimits::default() };
        let program = self.directory.path().join("program");
        ReaderProcess::new(program, ReaderSettings::default(), limits)
    }

    /// A document of so many bytes.
    fn document(&self, length: usize) -> DocumentSource {
        let (path, bytes) = (self.directory.path().join("a.tif"), vec![7; length]);
        fs::write(&path, &bytes).unwrap();
        DocumentSource { path, hash: DocumentHash(*blake3::hash(&bytes).as_bytes()) }
    }
}

/// What opening a document of so many bytes comes to: the reason and the message of its failure.
fn opening(child: &Child, length: usize) -> (Reason, String) {
    opening_by(child.reader(), child, length)
}

/// The same, of a parent that waits a second.
fn opening_in_a_second(child: &Child, length: usize) -> (Reason, String) {
    opening_by(child.reader_that_waits(1), child, length)
}

fn opening_by(mut reader: ReaderProcess, child: &Child, length: usize) -> (Reason, String) {
    match reader.open(&child.document(length)) {
        Err(ReaderError::Died(failure) | ReaderError::Refused(failure)) => {
            (failure.reason, failure.message)
        }
        other => panic!("{other:?}"),
    }
}

fn opened(page_count: u32) -> Response {
    Response::Opened(OpenedDocument { format: Format::Tiff, page_count })
}

fn blank() -> Response {
    let recipe = Recipe { sandbox: "a lie".to_owned(), ..Recipe::default() };
    let content = PageContent::Blank(PageFacts::default());
    Response::Page(Box::new(PageReading { content, recipe }))
}

#[test]
fn a_reader_that_takes_no_bytes_is_killed() {
    let child = Child::answering(&[NO_SANDBOX], "exec sleep 600");
    let (reason, message) = opening_in_a_second(&child, 1 << 22);
    assert_eq!(reason, Reason::Timeout);
    assert_eq!(message, "the reader took no bytes for 1 s, reader killed");
}

#[test]
fn a_reader_that_gives_no_answer_is_killed() {
    let child = Child::answering(&[NO_SANDBOX], "cat >/dev/null & exec sleep 600");
    let (reason, message) = opening_in_a_second(&child, 10);
    assert_eq!(reason, Reason::Timeout);
    assert_eq!(message, "no answer within 1 s, reader killed");
}

#[test]
fn a_frame_that_comes_to_half_and_no_further_is_late() {
    let mut bytes = protocol::frame(&NO_SANDBOX).unwrap();
    bytes.extend([100, 0, 0, 0, 2]);
    let child = Child::sending(&bytes, "exec sleep 600");
    assert_eq!(opening_in_a_second(&child, 10).0, Reason::Timeout);
}

#[test]
fn an_answer_that_breaks_the_protocol_costs_the_reader() {
    let refused = |answer: Response| opening(&Child::answering(&[NO_SANDBOX, answer], "cat"), 10);
    let breaks = "the reader's answer breaks the protocol: ";
    let more = (Reason::Crashed, format!("{breaks}more pages than the limit"));
    assert_eq!(refused(opened(u32::MAX)), more);
    let another = (Reason::Crashed, format!("{breaks}it is none to what was asked"));
    assert_eq!(refused(blank()), another);

    let mut bytes = protocol::frame(&NO_SANDBOX).unwrap();
    bytes.extend([0xff; 64]);
    let no_frame = (Reason::Crashed, format!("{breaks}it is no frame"));
    assert_eq!(opening(&Child::sending(&bytes, "cat"), 10), no_frame);
}

#[test]
fn a_reader_that_ends_says_how() {
    let child = Child::answering(&[NO_SANDBOX], "echo 'all is lost' >&2; exit 7");
    let (reason, message) = opening(&child, 1 << 22);
    assert_eq!(reason, Reason::Crashed);
    assert_eq!(message, "the reader ended with code 7 (`all is lost`)");
}

#[test]
fn the_recipe_has_the_sandbox_that_the_reader_said_before_it_saw_a_document() {
    let child = Child::answering(&[NO_SANDBOX, opened(1), blank()], "cat >/dev/null");
    let mut reader = child.reader();
    reader.open(&child.document(10)).unwrap();
    assert_eq!(reader.read_page(PageNumber::FIRST).unwrap().recipe.sandbox, "none");
}

#[test]
fn a_reader_that_is_not_fully_confined_is_refused_where_that_is_required() {
    let start = |sandbox: Sandbox| {
        let answers = [Response::Ready(sandbox), opened(1)];
        let child = Child::answering(&answers, "cat >/dev/null");
        let mut reader = child.reader();
        reader.settings.require_sandbox = true;
        reader.open(&child.document(10)).map(|_| ())
    };
    let error = start(Sandbox { landlock: 0, seccomp: true }).unwrap_err();
    let ReaderError::Broken(message) = error else { panic!("{error:?}") };
    assert!(message.starts_with("reader: sandbox: `seccomp` is less than"), "{message}");
    assert!(start(Sandbox { landlock: 1, seccomp: true }).is_ok());
}

#[test]
fn a_reader_is_replaced_after_its_pages_and_only_with_the_next_document() {
    let answers = [NO_SANDBOX, opened(2), blank(), blank()];
    let child = Child::answering(&answers, "cat >/dev/null");
    let mut reader = child.reader();
    reader.limits.pages_per_reader = 2;
    let source = child.document(10);
    reader.open(&source).unwrap();
    reader.read_page(PageNumber::FIRST).unwrap();
    assert!(reader.has_open_document());
    reader.read_page(PageNumber::FIRST).unwrap();
    assert!(!reader.has_open_document(), "it is to be opened again, in a new reader");
    reader.open(&source).unwrap();
    assert!(reader.has_open_document());
}

#[test]
fn a_file_that_is_not_what_it_was_is_not_read() {
    let child = Child::answering(&[NO_SANDBOX, opened(1)], "cat >/dev/null");
    let source = child.document(10);
    fs::write(&source.path, "something else").unwrap();
    let mut reader = child.reader();
    let Err(ReaderError::Refused(failure)) = reader.open(&source) else { panic!("it was read") };
    assert_eq!(failure.reason, Reason::Changed);
    assert!(!reader.has_open_document());
}
