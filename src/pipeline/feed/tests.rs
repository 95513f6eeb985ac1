use std::fs;

use super::*;
use crate::document::{DocumentId, PageNumber};

/// A file as the walk finds it.
fn found(path: PathBuf) -> FoundFile {
    let size = fs::metadata(&path).map_or(0, |metadata| metadata.len());
    FoundFile { path, size, modified_ns: 5 }
}

/// What the ledger knows of a file of this size.
fn known(size: u64) -> KnownFile {
    KnownFile {
        source_file_id: 3,
        has_gone: false,
        skipped_as: None,
        size: Some(size),
        modified_ns: Some(5),
        document: Some((DocumentId(1), DocumentHash([7; 32]))),
        unfinished: false,
        unsupported: false,
        words: None,
    }
}

#[test]
fn a_file_is_taken_as_known_if_size_and_time_are_as_they_were() {
    let file = FoundFile { path: "a.tif".into(), size: 10, modified_ns: 5 };
    // What is told: the hash of a document that is to be read on, or the number of a file that is settled.
    let told = |known: &KnownFile, trust| match unchanged(&file, known.clone(), trust) {
        Some(Unchanged::Settled(settled)) => {
            Some(format!("{} {}", settled.source_file_id, settled.skipped_as.unwrap_or_default()))
        }
        Some(Unchanged::Unfinished(hash, _)) => Some(hash.to_string()),
        None => None,
    };
    let (settled, hash) = (Some("3 ".to_owned()), Some(DocumentHash([7; 32]).to_string()));
    assert_eq!(told(&known(10), Trust::SizeAndTime), settled);
    assert_eq!(told(&known(10), Trust::Nothing), None);
    assert_eq!(told(&known(11), Trust::SizeAndTime), None);
    let older = KnownFile { modified_ns: Some(4), ..known(10) };
    assert_eq!(told(&older, Trust::SizeAndTime), None);
    let never_opened = KnownFile { document: None, ..known(10) };
    assert_eq!(told(&never_opened, Trust::SizeAndTime), None);
    let of_no_format = KnownFile { unsupported: true, ..known(10) };
    assert_eq!(told(&of_no_format, Trust::SizeAndTime), None);
    let words = KnownFile { words: Some(WordFormat::Hocr), ..known(10) };
    assert_eq!(told(&words, Trust::Nothing), settled, "to a walk for scans they are no document");
    let unfinished = KnownFile { unfinished: true, ..known(10) };
    assert_eq!(told(&unfinished, Trust::SizeAndTime), hash);
    let came_back = KnownFile { has_gone: true, ..known(10) };
    assert_eq!(told(&came_back, Trust::SizeAndTime), hash);
    let skipped = KnownFile { skipped_as: Some("text".into()), ..never_opened };
    assert_eq!(told(&skipped, Trust::SizeAndTime).as_deref(), Some("3 text"));
    assert_eq!(told(&skipped, Trust::Nothing), None);
}

#[test]
fn only_files_that_are_not_known_are_looked_into() {
    let directory = tempfile::tempdir().unwrap();
    let put = |name: &str, content: &str| {
        let path = directory.path().join(name);
        fs::write(&path, content).unwrap();
        found(path)
    };
    let files = vec![
        put("known.pnm", "P1 1 1 0"),
        put("new.pnm", "P1 1 1 1"),
        put("notes.txt", "Just a few words."),
        found(directory.path().join("gone.pnm")),
    ];
    let looked_at = look_at(
        files,
        vec![Some(KnownFile { unfinished: true, ..known(8) }), None, None, None],
        Trust::SizeAndTime,
    );
    let [first, second, third, fourth] = looked_at.try_into().unwrap_or_else(|_| panic!("not 4"));
    let LookedAt::Document(first) = first else { panic!("the first is no document") };
    assert_eq!(first.hash, DocumentHash([7; 32]), "the ledger's, not that of its content");
    let LookedAt::Document(second) = second else { panic!("the second is no document") };
    assert_eq!(second.hash, DocumentHash(*blake3::hash(b"P1 1 1 1").as_bytes()));
    assert!(matches!(third, LookedAt::Other(_)));
    assert!(matches!(fourth, LookedAt::Unreadable(_)));
}

#[test]
fn all_pages_of_a_document_that_was_never_opened_are_to_be_read_and_else_those_that_are_pending() {
    let file = || HashedFile {
        path: "a.tif".into(),
        size: 10,
        modified_ns: 5,
        hash: DocumentHash([7; 32]),
        words: None,
    };
    let pending = || vec![PageNumber::FIRST];
    let registered = |page_count| Registered {
        document_id: DocumentId(1),
        standing: Standing::New,
        page_count,
        pending: pending(),
    };
    let never = job(file(), registered(None));
    assert_eq!((never.pages, never.page_count), (Pages::All, None));
    let opened = job(file(), registered(Some(4)));
    assert_eq!((opened.pages, opened.page_count), (Pages::Only(pending()), Some(4)));
    assert_eq!(opened.paths, [PathBuf::from("a.tif")]);
}
