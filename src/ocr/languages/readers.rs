//! The recognizers of all languages that a page may be in, and the choice among them.
//!
//! A page is begun in the first language, its longest lines first. Once the words that were read speak for another
//! one, both read what was read so far, and the better one the rest. So a page in the first language costs what it
//! costs with that language alone. Then lines whose words another language has are read in that one, too.
//! What is chosen hangs on the page alone, not on the pages before it: it is the same whichever reader reads it.

use image::GrayImage;
use tesseract_lstm::{Alphabet, Inversion, Kernel, LineSettings, LineText, ModelError};

use super::candidate::Candidate;
use super::evidence::{self, Evidence, Fit};
use super::installed::Wanted;
use super::print::Print;
use super::second::Second;
use crate::images::PagePixels;
use crate::ocr::lengths::{length, lengths, within_share};
use crate::ocr::native_problem::NativeProblem;
use crate::ocr::{EngineSettings, NetworkChoice};

mod networks;

/// Lines are read in negative, too, below this certainty of the network (0–1), as Tesseract does.
const INVERSION_BELOW: f32 = 0.7;
/// How lines are read for the first time.
const FIRST_READING: LineSettings =
    LineSettings { alphabet: Alphabet::All, inversion: Inversion::Below(INVERSION_BELOW) };

/// So many lines are read before it is asked for the first time which language they are in; then twice as many.
const FIRST_LINES: usize = 8;
/// So many languages that words do not tell apart are tried.
const MOST_TRIED: usize = 3;
/// Text of which less is known, and that is read less surely, may be in another script.
const STRANGE_SHARE: f32 = 0.2;
const STRANGE_CONFIDENCE: f32 = 80.0;
/// Text in a script that is known has some 2 characters to a line height.
const STRANGE_DENSITY: f32 = 0.7;
/// Lines that together are shorter than so many line heights tell no script.
const LEAST_ROOM: f32 = 15.0;
/// Another script is read by so much more surely.
const SCRIPT_LEAD: f32 = 5.0;
/// Fewer characters tell no script.
const LEAST_CHARACTERS: usize = 20;
/// Doubtful lines of at most this share of the page's text, in all, are read in the other languages that were named.
const DOUBTFUL_SHARE: f32 = 0.08;
/// Words that are in no list are names from this confidence on.
const SURE_WORD: f32 = 93.0;
/// Lines of a page in two languages are in its main one if that has so much of their letters.
const LIKE_SHARE: f32 = 0.8;
/// What reads a line in a language without words of it must be so much surer.
const LINE_MARGIN: f32 = 1.0;

/// Recognizers of one or several languages; belongs to one thread.
pub(in crate::ocr) struct LineReaders {
    /// In the order of preference, never empty.
    candidates: Vec<Candidate>,
    kernel: Kernel,
    is_auto: bool,
    page: OnPage,
    /// Reads gray pages in `print::LANGUAGE`.
    print: Option<Print>,
    second: Second,
}

/// What was chosen for a page.
#[derive(Debug, Default)]
struct OnPage {
    main: usize,
    is_gray: bool,
    is_chosen: bool,
    /// Lines that were read in other languages, by candidate.
    others: Vec<(usize, usize)>,
}

/// Why lines are read in another language than the page's.
#[derive(Debug, Clone, Copy)]
enum Belief {
    /// They have words of it.
    Evident,
    /// They were not read for sure. Languages differ in words: what is a better reading of them leaves numbers as they
    /// are. (The German network drops the strokes of American dates, surely.)
    Doubtful,
}

/// Lines that are read in another language.
#[derive(Clone, Copy)]
struct Attempt<'p> {
    language: usize,
    places: &'p [usize],
    belief: Belief,
}

impl LineReaders {
    /// Opens the data of all languages, and loads those that were named. `Unsupported` says what only Tesseract can do.
    pub(in crate::ocr) fn start(
        settings: &EngineSettings,
        kernel: Kernel,
    ) -> Result<Self, NativeProblem> {
        let wanted = Wanted::parse(&settings.languages).map_err(NativeProblem::Broken)?;
        let mut candidates = Vec::with_capacity(wanted.names.len());
        for name in &wanted.names {
            let path = wanted.file(name);
            let broken = |why: String| {
                NativeProblem::Broken(format!("{}: language data: {why}", path.display()))
            };
            let mut candidate =
                Candidate::open(name, &path).map_err(|error| broken(error.to_string()))?;
            // The first one reads all pages at first; of those that are merely installed others may be left out.
            if !wanted.is_auto || candidates.is_empty() {
                candidate.load(kernel).map(drop).map_err(|error| match error {
                    ModelError::Unsupported(what) => {
                        NativeProblem::Unsupported { languages: name.clone(), what }
                    }
                    ModelError::Broken { .. } => broken(error.to_string()),
                })?;
            }
            candidates.push(candidate);
        }
        let second = Second::open(&settings.second_network, &wanted, kernel)
            .map_err(NativeProblem::Broken)?;
        let print = (settings.network == NetworkChoice::Auto).then(Print::default);
        let page = OnPage::default();
        Ok(Self { candidates, kernel, is_auto: wanted.is_auto, page, print, second })
    }

