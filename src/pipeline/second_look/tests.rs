use std::time::Duration;

use super::{Effort, SecondLook, improve};
use crate::document::{Failure, TypedRecord, Value};
use crate::document::{
    Line, Look, PageFacts, PageNumber, PageText, PixelBox, Reason, RegionSeen, Seen, Stage, Word,
};
use crate::model;
use crate::pipeline::ModelSet;
use crate::reader::{DocumentSource, OpenedDocument, PageReader, PageReading, ReaderError};

/// A reader that has the page open and sees what it is told, look by look.
struct Replay {
    seen: Result<Vec<RegionSeen>, Reason>,
    asked: Vec<Look>,
}

impl Replay {
    /// Each reading of the only region is a line of words `text@left` of 40 px or `text@left-right`, all as sure as
    /// `confidence`.
    fn of(readings: &[&str], confidence: f32) -> Self {
        let lines = readings.iter().map(|text| vec![line(text, confidence)]);
        let region = RegionSeen { variants: lines.collect(), second: None };
        Self { seen: Ok(vec![region]), asked: Vec::new() }
    }

    /// The same for what the second network reads.
    fn of_second(text: &str, confidence: f32) -> Self {
        let region =
            RegionSeen { variants: Vec::new(), second: Some(vec![line(text, confidence)]) };
        Self { seen: Ok(vec![region]), asked: Vec::new() }
    }
}

impl PageReader for Replay {
    fn open(&mut self, _source: &DocumentSource) -> Result<OpenedDocument, ReaderError> {
        unreachable!("the document is open")
    }

    fn has_open_document(&self) -> bool {
        true
    }

    fn read_page(&mut self, _page: PageNumber) -> Result<PageReading, ReaderError> {
        unreachable!("the page has been read")
    }

    fn look_again(
        &mut self,
        _page: PageNumber,
        looks: &[Look],
        _budget: Duration,
    ) -> Result<Vec<Seen>, ReaderError> {
        self.asked = looks.to_vec();
        match &self.seen {
            Ok(regions) => Ok(regions.iter().cloned().map(Seen::Region).collect()),
            Err(reason) => Err(ReaderError::Died(Failure::new(Stage::Read, *reason, "it is gone"))),
        }
    }
}

fn line(words: &str, confidence: f32) -> Line {
    let word = |word: &str| {
        let (text, place) = word.split_once('@').unwrap();
        let (left, right) = place.split_once('-').unwrap_or((place, ""));
        let left = left.parse().unwrap();
        let bounds =
            PixelBox { left, top: 100, right: right.parse().unwrap_or(left + 40), bottom: 120 };
        Word { text: text.to_owned(), bounds, confidence, doubts: Vec::new() }
    };
    Line { block: 0, paragraph: 0, words: words.split(' ').map(word).collect() }
}

/// A wide page, so that the work of a look is a small part of it.
fn page(words: &str, confidence: f32) -> PageText {
    let mut filler = line("filler@0", 96.0);
    filler.words[0].bounds = PixelBox { left: 0, top: 400, right: 50_000, bottom: 420 };
    PageText {
        width: 50_000,
        height: 1000,
        dpi: 300.0,
        lines: vec![line(words, confidence), filler],
        marks: Vec::new(),
        facts: PageFacts::default(),
    }
}

fn models(kind: &str) -> ModelSet {
    let text = format!(
        "name = \"slip\"\nversion = 1\nrecords = \"page\"\n[claims]\nall = [\"filler\"]\n\
         [fields.paid]\ntype = \"{kind}\"\nlabel = \"Paid\"\nrequired = true\n"
    );
    ModelSet::new(vec![model::parse(&text, "slip.toml").unwrap()])
}

const PAGE: PageNumber = PageNumber::FIRST;
const AUTO: Effort = Effort { look: SecondLook::Auto, has_second_network: false };

fn looked_at(
    (text, models): (&mut PageText, &ModelSet),
    reader: &mut Replay,
    look: SecondLook,
) -> Option<String> {
    let effort = Effort { look, ..AUTO };
    improve(reader, (PAGE, text), models, effort).unwrap().step
}

fn record(text: &PageText, models: &ModelSet) -> TypedRecord {
    models.of_page(PAGE, text).unwrap().remove(0)
}

fn paid(text: &PageText, models: &ModelSet) -> Option<String> {
    record(text, models).record.fields[0].value.as_ref().map(Value::to_string)
}

