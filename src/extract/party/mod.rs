//! Who sends a letter or invoice, and to whom: parties are told apart by where they stand, by what
//! is said around them, and by exclusion, since the sender is not the recipient.
//!
//! `sheet` asks once a page for a model with `party` places, `value` takes the candidates. Labels
//! come from the fields; all else is general knowledge about letters (`lines`), boxes (`blocks`)
//! and what speaks for a role (`evidence`).

mod blocks;
mod evidence;
mod lines;
mod mention;
#[cfg(test)]
mod tests;

use super::phrase::Match;
use super::piece::Piece;
use super::sheet::{Caption, Label, Sheet};
use super::word_range::WordRange;
use crate::model::{Party, Place, RecordModel};
use mention::{Mention, Page, PartyLabels};

/// More evidence of one kind makes nothing sure.
const SUREST: f32 = 0.97;
/// A sender that is so sure makes the address that is left the recipient's, by so much more.
const SURE_SENDER: f32 = 0.75;
const BY_EXCLUSION: f32 = 0.4;
/// What a rival that is as likely takes from the evidence.
const TAKEN_BY_RIVAL: f32 = 0.35;
/// Words in a line are a label only if they were read so well.
const WELL_READ: f32 = 0.9;
/// Names with less speaking for them are no candidates.
const LEAST_SCORE: f32 = 0.15;

/// The parties of a page: pieces that may be their names, best first, with scores (0–1).
#[derive(Debug, Default)]
pub(crate) struct Parties {
    senders: Vec<(Piece, f32)>,
    recipients: Vec<(Piece, f32)>,
}

impl Parties {
    /// Finds the parties of a page; `None` if no field of the model asks for one.
    pub fn find(
        model: &RecordModel,
        sheet: &Sheet,
        by_field: &[Vec<Label>],
        excluded: &[Vec<Caption>],
    ) -> Option<Self> {
        let mut labels = PartyLabels::default();
        let mut asked = false;
        for ((field, found), hidden) in model.fields.iter().zip(by_field).zip(excluded) {
            let role = field.places.iter().find_map(|place| match place {
                Place::Party { party } => Some(*party),
                _ => None,
            });
            let labelled = found.iter().filter(|label| is_caption(sheet, &label.matched));
            match role {
                Some(Party::Sender) => labels.sender.extend(labelled),
                Some(Party::Recipient) => labels.recipient.extend(labelled),
                None => labels.captions.extend(found.iter().map(|label| label.matched.first)),
            }
            if role.is_some() {
                asked = true;
                labels.other.extend(hidden);
            }
        }
        asked.then(|| {
            let (lines, blocks) = blocks::blocks(&sheet.layout, |words| labels.begins_in(words));
            Page { sheet, lines, blocks, labels }.parties()
        })
    }

    /// Returns the pieces that may name a party, best first, with their scores.
    pub fn of(&self, party: Party) -> &[(Piece, f32)] {
        match party {
            Party::Sender => &self.senders,
            Party::Recipient => &self.recipients,
        }
    }
}

impl PartyLabels {
    /// Tells whether a party's label or another address's caption begins among some words.
    fn begins_in(&self, words: WordRange) -> bool {
        let roles = self.sender.iter().chain(&self.recipient).map(|label| label.matched.first);
        let others = self.other.iter().map(|caption| caption.matched.first);
        roles.chain(others).any(|first| words.contains(first))
    }
}

impl Page<'_, '_> {
    fn parties(&self) -> Parties {
        let mut mentions = self.mentions();
        self.weigh_domains(&mut mentions);
        let people = gathered(&mentions);
        let pair = best_pair(&people);
        let people = excluding(people, pair);
        let sure_sender = uncontested(&people, pair, |person| person.sender);
        let sure_recipient = uncontested(&people, (pair.1, pair.0), |person| person.recipient);
        let mut parties = Parties::default();
        for mention in &mentions {
            let Some(person) =
                people.iter().position(|person| lines::same(&person.bare, &mention.bare))
            else {
                continue;
            };
            let Mention { sender, recipient, .. } = people[person];
            // Who is one party is not the other. The mention that speaks best for itself stands for
            // all of the name.
            let share = |own: f32, all: f32| all * (0.9 + 0.1 * own.min(1.0));
            let (sender, recipient) = (sender * sure_sender, recipient * sure_recipient);
            if mention.sender > 0.0 && sender >= LEAST_SCORE && pair.1 != Some(person) {
                parties.senders.push((mention.piece.clone(), share(mention.sender, sender)));
            }
            if mention.recipient > 0.0 && recipient >= LEAST_SCORE && pair.0 != Some(person) {
                parties
                    .recipients
                    .push((mention.piece.clone(), share(mention.recipient, recipient)));
            }
        }
        for found in [&mut parties.senders, &mut parties.recipients] {
            found.sort_by(|a, b| b.1.total_cmp(&a.1));
        }
        parties
    }