    /// Returns the kernel that the recognizers run.
    pub(in crate::ocr) fn kernel(&self) -> Kernel {
        self.kernel
    }

    /// Begins a page: nothing is known of its language.
    pub(in crate::ocr) fn begin_page(&mut self, pixels: &PagePixels) {
        self.page = OnPage { is_gray: is_gray(pixels), ..OnPage::default() };
    }

    /// Begins to read the lines of a layout: what was read by another one does not count.
    pub(in crate::ocr) fn begin_layout(&mut self) {
        self.page.others.clear();
    }

    /// Begins to look at a page again that was read in `languages`.
    pub(in crate::ocr) fn resume_page(&mut self, languages: &str, pixels: &PagePixels) {
        let place = |name| self.candidates.iter().position(|candidate| candidate.name == name);
        let mut used = languages.split('+').filter_map(place);
        let main = used.next().unwrap_or(0);
        let others = used.map(|language| (language, 0)).collect();
        self.page = OnPage { main, is_gray: is_gray(pixels), is_chosen: true, others };
    }

    /// Returns the languages that the page was read in, joined by `+`, that of most lines first.
    pub(in crate::ocr) fn languages(&self) -> String {
        let others = self.page.others.iter().map(|(language, _)| *language);
        let used = std::iter::once(self.page.main).chain(others);
        let names: Vec<&str> =
            used.map(|language| self.candidates[language].name.as_str()).collect();
        names.join("+")
    }

    /// Returns what was chosen among, as it stands in the recipe; `None` if there was no choice.
    pub(in crate::ocr) fn note(&self) -> Option<String> {
        if self.candidates.len() < 2 {
            return None;
        }
        let names: Vec<&str> =
            self.candidates.iter().map(|candidate| candidate.name.as_str()).collect();
        let among = if self.is_auto { "auto".to_owned() } else { names.join("+") };
        let lines = |&(language, lines): &(usize, usize)| format!(", {} {lines}", names[language]);
        let others: String = self.page.others.iter().map(lines).collect();
        Some(format!("language({among}: {}{others})", names[self.page.main]))
    }

    /// Reads pictures of the page's lines in the page's language, which is chosen now if it is not yet, and those
    /// that are in another language in that one.
    pub(in crate::ocr) fn read_lines(&mut self, pictures: &[GrayImage]) -> Vec<LineText> {
        if self.candidates.len() == 1 {
            return self.read(pictures, &FIRST_READING);
        }
        let mut texts = if self.page.is_chosen {
            self.read(pictures, &FIRST_READING)
        } else {
            self.choose(pictures)
        };
        self.read_foreign(pictures, &mut texts);
        texts
    }

    /// Reads pictures in the page's main language.
    fn read(&mut self, pictures: &[GrayImage], settings: &LineSettings) -> Vec<LineText> {
        let pictures: Vec<&GrayImage> = pictures.iter().collect();
        let read = self.read_in(self.page.main, &pictures, settings);
        read.unwrap_or_else(|| vec![LineText::default(); pictures.len()])
    }

    /// Reads pictures of lines again that are dark on light, in each language of the page, and keeps what reads best.
    pub(in crate::ocr) fn read_again(
        &mut self,
        pictures: &[GrayImage],
        alphabet: &Alphabet,
    ) -> Vec<LineText> {
        let settings = LineSettings { alphabet: alphabet.clone(), inversion: Inversion::Never };
        let mut texts = self.read(pictures, &settings);
        if *alphabet == Alphabet::All && !self.page.others.is_empty() {
            let all: Vec<usize> = (0..pictures.len()).collect();
            let mut languages = vec![self.page.main; pictures.len()];
            let others: Vec<usize> =
                self.page.others.iter().map(|(language, _)| *language).collect();
            for language in others {
                let doubtful = Attempt { language, places: &all, belief: Belief::Doubtful };
                self.keep_better(doubtful, pictures, &mut texts, &mut languages);
            }
        }
        texts
    }