#[test]
fn two_readings_that_agree_make_a_value_of_what_was_none() {
    let (mut text, models) = (page("Paid@0 lZ.EQ@100", 50.0), models("money"));
    assert_eq!(paid(&text, &models), None);
    let mut reader = Replay::of(&["12.50@100", "12.50@100", "1Z.5Q@100"], 80.0);
    let step = looked_at((&mut text, &models), &mut reader, SecondLook::Auto);
    assert_eq!(step.as_deref(), Some("second_look(1 regions, 1 changed)"));
    assert_eq!(paid(&text, &models).as_deref(), Some("12.50"));
    assert_eq!(text.lines[0].words[0].text, "Paid", "what was not asked for stays");
}

#[test]
fn a_first_reading_that_all_confirm_is_trusted_and_one_that_none_does_is_not() {
    let models = models("money");
    let confidence = |readings: &[&str]| {
        let mut text = page("Paid@0 12.50@100", 70.0);
        looked_at((&mut text, &models), &mut Replay::of(readings, 90.0), SecondLook::Auto);
        assert_eq!(paid(&text, &models).as_deref(), Some("12.50"));
        text.lines[0].words[1].confidence
    };
    assert!(confidence(&["12.50@100", "12.50@100", "12.50@100"]) > 95.0);
    assert!(confidence(&["12.80@100", "13.50@100", "72.50@100"]) < 40.0);
}

#[test]
fn words_of_a_text_are_outvoted_one_by_one() {
    let (mut text, models) = (page("Paid@0 T0M@100 Jones@160", 60.0), models("text"));
    let readings = ["Tom@100 Jones@160", "Tom@100 Jcnes@160", "Tom@100 Jones@160"];
    looked_at((&mut text, &models), &mut Replay::of(&readings, 90.0), SecondLook::Auto);
    assert_eq!(paid(&text, &models).as_deref(), Some("Tom Jones"));
}

#[test]
fn readings_that_lost_letters_at_a_side_have_no_vote() {
    let mut short = line("narrower@108", 90.0);
    short.words[0].bounds.right = 136;
    for (kind, said) in [("text", "Jones"), ("money", "12.50")] {
        let (mut text, models) = (page(&format!("Paid@0 {said}@100"), 60.0), models(kind));
        let mut lost = short.clone();
        lost.words[0].text = if kind == "text" { "one" } else { "2.50" }.to_owned();
        let variants = vec![vec![lost.clone()], vec![lost.clone()], vec![lost]];
        let region = RegionSeen { variants, second: None };
        let mut reader = Replay { seen: Ok(vec![region]), asked: Vec::new() };
        looked_at((&mut text, &models), &mut reader, SecondLook::Auto);
        assert_eq!(paid(&text, &models).as_deref(), Some(said));
    }
}

/// Returns what a value is, and its confidence, after a second network has read it.
fn after_second(kind: &str, first: (&str, f32), second: (&str, f32)) -> (Option<String>, f32) {
    let (mut text, models) = (page(&format!("Paid@0 {}@100", first.0), first.1), models(kind));
    let mut reader = Replay::of_second(&format!("{}@100", second.0), second.1);
    looked_at((&mut text, &models), &mut reader, SecondLook::Auto);
    (paid(&text, &models), text.lines[0].words[1].confidence)
}

#[test]
fn texts_that_are_nearly_sure_are_shown_to_a_second_network_only() {
    let looks = |kind: &str, has_second_network: bool| {
        let (mut text, models) = (page("Paid@0 Ikano@100", 95.0), models(kind));
        let mut reader = Replay::of_second("Ikano@100", 90.0);
        let effort = Effort { has_second_network, ..AUTO };
        improve(&mut reader, (PAGE, &mut text), &models, effort).unwrap();
        reader.asked.len()
    };
    assert_eq!((looks("text", true), looks("text", false)), (1, 0));
}

#[test]
fn what_two_networks_read_alike_is_sure() {
    for (kind, said) in [("text", "Ikano"), ("money", "12.50")] {
        let (value, confidence) = after_second(kind, (said, 60.0), (said, 70.0));
        assert_eq!((value.as_deref(), confidence.round()), (Some(said), 88.0));
    }
}

#[test]
fn of_two_networks_that_differ_the_surer_one_counts_and_nothing_is_sure() {
    let both = |first: f32, second: f32| {
        let (text, confidence) = after_second("text", ("Tkano", first), ("Ikano", second));
        assert!(confidence <= 50.0);
        text.unwrap()
    };
    assert_eq!((both(60.0, 80.0), both(80.0, 60.0)), ("Ikano".to_owned(), "Tkano".to_owned()));
}

