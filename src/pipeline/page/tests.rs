use super::*;
use crate::document::{DocumentHash, PageFacts, Reason, Recipe};
use crate::pipeline::replay::{Replay, dies, page_of, refuses};

/// Reads the first page of a document of so many pages with a reader that has it open.
fn outcome(page_count: u32, reader: &mut Replay<'_>) -> PageOutcome {
    reader.has_document = true;
    let source = DocumentSource { path: "a.tif".into(), hash: DocumentHash([0; 32]) };
    let document_id = DocumentId(7);
    let job = PageJob { document_id, source: &source, page: PageNumber::FIRST, page_count };
    process(reader, job, (&ModelSet::new(Vec::new()), SecondLook::Auto)).unwrap()
}

fn blank() -> PageReading {
    let facts = PageFacts { blank: true, ..PageFacts::default() };
    let recipe = Recipe { engine: "native".to_owned(), ..Recipe::default() };
    PageReading { content: PageContent::Blank(facts), recipe }
}

#[test]
fn a_page_that_was_read_is_stored_with_its_recipe() {
    let outcome = outcome(3, &mut Replay::new(3, |_| Ok(page_of("two words"))));
    assert_eq!((outcome.document_id, outcome.page), (DocumentId(7), PageNumber::FIRST));
    assert_eq!(outcome.attempt.recipe, Some(Recipe::default()));
    let PageEnd::Stored(text) = outcome.end else { panic!("{:?}", outcome.end) };
    assert_eq!(text.plain(), "two words");
}

#[test]
fn the_records_of_a_document_of_one_page_come_with_it() {
    let of = |pages, reading: fn() -> PageReading| {
        outcome(pages, &mut Replay::new(pages, |_| Ok(reading()))).document_records
    };
    assert_eq!(of(1, || page_of("word")), Some(Vec::new()));
    assert_eq!(of(1, blank), Some(Vec::new()));
    assert_eq!(of(2, || page_of("word")), None, "its last page brings them");
    assert_eq!(of(2, blank), None);
}

#[test]
fn a_blank_page_says_what_found_it_blank() {
    let outcome = outcome(1, &mut Replay::new(1, |_| Ok(blank())));
    assert!(matches!(outcome.end, PageEnd::Blank(_)));
    assert_eq!(outcome.attempt.recipe.unwrap().engine, "native");
}

#[test]
fn a_page_is_tried_again_by_a_new_reader_and_no_third_time() {
    let mut tries = 0;
    let once = outcome(
        1,
        &mut Replay::new(1, move |_| {
            tries += 1;
            if tries == 1 { Err(dies(Reason::Crashed)) } else { Ok(page_of("word")) }
        }),
    );
    assert!(matches!(once.end, PageEnd::Stored(_)));

    let mut reader = Replay::new(1, |_| Err(dies(Reason::Memory)));
    let PageEnd::Quarantined(failure) = outcome(1, &mut reader).end else {
        panic!("not quarantined")
    };
    assert_eq!((failure.reason, reader.openings), (Reason::Memory, 1));
}

#[test]
fn what_a_reader_refuses_is_not_tried_again() {
    let mut reader = Replay::new(1, |_| Err(refuses(Reason::TooLarge)));
    let PageEnd::Failed(failure) = outcome(1, &mut reader).end else { panic!("not failed") };
    assert_eq!((failure.reason, reader.openings), (Reason::TooLarge, 0));
}