    /// Tells of words whether the page's main language has them.
    pub(in crate::ocr) fn known(&mut self, words: &[String]) -> Vec<bool> {
        self.candidates[self.page.main].known(words)
    }

    /// Returns the texts in a language, or `None` if its data cannot be used.
    fn read_in(
        &mut self,
        language: usize,
        pictures: &[&GrayImage],
        settings: &LineSettings,
    ) -> Option<Vec<LineText>> {
        Some(self.reader_of(language)?.read_lines(pictures, settings))
    }

    /// Reads the lines of a page, and chooses its language on the way.
    fn choose(&mut self, pictures: &[GrayImage]) -> Vec<LineText> {
        let mut texts = vec![LineText::default(); pictures.len()];
        let order = longest_first(pictures);
        let (mut done, mut is_script_known) = (0, false);
        while done < order.len() && self.page.main == 0 {
            let next = (done + done.max(FIRST_LINES)).min(order.len());
            self.read_places(0, &order[done..next], pictures, &mut texts);
            done = next;
            let read = &order[..done];
            let contenders = self.contenders(read, &texts);
            self.try_out(&contenders, read, pictures, &mut texts);
            if self.page.main == 0 && !is_script_known {
                let room: f32 = read.iter().map(|&place| length(&pictures[place])).sum();
                is_script_known = room >= LEAST_ROOM;
                if is_script_known && is_strange(&self.fit(0, read, &texts), room) {
                    self.try_scripts(&read[..FIRST_LINES.min(read.len())], pictures, &mut texts);
                }
            }
        }
        // A page with hardly any text may be read by another layout, which shows more.
        self.page.is_chosen =
            self.fit(self.page.main, &order[..done], &texts).characters >= LEAST_CHARACTERS;
        self.read_places(self.page.main, &order[done..], pictures, &mut texts);
        texts
    }

    fn contenders(&mut self, read: &[usize], texts: &[LineText]) -> Vec<usize> {
        let words = evidence::words(read.iter().map(|&place| &texts[place]));
        self.evidence(&words).contenders(self.page.main)
    }

    fn evidence(&mut self, words: &[String]) -> Evidence {
        Evidence {
            known: self.candidates.iter_mut().map(|candidate| candidate.known(words)).collect(),
        }
    }

    /// Reads lines in the languages that they may be in, and makes the one that reads best the page's.
    fn try_out(
        &mut self,
        contenders: &[usize],
        read: &[usize],
        pictures: &[GrayImage],
        texts: &mut [LineText],
    ) {
        let main = self.page.main;
        for &language in contenders.iter().filter(|language| **language != main).take(MOST_TRIED) {
            let mut others = texts.to_vec();
            self.read_places(language, read, pictures, &mut others);
            let (best, other) =
                (self.fit(self.page.main, read, texts), self.fit(language, read, &others));
            let worth = |fit: &Fit| fit.known_share() + fit.confidence / 100.0;
            if worth(&other) > worth(&best) {
                self.page.main = language;
                texts.clone_from_slice(&others);
            }
        }
    }

    /// Reads a few lines in a language of each other script, and goes on with the script that reads much surer.
    fn try_scripts(&mut self, read: &[usize], pictures: &[GrayImage], texts: &mut [LineText]) {
        let scripts: Vec<_> = self.candidates.iter_mut().map(Candidate::script).collect();
        let room: f32 = read.iter().map(|&place| length(&pictures[place])).sum();
        let is_dense = |fit: &Fit| fit.characters as f32 >= STRANGE_DENSITY * room;
        // The few characters that are read of another script may be sure: they say nothing.
        let first = Some(self.fit(0, read, texts)).filter(is_dense);
        let mut best = (first.map_or(0.0, |fit| fit.confidence + SCRIPT_LEAD), None);
        for language in 1..scripts.len() {
            let is_first = !scripts[..language].contains(&scripts[language]);
            if scripts[language].is_none() || !is_first {
                continue;
            }
            let mut others = texts.to_vec();
            self.read_places(language, read, pictures, &mut others);
            let fit = self.fit(language, read, &others);
            if fit.confidence > best.0 && is_dense(&fit) && fit.characters >= LEAST_CHARACTERS {
                best = (fit.confidence, Some((language, others)));
            }
        }
        let Some((language, others)) = best.1 else { return };
        self.page.main = language;
        texts.clone_from_slice(&others);
        let contenders = self.contenders(read, texts);
        self.try_out(&contenders, read, pictures, texts);
        // What the first language read beyond these lines is read again.
        let rest: Vec<usize> = (0..pictures.len()).filter(|place| !read.contains(place)).collect();
        let was_read: Vec<usize> =
            rest.into_iter().filter(|&place| !texts[place].words.is_empty()).collect();
        self.read_places(self.page.main, &was_read, pictures, texts);
    }