#[test]
fn what_another_reading_has_in_one_word_is_not_there_twice() {
    let after = |reader: &mut Replay| {
        let (mut text, models) = (page("Paid@0 No.@100 4l@142 Elm@190", 60.0), models("text"));
        looked_at((&mut text, &models), reader, SecondLook::Auto);
        paid(&text, &models).unwrap()
    };
    assert_eq!(after(&mut Replay::of_second("No.41@100-182 Elm@190", 90.0)), "No.41 Elm");
    let three = ["No.41@100-182 Elm@190"; 3];
    assert_eq!(after(&mut Replay::of(&three, 90.0)), "No.41 Elm");
}

#[test]
fn a_word_that_reaches_beyond_the_field_has_no_vote() {
    let (mut text, models) = (page("Paid@0 Tkano@42", 60.0), models("text"));
    let mut reader = Replay::of_second("PaidIkano@0-82", 90.0);
    looked_at((&mut text, &models), &mut reader, SecondLook::Auto);
    let words: Vec<&str> = text.lines[0].words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(words, ["Paid", "Tkano"]);
}

#[test]
fn a_value_that_is_valid_stays_and_is_doubtful_where_a_second_network_differs() {
    let (value, confidence) = after_second("money", ("12.50", 60.0), ("72.50", 80.0));
    assert_eq!((value.as_deref(), confidence), (Some("12.50"), 50.0));
}

#[test]
fn a_network_without_a_words_letters_has_no_vote_on_it() {
    assert_eq!(
        after_second("text", ("Müller", 80.0), ("Muller", 96.0)),
        (Some("Müller".to_owned()), 80.0)
    );
}

#[test]
fn the_first_reading_stands_if_the_reader_dies() {
    let (mut text, models) = (page("Paid@0 12.50@100", 70.0), models("money"));
    let before = text.clone();
    let mut reader = Replay { seen: Err(Reason::Crashed), asked: Vec::new() };
    let step = looked_at((&mut text, &models), &mut reader, SecondLook::Auto);
    assert_eq!(step.as_deref(), Some("second_look(regions failed)"));
    assert_eq!(text, before);
}

#[test]
fn sure_fields_and_pages_without_time_are_left_alone() {
    let models = models("money");
    let asked = |mut text: PageText, effort| {
        let mut reader = Replay::of(&["12.50@100"], 90.0);
        looked_at((&mut text, &models), &mut reader, effort);
        reader.asked.len()
    };
    let doubtful = page("Paid@0 12.50@100", 70.0);
    assert_eq!(asked(doubtful.clone(), SecondLook::Auto), 1);
    assert_eq!(asked(page("Paid@0 12.50@100", 97.0), SecondLook::Auto), 0);
    assert_eq!(asked(doubtful.clone(), SecondLook::Off), 0);
    // A page of a few words has no third to spend; a thorough look has all the time it needs.
    let mut short = doubtful;
    short.lines[1].words[0].bounds.right = 100;
    assert_eq!(asked(short.clone(), SecondLook::Auto), 0);
    assert_eq!(asked(short, SecondLook::Thorough), 1);
}

#[test]
fn an_unread_amount_that_stands_alone_is_asked_for_in_its_characters() {
    let models = models("money");
    let alphabet = |words: &str| {
        let mut text = page(words, 50.0);
        let mut reader = Replay::of(&["12.50@100"], 90.0);
        looked_at((&mut text, &models), &mut reader, SecondLook::Auto);
        match reader.asked.as_slice() {
            [Look::Region(region)] => region.alphabet.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(alphabet("Paid@0 1%2.5%0@100").as_deref(), Some("0123456789.,-()"));
    // What has more letters than digits is another text.
    assert_eq!(alphabet("Paid@0 cash@100"), None);
}

#[test]
fn records_of_a_page_that_stays_as_it_was_read_are_kept() {
    let (mut text, models) = (page("Paid@0 12.50@100", 96.0), models("money"));
    let mut reader = Replay::of(&[], 96.0);
    let looked = improve(&mut reader, (PAGE, &mut text), &models, AUTO).unwrap();
    assert_eq!(looked.records.unwrap().of_page, vec![record(&text, &models)]);
}

#[test]
fn records_of_words_that_were_mended_are_made_anew() {
    let (mut text, models) = (page("Paid@0 lZ.EQ@100", 50.0), models("money"));
    let mut reader = Replay::of(&["12.50@100", "12.50@100", "1Z.5Q@100"], 80.0);
    let looked = improve(&mut reader, (PAGE, &mut text), &models, AUTO).unwrap();
    assert_eq!(looked.records, None);
}
