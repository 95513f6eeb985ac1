use std::path::Path;
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use super::*;
use crate::document::{DocumentHash, DocumentId, PageOutcome};
use crate::pipeline::progress::Talk;
use crate::pipeline::replay::{Replay, dies, opened, page_of, refuses};

/// A document that nobody has opened, or of which pages are wanted.
fn job(pages: Pages) -> Job {
    let page_count = match pages {
        Pages::All => None,
        Pages::Only(_) => Some(9),
    };
    let paths = vec!["a.tif".into(), "b.tif".into()];
    Job { document_id: DocumentId(1), hash: DocumentHash([0; 32]), paths, pages, page_count }
}

/// Does one job with these readers, each on a thread of its own; returns what they sent.
fn work(job: Job, readers: &mut [Replay<'_>]) -> Vec<LedgerEvent> {
    let stop = Stop::default();
    let queue = JobQueue::new(stop.clone());
    let models = ModelSet::new(Vec::new());
    let progress = Progress::new(Talk::Quiet);
    let (events, mut received) = mpsc::channel(100_000);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert!(runtime.block_on(queue.push(job)));
    queue.close();
    std::thread::scope(|scope| {
        for reader in readers {
            let work = Loop {
                queue: &queue,
                models: &models,
                second_look: SecondLook::Auto,
                events: events.clone(),
                progress: &progress,
                stop: &stop,
            };
            scope.spawn(move || assert!(work.run(reader).is_ok()));
        }
    });
    drop(events);
    std::iter::from_fn(|| received.blocking_recv()).collect()
}

fn outcomes(events: Vec<LedgerEvent>) -> Vec<PageOutcome> {
    let outcome = |event| match event {
        LedgerEvent::Page(outcome) => Some(*outcome),
        LedgerEvent::Opened { .. } | LedgerEvent::Reextracted { .. } => None,
    };
    let mut outcomes: Vec<PageOutcome> = events.into_iter().filter_map(outcome).collect();
    outcomes.sort_by_key(|outcome| outcome.page);
    outcomes
}

/// How each page ended, from the first: `stored`, or the word of its state and its reason.
fn ends(events: Vec<LedgerEvent>) -> Vec<(u32, String)> {
    let end = |outcome: PageOutcome| {
        let end = match outcome.end {
            PageEnd::Stored(_) => "stored".to_owned(),
            PageEnd::Blank(_) => "blank".to_owned(),
            PageEnd::Failed(failure) => format!("failed {}", failure.reason),
            PageEnd::Quarantined(failure) => format!("quarantined {}", failure.reason),
        };
        (outcome.page.0.get(), end)
    };
    outcomes(events).into_iter().map(end).collect()
}

fn expected(ends: &[(u32, &str)]) -> Vec<(u32, String)> {
    ends.iter().map(|(page, end)| (*page, (*end).to_owned())).collect()
}

fn pages(numbers: &[usize]) -> Pages {
    Pages::Only(numbers.iter().filter_map(|number| PageNumber::from_index(number - 1)).collect())
}

#[test]
fn a_document_is_opened_once_however_many_pages_it_has() {
    let mut reader = Replay::new(500, |_| Ok(page_of("word")));
    let events = work(job(Pages::All), std::slice::from_mut(&mut reader));
    let LedgerEvent::Opened { page_count, .. } = &events[0] else { panic!("it was not opened") };
    assert_eq!(*page_count, 500);
    assert_eq!(outcomes(events).len(), 500);
    assert_eq!(reader.openings, 1);
}

#[test]
fn a_reader_without_work_joins_and_opens_the_document_once() {
    let (openings, joined) = (Mutex::new(0), Condvar::new());
    let reader = || {
        // Until both readers have it open, a page takes long enough to be worth the help.
        let mut reader = Replay::new(5000, |_| {
            let openings = openings.lock().unwrap();
            let wait = Duration::from_millis(2);
            drop(joined.wait_timeout_while(openings, wait, |openings| *openings < 2).unwrap());
            Ok(page_of("word"))
        });
        reader.on_open = Box::new(|_| {
            *openings.lock().unwrap() += 1;
            joined.notify_all();
            Ok(opened(5000))
        });
        reader
    };
    let mut readers = [reader(), reader()];
    let outcomes = outcomes(work(job(Pages::All), &mut readers));
    let numbers: Vec<usize> = outcomes.iter().map(|outcome| outcome.page.index()).collect();
    assert!(numbers.into_iter().eq(0..5000), "each page is read once");
    assert_eq!(readers.map(|reader| reader.openings), [1, 1]);
}

#[test]
fn only_the_pages_that_are_wanted_are_read_and_the_document_is_not_announced_again() {
    let mut reader = Replay::new(9, |_| Ok(page_of("word")));
    let events = work(job(pages(&[2, 7])), std::slice::from_mut(&mut reader));
    assert!(events.iter().all(|event| matches!(event, LedgerEvent::Page(_))));
    assert_eq!(ends(events), expected(&[(2, "stored"), (7, "stored")]));
}

#[test]
fn a_page_that_kills_its_reader_twice_is_quarantined_and_the_next_one_is_read() {
    let mut reader = Replay::new(3, |page| match page.0.get() {
        2 => Err(dies(Reason::Crashed)),
        _ => Ok(page_of("word")),
    });
    let events = work(job(Pages::All), std::slice::from_mut(&mut reader));
    assert_eq!(ends(events), expected(&[(1, "stored"), (2, "quarantined crashed"), (3, "stored")]));
    assert_eq!(reader.openings, 3, "once for each reader that was started");
}

#[test]
fn a_page_that_is_refused_costs_itself() {
    let mut reader = Replay::new(2, |page| match page.0.get() {
        1 => Err(refuses(Reason::Corrupt)),
        _ => Ok(page_of("word")),
    });
    let events = work(job(Pages::All), std::slice::from_mut(&mut reader));
    assert_eq!(ends(events), expected(&[(1, "failed corrupt"), (2, "stored")]));
    assert_eq!(reader.openings, 1);
}

#[test]
fn a_panic_over_an_answer_costs_its_page() {
    let mut reader = Replay::new(3, |page| match page.0.get() {
        2 => panic!("the answer is odd"),
        _ => Ok(page_of("word")),
    });
    let events = work(job(Pages::All), std::slice::from_mut(&mut reader));
    assert_eq!(ends(events), expected(&[(1, "stored"), (2, "failed panicked"), (3, "stored")]));
}

#[test]
fn pages_left_of_a_document_that_cannot_be_opened_again_have_its_cause() {
    let mut reader = Replay::new(4, |page| match page.0.get() {
        2 => Err(dies(Reason::Memory)),
        _ => Ok(page_of("word")),
    });
    let mut openings = 0;
    reader.on_open = Box::new(move |_| {
        openings += 1;
        if openings == 1 { Ok(opened(4)) } else { Err(refuses(Reason::Vanished)) }
    });
    let events = work(job(Pages::All), std::slice::from_mut(&mut reader));
    assert_eq!(
        ends(events),
        expected(&[
            (1, "stored"),
            (2, "failed vanished"),
            (3, "failed vanished"),
            (4, "failed vanished")
        ])
    );
    assert_eq!(reader.openings, 3, "not once for each page");
}

#[test]
fn a_file_that_has_gone_is_looked_for_at_its_other_place() {
    let mut reader = Replay::new(1, |_| Ok(page_of("word")));
    reader.on_open = Box::new(|source| {
        if source.path == Path::new("a.tif") {
            Err(refuses(Reason::Vanished))
        } else {
            Ok(opened(1))
        }
    });
    let events = work(job(Pages::All), std::slice::from_mut(&mut reader));
    assert_eq!(ends(events), expected(&[(1, "stored")]));
}

#[test]
fn a_document_that_cannot_be_opened_fails_its_first_page_or_those_that_are_wanted() {
    let refused = |pages| {
        let mut reader = Replay::new(9, |_| panic!("there is no page to be read"));
        reader.on_open = Box::new(|_| Err(refuses(Reason::Corrupt)));
        ends(work(job(pages), std::slice::from_mut(&mut reader)))
    };
    assert_eq!(refused(Pages::All), expected(&[(1, "failed corrupt")]));
    assert_eq!(refused(pages(&[3, 4])), expected(&[(3, "failed corrupt"), (4, "failed corrupt")]));
}

#[test]
fn a_document_that_kills_two_readers_when_it_is_opened_is_quarantined() {
    let mut reader = Replay::new(9, |_| panic!("there is no page to be read"));
    reader.on_open = Box::new(|_| Err(dies(Reason::Timeout)));
    let events = work(job(Pages::All), std::slice::from_mut(&mut reader));
    assert_eq!(ends(events), expected(&[(1, "quarantined timeout")]));
    assert_eq!(reader.openings, 2);
}