    /// Lets the domains of the page's addresses speak for the names that they agree with.
    fn weigh_domains(&self, mentions: &mut [Mention]) {
        let of_recipients: Vec<usize> = mentions
            .iter()
            .filter(|mention| mention.recipient > 0.8)
            .map(|mention| mention.block)
            .collect();
        let texts = self.lines.iter().filter(|line| !of_recipients.contains(&line.block));
        let domains: Vec<String> = texts.flat_map(|line| lines::domains(&line.text)).collect();
        for mention in mentions.iter_mut().filter(|mention| mention.sender > 0.0) {
            if domains.iter().any(|domain| lines::domain_fits(domain, &mention.name)) {
                mention.sender = either(mention.sender, evidence::DOMAIN);
            }
        }
    }
}

/// Tells whether a label stands as captions do: at the beginning of its cell, and alone there, before
/// a colon or of several words. `Customer Care` and `Lieferant GmbH` are none.
fn is_caption(sheet: &Sheet, matched: &Match) -> bool {
    let cell = sheet.layout.rows[sheet.layout.row_of(matched.first)].cell_of(matched.first);
    let colon = sheet.layout.words[matched.last]
        .text
        .get(matched.tail..)
        .is_some_and(|rest| rest.contains(':'))
        || sheet.layout.words.get(matched.last + 1).is_some_and(|next| next.text == ":");
    let begins = matched.first == cell.start || sheet.begins_with(matched, cell.start);
    // `Art-Nr-Kunde` is another word.
    let several = matched.last > matched.first && matched.score >= WELL_READ;
    begins && matched.head == 0 && (colon || matched.last + 1 == cell.end || several)
}

/// Joins the mentions of each name: more of them say more.
fn gathered(mentions: &[Mention]) -> Vec<Mention> {
    let mut people: Vec<Mention> = Vec::new();
    for mention in mentions {
        match people.iter_mut().find(|person| lines::same(&person.bare, &mention.bare)) {
            Some(person) => {
                // What stands twice in one block is said once.
                if person.block == mention.block {
                    person.sender = person.sender.max(mention.sender);
                    person.recipient = person.recipient.max(mention.recipient);
                } else {
                    person.sender = either(person.sender, mention.sender).min(SUREST);
                    person.recipient = either(person.recipient, mention.recipient).min(SUREST);
                }
            }
            None => people.push(mention.clone()),
        }
    }
    people
}

/// Returns the sender and the recipient, two of the people, that together have most evidence.
fn best_pair(people: &[Mention]) -> (Option<usize>, Option<usize>) {
    let mut best = (None, None);
    let mut most = 0.0;
    let everyone = || (0..people.len()).map(Some).chain([None]);
    for sender in everyone() {
        for recipient in everyone().filter(|other| other.is_none() || *other != sender) {
            let score = sender.map_or(0.0, |sender| people[sender].sender)
                + recipient.map_or(0.0, |recipient| people[recipient].recipient);
            if score > most {
                (best, most) = ((sender, recipient), score);
            }
        }
    }
    best
}

/// Returns what is left of the evidence for a party, the first of the pair, by how close the next
/// name comes to it that is not the other party's.
fn uncontested(
    people: &[Mention],
    (party, other): (Option<usize>, Option<usize>),
    evidence: impl Fn(&Mention) -> f32,
) -> f32 {
    let Some(best) = party.map(|party| evidence(&people[party])) else { return 1.0 };
    let rivals = (0..people.len()).filter(|&person| Some(person) != party && Some(person) != other);
    let next = rivals.map(|person| evidence(&people[person])).fold(0.0, f32::max);
    1.0 - TAKEN_BY_RIVAL * (next / best.max(f32::EPSILON)).min(1.0).powi(2)
}

/// Makes the recipient surer where the sender is: who else would be addressed there?
fn excluding(mut people: Vec<Mention>, pair: (Option<usize>, Option<usize>)) -> Vec<Mention> {
    let (Some(sender), Some(recipient)) = pair else { return people };
    if people[sender].sender >= SURE_SENDER && people[recipient].recipient >= evidence::RIGHT_WINDOW
    {
        let surer = either(people[recipient].recipient, BY_EXCLUSION);
        people[recipient].recipient = surer.min(SUREST);
    }
    people
}

/// Returns how likely one of two independent signs is right.
fn either(a: f32, b: f32) -> f32 {
    1.0 - (1.0 - a) * (1.0 - b)
}
