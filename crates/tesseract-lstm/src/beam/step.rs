//! Extends the paths of one step by the codes of one rank.

use super::super::alphabet::Admission;
use super::super::dawg::{Permuter, WordEnd};
use super::super::recoder::{Code, Completion, ROOT};
use super::super::unicharset::{CharacterId, SPACE, Spacing};
use super::super::vocabulary::Vocabulary;
use super::costs::{MIN_CERTAINTY, NETWORK_RATIO, WORST_DICTIONARY_CERTAINTY};
use super::nodes::{Arena, Beam, Beams, Marks, Mode, Next, Node, Offer, Parent, Positions};
use super::ranking::{Ranking, Worth};

/// A step under construction.
pub(super) struct Step<'a> {
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) admission: &'a Admission,
    pub(super) ranking: &'a Ranking,
    pub(super) arena: &'a mut Arena,
    pub(super) beams: &'a mut Beams,
    /// The last character that was followed in the dictionaries; the positions after it are in the
    /// arena. Paths that differ in nulls and repetitions ask for the same again and again.
    pub(super) followed: Option<Followed>,
}

/// A character that was followed in the dictionaries.
#[derive(Debug, Clone, Copy)]
pub(super) struct Followed {
    /// The node of the character before.
    from: u32,
    id: CharacterId,
    /// None if no word goes on like that.
    found: Option<(Permuter, WordEnd, Marks)>,
}

/// A path that is extended.
struct Path {
    parent: Parent,
    /// The last node; none at the start of the line.
    last: Option<Node>,
    beam: Beam,
}

impl Path {
    fn may_continue_with(&self, code: Code) -> bool {
        self.last.is_none_or(|last| last.code != code)
    }
}