    /// Reads lines that are in another language than the page, or may be, in that one.
    fn read_foreign(&mut self, pictures: &[GrayImage], texts: &mut [LineText]) {
        let main = self.page.main;
        let mut by_language: Vec<Vec<usize>> = vec![Vec::new(); self.candidates.len()];
        let (mut doubtful, mut unlike, mut unlike_words) = (Vec::new(), Vec::new(), Vec::new());
        for (place, text) in texts.iter().enumerate() {
            let words = evidence::words([text]);
            if words.is_empty() {
                continue;
            }
            let known = self.evidence(&words);
            let main_known = &known.known[main];
            match known.of_line(main) {
                Some(language) => by_language[language].push(place),
                None => doubtful
                    .extend(least_sure_unknown(text, &words, main_known).map(|sure| (sure, place))),
            }
            if Fit::of([text], &words, main_known).known_share() < LIKE_SHARE {
                unlike.push(place);
                unlike_words.extend(words);
            }
        }
        let share = DOUBTFUL_SHARE / (self.candidates.len() - 1).max(1) as f32;
        let doubtful = within_share(share, doubtful, &lengths(pictures));
        let unlike_known = self.evidence(&unlike_words);
        let mut languages = vec![main; texts.len()];
        for (language, places) in by_language.iter().enumerate().filter(|(other, _)| *other != main)
        {
            let is_mixed = unlike_known.beats(language, main);
            // More lines may be in it than those that look like it.
            let evident = if is_mixed { &unlike } else { places };
            let evident = Attempt { language, places: evident, belief: Belief::Evident };
            self.keep_better(evident, pictures, texts, &mut languages);
            // Of all installed languages no line is in most.
            if !is_mixed && !self.is_auto {
                let doubtful = Attempt { language, places: &doubtful, belief: Belief::Doubtful };
                self.keep_better(doubtful, pictures, texts, &mut languages);
            }
        }
        for language in languages.into_iter().filter(|language| *language != main) {
            match self.page.others.iter_mut().find(|(other, _)| *other == language) {
                Some((_, lines)) => *lines += 1,
                None => self.page.others.push((language, 1)),
            }
        }
    }

    /// Reads lines in a language, and keeps what reads better than in the language that each is in so far.
    fn keep_better(
        &mut self,
        attempt: Attempt<'_>,
        pictures: &[GrayImage],
        texts: &mut [LineText],
        languages: &mut [usize],
    ) {
        let Attempt { language, places, belief } = attempt;
        if places.is_empty() {
            return;
        }
        let mut others = texts.to_vec();
        self.read_places(language, places, pictures, &mut others);
        for &place in places {
            let ours = self.fit(languages[place], &[place], texts);
            let theirs = self.fit(language, &[place], &others);
            let knows_more = theirs.known_share() > ours.known_share();
            let is_surer = theirs.confidence > ours.confidence + LINE_MARGIN;
            let is_better = knows_more && theirs.confidence >= ours.confidence - LINE_MARGIN
                || is_surer && theirs.known_letters >= ours.known_letters;
            let may_be = match belief {
                Belief::Evident => true,
                Belief::Doubtful => {
                    evidence::numbers(&texts[place]) == evidence::numbers(&others[place])
                }
            };
            if is_better && may_be && texts[place] != others[place] {
                texts[place] = others[place].clone();
                languages[place] = language;
            }
        }
    }

    fn read_places(
        &mut self,
        language: usize,
        places: &[usize],
        pictures: &[GrayImage],
        texts: &mut [LineText],
    ) {
        let chosen: Vec<&GrayImage> = places.iter().map(|&place| &pictures[place]).collect();
        let read = self.read_in(language, &chosen, &FIRST_READING);
        // Data that cannot be used reads nothing.
        let read = read.unwrap_or_else(|| vec![LineText::default(); places.len()]);
        for (&place, text) in places.iter().zip(read) {
            texts[place] = text;
        }
    }

    fn fit(&mut self, language: usize, places: &[usize], texts: &[LineText]) -> Fit {
        let read = || places.iter().map(|&place| &texts[place]);
        let words = evidence::words(read());
        let known = self.candidates[language].known(&words);
        Fit::of(read(), &words, &known)
    }
}