impl Step<'_> {
    /// Makes the first step of a line.
    pub(super) fn begin(&mut self) {
        for mode in [Mode::Network, Mode::Dictionary] {
            if mode == Mode::Network || self.vocabulary.dictionary.is_some() {
                let beam = Beam { mode, next: Next::Anything, length: 0 };
                self.add_codes(&Path { parent: Parent::NONE, last: None, beam });
            }
        }
    }

    /// Extends the path that ends with a node of one of the last step's beams.
    pub(super) fn extend(&mut self, node: u32, beam: Beam) {
        let last = *self.arena.node(node);
        let path = Path { parent: self.arena.parent(node), last: Some(last), beam };
        if self.ranking.contains(last.code) {
            self.repeat(&path, &last);
        }
        if beam.next == Next::OnlyDuplicate {
            return;
        }
        let null = self.vocabulary.null;
        if beam.length > 0 && last.code != null && self.ranking.contains(null) {
            let part = Offer {
                code: null,
                id: None,
                permuter: last.permuter,
                marks: Marks::NONE,
                certainty: self.ranking.worth(null).alone,
                prefix: last.prefix,
                positions: Positions::None,
            };
            self.offer_part(&path, Next::Anything, beam.length, part);
        }
        self.add_codes(&path);
    }

    /// Repeats the last code.
    fn repeat(&mut self, path: &Path, last: &Node) {
        let worth = self.ranking.worth(last.code);
        let part = Offer {
            code: last.code,
            id: last.character_id(),
            permuter: last.permuter,
            marks: Marks::DUPLICATE,
            certainty: worth.alone,
            prefix: last.prefix,
            positions: Positions::None,
        };
        if path.beam.next != Next::NoDuplicate {
            self.offer_part(path, Next::Anything, path.beam.length, part);
        }
        if path.beam.next == Next::Anything
            && self.ranking.is_best()
            && last.code != self.vocabulary.null
        {
            let closed = Offer { certainty: worth.with_null, ..part };
            self.offer_part(path, Next::NoDuplicate, path.beam.length, closed);
        }
    }

    /// Adds codes that complete or continue a character.
    fn add_codes(&mut self, path: &Path) {
        let prefix = path.last.map_or(ROOT, |last| last.prefix);
        let (ranking, recoder) = (self.ranking, &self.vocabulary.recoder);
        if prefix == ROOT {
            for branch in ranking.completions() {
                self.complete(path, *branch);
            }
            for branch in ranking.continuations() {
                self.lengthen(path, branch.code, branch.prefix);
            }
            return;
        }
        for branch in recoder.completions(prefix) {
            if ranking.contains(branch.code) {
                self.complete(path, *branch);
            }
        }
        for branch in recoder.continuations(prefix) {
            if ranking.contains(branch.code) {
                self.lengthen(path, branch.code, branch.prefix);
            }
        }
    }

    /// Adds a code that completes a character, or a null between characters.
    fn complete(&mut self, path: &Path, branch: Completion) {
        let Completion { code, id } = branch;
        let null = self.vocabulary.null;
        if !path.may_continue_with(code) {
            return;
        }
        let worth = self.ranking.worth(code);
        if worth.alone < MIN_CERTAINTY && code != null {
            return;
        }
        let id = if path.beam.length == 0 && code == null { None } else { Some(id) };
        if id.is_some_and(|id| !self.admission.admits_character(id)) {
            return;
        }
        self.add_character(path, Next::Anything, Offer::of_character(code, id, worth.alone));
        if self.ranking.is_best() && code != null {
            let certainty = self.with_null(path, code, worth);
            let doubled = Offer::of_character(code, id, certainty);
            self.add_character(path, Next::OnlyDuplicate, doubled);
        }
    }

    /// Adds a code that continues a character of several codes.
    fn lengthen(&mut self, path: &Path, code: Code, prefix: u32) {
        if !path.may_continue_with(code) || !self.admission.admits_prefix(prefix) {
            return;
        }
        let worth = self.ranking.worth(code);
        let length = path.beam.length + 1;
        let part = Offer {
            code,
            id: None,
            permuter: Permuter::None,
            marks: Marks::NONE,
            certainty: worth.alone,
            prefix,
            positions: Positions::None,
        };
        let part = Offer { permuter: inherited(path), ..part };
        self.offer_part(path, Next::Anything, length, part);
        if self.ranking.is_best() && code != self.vocabulary.null {
            let certainty = self.with_null(path, code, worth);
            self.offer_part(path, Next::OnlyDuplicate, length, Offer { certainty, ..part });
        }
    }

    /// Returns what a code is worth together with the null, and with the path's last code where
    /// these two are the best of the step.
    fn with_null(&self, path: &Path, code: Code, worth: Worth) -> f32 {
        let both = path.beam.next == Next::Anything
            && path.last.is_some_and(|last| {
                last.code != self.vocabulary.null && self.ranking.are_best_two(last.code, code)
            });
        if both { worth.with_both } else { worth.with_null }
    }

    /// Offers a step that completes no character.
    fn offer_part(&mut self, path: &Path, next: Next, length: usize, part: Offer) {
        let beam = Beam { mode: path.beam.mode, next, length };
        match beam.mode {
            Mode::Dictionary => {
                if part.certainty > WORST_DICTIONARY_CERTAINTY {
                    self.beams.offer(beam, self.arena, &path.parent, &part);
                }
            }
            Mode::Network => {
                let certainty = part.certainty * NETWORK_RATIO;
                if certainty >= MIN_CERTAINTY || part.code == self.vocabulary.null {
                    let part = Offer { certainty, ..part };
                    self.beams.offer(beam, self.arena, &path.parent, &part);
                }
            }
        }
    }

    /// Offers a new character, or the null without one.
    fn add_character(&mut self, path: &Path, next: Next, character: Offer) {
        let Offer { id, certainty, .. } = character;
        if path.beam.mode == Mode::Dictionary {
            if certainty > WORST_DICTIONARY_CERTAINTY {
                self.add_dictionary_character(path, next, character);
            }
            return;
        }
        let beam = Beam { mode: Mode::Network, next, length: 0 };
        let charged = Offer { certainty: certainty * NETWORK_RATIO, ..character };
        self.beams.offer(beam, self.arena, &path.parent, &charged);
        let (Some(id), Some(_)) = (id, &self.vocabulary.dictionary) else { return };
        // After the network alone has found a place where a word may start, the dictionary search may go on.
        // That space is not charged, for it counts for the word too; `Permuter::None` tells that the nulls
        // before it were charged and cannot be counted.
        if id == SPACE && certainty > WORST_DICTIONARY_CERTAINTY {
            let space = Offer { permuter: Permuter::None, ..character };
            self.offer_start(path, next, space);
        } else if self.vocabulary.unicharset.spacing(id) == Spacing::NoSpaces {
            self.offer_start(path, next, charged);
        }
    }

    fn offer_start(&mut self, path: &Path, next: Next, offer: Offer) {
        let marks = offer.marks.with(Marks::START_OF_DICTIONARY);
        let offer = Offer { marks, positions: Positions::Start, ..offer };
        self.beams.offer_start(next, &path.parent, &offer);
    }

    /// Offers a new character to the dictionary search, if a word goes on with it.
    fn add_dictionary_character(&mut self, path: &Path, next: Next, character: Offer) {
        let network = Beam { mode: Mode::Network, next, length: 0 };
        let beam = Beam { mode: Mode::Dictionary, ..network };
        let Some(id) = character.id else {
            let null = Offer { permuter: Permuter::None, ..character };
            self.beams.offer(beam, self.arena, &path.parent, &null);
            return;
        };
        let score = character.certainty + path.parent.score;
        if !self.beams.admits(beam, score) && !self.beams.admits(network, score) {
            return;
        }
        if id == SPACE {
            if let Some(before) = self.arena.last_character(&path.parent)
                && before.marks.has(Marks::END_OF_WORD)
            {
                let space = Offer { permuter: before.permuter, ..character };
                self.offer_start(path, next, space);
                self.beams.offer(network, self.arena, &path.parent, &space);
            }
            return;
        }
        let Some((permuter, end, start)) = self.follow(&path.parent, id) else { return };
        let mut marks = start;
        if end == WordEnd::Possible {
            marks = marks.with(Marks::END_OF_WORD);
        }
        let letter = Offer { permuter, marks, positions: Positions::Followed, ..character };
        self.beams.offer(beam, self.arena, &path.parent, &letter);
        if end == WordEnd::Possible
            && self.vocabulary.unicharset.language_spacing() == Spacing::NoSpaces
        {
            // The next word may start at once, and one that is in no dictionary too.
            let last_letter = Offer { positions: Positions::None, ..letter };
            self.offer_start(path, next, last_letter);
            self.beams.offer(network, self.arena, &path.parent, &last_letter);
        }
    }

    /// Follows a character in the dictionaries from where the path is; its positions are left in the
    /// arena's scratch. Returns none if no word goes on like that.
    fn follow(&mut self, parent: &Parent, id: CharacterId) -> Option<(Permuter, WordEnd, Marks)> {
        if let Some(last) = self.followed
            && (last.from, last.id) == (parent.character, id)
        {
            return last.found;
        }
        let found = self.look_up(parent, id);
        self.followed = Some(Followed { from: parent.character, id, found });
        found
    }

    fn look_up(&mut self, parent: &Parent, id: CharacterId) -> Option<(Permuter, WordEnd, Marks)> {
        let dictionary = self.vocabulary.dictionary.as_ref()?;
        let unicharset = &self.vocabulary.unicharset;
        let mut followed = std::mem::take(&mut self.arena.followed);
        let before = self.arena.last_character(parent);
        let joined = before.and_then(|before| {
            let start = before.marks.has(Marks::START_OF_DICTIONARY);
            // Words of scripts with spaces do not touch.
            let touches = start
                && before.character_id().is_some_and(|before| {
                    before != SPACE && unicharset.spacing(before) == Spacing::Spaces
                })
                && unicharset.spacing(id) == Spacing::Spaces;
            (!touches && before.has_positions()).then(|| {
                let marks = if start { Marks::START_OF_WORD } else { Marks::NONE };
                (self.arena.positions(before.positions), marks)
            })
        });
        let from = match before {
            None => Some((dictionary.start(), Marks::START_OF_WORD)),
            Some(_) => joined,
        };
        let found = from.and_then(|(positions, marks)| {
            let (permuter, end) = dictionary.follow(positions, id, unicharset, &mut followed);
            (permuter != Permuter::None).then_some((permuter, end, marks))
        });
        self.arena.followed = followed;
        found
    }
}

/// Returns the permuter of a part of a character.
fn inherited(path: &Path) -> Permuter {
    match (&path.last, path.beam.mode) {
        (Some(last), _) => last.permuter,
        (None, Mode::Dictionary) => Permuter::None,
        (None, Mode::Network) => Permuter::TopChoice,
    }
}