fn is_gray(pixels: &PagePixels) -> bool {
    matches!(pixels, PagePixels::Gray(_))
}

/// Returns the places of pictures, those of most text first.
fn longest_first(pictures: &[GrayImage]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..pictures.len()).collect();
    order.sort_by(|&one, &other| length(&pictures[other]).total_cmp(&length(&pictures[one])));
    order
}

/// Tells whether text that takes `room` line heights may be in another script: it was read badly, or hardly at all.
fn is_strange(fit: &Fit, room: f32) -> bool {
    let is_badly_read = fit.known_share() < STRANGE_SHARE && fit.confidence < STRANGE_CONFIDENCE;
    is_badly_read || (fit.characters as f32) < STRANGE_DENSITY * room
}

/// Returns the confidence of the least sure word that a line's language has not; `None` if it has all.
fn least_sure_unknown(text: &LineText, words: &[String], known: &[bool]) -> Option<f32> {
    let unknown = words.iter().zip(known).filter(|(_, is_known)| !**is_known);
    let sureness = |unknown: &String| {
        let holding = text.words.iter().filter(|word| word.text.contains(unknown.as_str()));
        holding.map(|word| word.confidence).min_by(f32::total_cmp)
    };
    let sureness = unknown.filter_map(|(word, _)| sureness(word)).min_by(f32::total_cmp);
    sureness.filter(|confidence| *confidence < SURE_WORD)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Recipe;
    use crate::images::BitMask;
    use crate::ocr::SecondNetwork;

    fn start(languages: &str, second_network: SecondNetwork) -> Result<LineReaders, NativeProblem> {
        let languages = languages.to_owned();
        let settings = EngineSettings { languages, second_network, ..EngineSettings::default() };
        LineReaders::start(&settings, Kernel::Scalar)
    }

    #[test]
    fn names_the_language_that_only_tesseract_can_read() {
        let problem =
            start("eng+osd", SecondNetwork::Off).err().map(|problem| problem.to_string()).unwrap();
        assert!(problem.starts_with("`osd`: native engine: a model without a "), "{problem}");
    }

    #[test]
    fn one_language_is_no_choice() {
        let readers = start("eng", SecondNetwork::Off).ok().unwrap();
        assert_eq!((readers.languages().as_str(), readers.note()), ("eng", None));
    }

    fn page(is_gray: bool) -> PagePixels {
        if is_gray {
            PagePixels::Gray(GrayImage::new(8, 8))
        } else {
            PagePixels::Bilevel(BitMask::empty(8, 8))
        }
    }

    #[test]
    fn gray_pages_in_english_are_read_by_the_network_for_print() {
        let mut readers = start("eng+deu+chi_sim", SecondNetwork::Auto).ok().unwrap();
        for (language, is_gray, notes) in [
            ("eng", true, vec!["network(eng-print)", "second_network(eng)"]),
            ("eng", false, vec!["second_network(eng-print)"]),
            ("deu", true, vec![]),
            ("deu+eng", true, vec!["network(eng-print)"]),
        ] {
            readers.resume_page(language, &page(is_gray));
            assert_eq!(readers.network_notes(), notes, "{language}");
            let has_second = notes.iter().any(|note| note.starts_with(Recipe::SECOND_NETWORK));
            assert_eq!(readers.read_otherwise(&[]).is_some(), has_second, "{language}");
        }
    }

    #[test]
    fn the_second_network_is_another_one_of_the_pages_script() {
        let second = SecondNetwork::Of("deu".to_owned());
        let mut readers = start("eng+deu+chi_sim", second).ok().unwrap();
        for (language, notes) in
            [("eng", vec!["second_network(deu)"]), ("deu", vec![]), ("chi_sim", vec![])]
        {
            readers.resume_page(language, &page(false));
            assert_eq!(readers.network_notes(), notes, "{language}");
            assert_eq!(readers.read_otherwise(&[]).is_some(), !notes.is_empty(), "{language}");
        }
    }

    #[test]
    fn a_second_look_goes_by_the_languages_of_the_page() {
        let mut readers = start("eng+deu", SecondNetwork::Off).ok().unwrap();
        readers.resume_page("deu+eng", &page(false));
        assert_eq!(readers.languages(), "deu+eng");
        readers.begin_page(&page(false));
        assert_eq!(readers.languages(), "eng");
    }

    #[test]
    fn pages_are_begun_with_their_longest_lines() {
        let pictures = [(100, 20), (400, 40), (300, 20)].map(|(w, h)| GrayImage::new(w, h));
        assert_eq!(longest_first(&pictures), [2, 1, 0]);
    }
}
