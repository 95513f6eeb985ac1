//! What speaks for a name being the sender's or the recipient's: labels, the sender's line over the
//! address window, the window itself, letterhead and footer.
//!
//! The weights are how often such a sign is right on business letters, by the layouts of DIN 5008,
//! NF Z 11-001 and the like; only their order matters much.

use super::blocks::{Block, Line};
use super::lines;
use super::mention::{Mention, Page};
use crate::extract::layout::{center_x, center_y};
use crate::extract::piece::Piece;
use crate::extract::sheet::Label;
use crate::extract::word_range::WordRange;

/// A label says who it is.
const LABELLED: f32 = 0.93;
/// The sender's line over the window, and the address under it.
const SENDER_LINE: f32 = 0.88;
const UNDER_SENDER_LINE: f32 = 0.88;
/// An address that begins with a salutation.
const ADDRESSED: f32 = 0.85;
/// An address at the height of the window, left or right.
const LEFT_WINDOW: f32 = 0.62;
pub(super) const RIGHT_WINDOW: f32 = 0.55;
/// An address with a telephone, a bank, a registration; one at the top; any.
const REACHABLE: f32 = 0.75;
const AT_TOP: f32 = 0.6;
const ANY_ADDRESS: f32 = 0.3;
/// A firm by its legal form at the head or foot, with what firms say there, or in a sentence.
const FIRM_AT_HEAD: f32 = 0.55;
const FIRM_AT_FOOT: f32 = 0.6;
const FIRM: f32 = 0.2;
/// The first line of the page, in large letters and not.
const LARGE_TITLE: f32 = 0.5;
const FIRST_LINE: f32 = 0.3;
/// An internet domain that agrees.
pub(super) const DOMAIN: f32 = 0.5;

/// Heights of the page, as shares of it.
const TOP: f32 = 0.22;
const FOOT: f32 = 0.8;
const WINDOW: std::ops::Range<f32> = 0.08..0.45;
/// Distances, in millimetres.
const BELOW_LABEL_MM: f32 = 14.0;
const BESIDE_LABEL_MM: f32 = 100.0;
const UNDER_LINE_MM: f32 = 22.0;
const SAME_EDGE_MM: f32 = 9.0;
/// A title is larger than most lines by this.
const LARGE: f32 = 1.5;

impl Page<'_, '_> {
    /// Returns all names of the page with what speaks for each.
    pub(super) fn mentions(&self) -> Vec<Mention> {
        let mut mentions = Vec::new();
        self.labelled(&mut mentions);
        let sender_lines = self.sender_lines(&mut mentions);
        for number in 0..self.blocks.len() {
            mentions.extend(self.of_block(number, &sender_lines));
        }
        self.firms(&mut mentions);
        self.titles(&mut mentions);
        mentions
    }

    fn x(&self, line: &Line) -> f32 {
        center_x(&line.bounds) / self.sheet.layout.width
    }

    fn y(&self, line: &Line) -> f32 {
        center_y(&line.bounds) / self.sheet.layout.height
    }

    fn mm(&self, pixels: f32) -> f32 {
        pixels / self.sheet.layout.pixels_per_mm
    }

    /// Returns the name in a line from a word on, without salutation and address; `None` if it has
    /// none that can be one.
    fn name_in(&self, line: &Line, from: usize) -> Option<(Piece, String)> {
        let layout = &self.sheet.layout;
        let words = WordRange { start: from, ..line.words };
        let text = layout.text(words);
        let head = lines::salutation(&text);
        let end = head + lines::end_of_name(&text[head..]);
        let name = text[head..end]
            .trim_matches(|sign: char| !sign.is_alphanumeric() && sign != '.' && sign != ')');
        if text[head..end].contains(['#', ':']) || !lines::Says::of(name).name {
            return None;
        }
        // Whole words only: those that begin in the name.
        let mut at = 0;
        let (mut first, mut last) = (None, from);
        for word in words.indices() {
            if at >= head && at < end {
                first = first.or(Some(word));
                last = word + 1;
            }
            at += layout.words[word].text.len() + 1;
        }
        Some((Piece::line(WordRange::new(first?, last)), name.to_owned()))
    }

    fn mention(&self, line: &Line, from: usize) -> Option<Mention> {
        // A town is no name, though a firm may be named on its line.
        let is_town = line.says.town && !line.says.legal_form && lines::dividers(&line.text) < 2;
        if is_town || self.labels.captions.contains(&from) {
            return None;
        }
        let (mut piece, mut name) = self.name_in(line, from)?;
        if let Some((next, more)) = self.goes_on(line) {
            piece.lines.push(next);
            name = format!("{name} {more}");
        }
        let bare = lines::bare(&name);
        if bare.is_empty() {
            return None;
        }
        Some(Mention { piece, bare, name, block: line.block, sender: 0.0, recipient: 0.0 })
    }

    /// Returns the second line of a name whose legal form stands there.
    fn goes_on(&self, line: &Line) -> Option<(WordRange, String)> {
        let block = &self.blocks[line.block].lines;
        let at =
            block.iter().position(|&other| self.lines[other].words.start == line.words.start)?;
        let next = &self.lines[*block.get(at + 1)?];
        if line.says.legal_form || !next.says.legal_form || !next.says.name || !line.says.name {
            return None;
        }
        let (piece, name) = self.name_in(next, next.words.start)?;
        // `Hill TV`, `Hill, LLC`: the firm is named twice.
        let first_word =
            |text: &str| lines::bare(text.split([' ', '-', ',']).next().unwrap_or(text));
        if first_word(&line.text) == first_word(&name) {
            return None;
        }
        Some((*piece.lines.first()?, name))
    }

    fn labelled(&self, mentions: &mut Vec<Mention>) {
        for label in &self.labels.sender {
            if let Some(mention) = self.at_label(label) {
                mentions.push(Mention { sender: LABELLED * label.score, ..mention });
            }
        }
        for label in &self.labels.recipient {
            if let Some(mention) = self.at_label(label) {
                mentions.push(Mention { recipient: LABELLED * label.score, ..mention });
            }
        }
    }

    /// Returns the name at a label: behind it, else beside it if a colon says so, else below.
    fn at_label(&self, label: &Label) -> Option<Mention> {
        let matched = &label.matched;
        let at = self.lines.iter().position(|line| line.words.contains(matched.first))?;
        let line = &self.lines[at];
        let words = &self.sheet.layout.words;
        let lone_colon = words.get(matched.last + 1).is_some_and(|next| next.text == ":");
        let after = matched.last + 1 + usize::from(lone_colon);
        if after < line.words.end
            && let Some(mention) = self.mention(line, after)
        {
            return Some(mention);
        }
        let colon = lone_colon || words[matched.last].text.ends_with(':');
        let beside = || self.beside(line);
        let below = || self.below(line);
        if colon { beside().or_else(below) } else { below().or_else(beside) }
    }

    fn beside(&self, label: &Line) -> Option<Mention> {
        let right = self.lines.iter().filter(|line| {
            line.row == label.row
                && line.words.start >= label.words.end
                && self.mm(line.bounds.left as f32 - label.bounds.right as f32) < BESIDE_LABEL_MM
        });
        let next = right.min_by_key(|line| line.words.start)?;
        if self.labels.begins_in(next.words) { None } else { self.mention(next, next.words.start) }
    }

    /// Returns the first name under a label; numbers and contacts may stand between, other
    /// labels not.
    fn below(&self, label: &Line) -> Option<Mention> {
        let mut under: Vec<&Line> = self
            .lines
            .iter()
            .filter(|line| {
                let drop = line.bounds.top as f32 - label.bounds.bottom as f32;
                let edge = (line.bounds.left as f32 - label.bounds.left as f32).abs();
                let within = line.bounds.left <= label.bounds.right
                    && line.bounds.right >= label.bounds.left;
                drop > -0.3 * label.height
                    && center_y(&line.bounds) > center_y(&label.bounds) + 0.6 * label.height
                    && self.mm(drop) < BELOW_LABEL_MM
                    && within
                    && self.mm(edge) < 2.0 * SAME_EDGE_MM
            })
            .collect();
        under.sort_by_key(|line| line.bounds.top);
        let until = under.iter().position(|line| self.labels.begins_in(line.words));
        let under = &under[..until.unwrap_or(under.len())];
        under.iter().find_map(|line| {
            if lines::announces_name(&line.text) {
                self.beside(line)
            } else {
                self.mention(line, line.words.start)
            }
        })
    }

    /// Finds lines such as `Muster GmbH · Musterweg 1 · 80333 München`; returns their numbers.
    fn sender_lines(&self, mentions: &mut Vec<Mention>) -> Vec<usize> {
        let mut found = Vec::new();
        for (at, line) in self.lines.iter().enumerate() {
            if !line.says.town || lines::dividers(&line.text) < 2 || self.y(line) > WINDOW.end {
                continue;
            }
            let Some((piece, name)) = self.name_in(line, line.words.start) else { continue };
            let bare = lines::bare(&name);
            let mention = Mention {
                piece,
                bare,
                name,
                block: line.block,
                sender: SENDER_LINE,
                recipient: 0.0,
            };
            mentions.push(mention);
            found.push(at);
        }
        found
    }

    /// Returns the name over an address, with what its place says.
    fn of_block(&self, number: usize, sender_lines: &[usize]) -> Option<Mention> {
        let block = &self.blocks[number];
        let says = || block.lines.iter().map(|&line| self.lines[line].says);
        let is_high = block.lines.first().is_some_and(|&line| self.y(&self.lines[line]) < TOP);
        let is_addressed = says().next().is_some_and(|says| says.addressed);
        // Goods are numbered, too: a street alone makes an address only where one is likely.
        let is_address = says().any(|says| says.town)
            || (is_high || is_addressed) && says().any(|says| says.street);
        if !is_address || self.is_elsewhere(block) {
            return None;
        }
        let lines = block.lines.iter().filter(|line| !sender_lines.contains(line));
        let mut lines = lines.map(|&line| &self.lines[line]);
        let first = lines.next()?;
        // A caption or a salutation may stand over the name, an address not.
        let start = std::iter::once(first).chain(lines).take(4);
        let mut start = start.take_while(|line| {
            !line.says.town && !line.says.street
                || line.says.legal_form
                || line.words.start == first.words.start
        });
        let (line, mention) =
            start.find_map(|line| Some((line, self.mention(line, line.words.start)?)))?;
        let reachable = says().any(super::lines::Says::of_sender);
        let sender = self.as_sender(block, line, reachable);
        let recipient = self.as_recipient(block, line, (is_addressed, reachable));
        let recipient = if self.is_under(line, sender_lines) {
            recipient.max(UNDER_SENDER_LINE)
        } else {
            recipient
        };
        let sender = if recipient > ADDRESSED - 0.01 { 0.1 * sender } else { sender };
        Some(Mention { sender, recipient, ..mention })
    }

    /// Tells whether a block is one of another address, such as that of delivery, or is labelled,
    /// so that it has been read already.
    fn is_elsewhere(&self, block: &Block) -> bool {
        let Some(first) = block.lines.first().map(|&line| &self.lines[line]) else { return true };
        let others = self.labels.other.iter().map(|caption| caption.matched.first);
        let roles = self.labels.recipient.iter().chain(&self.labels.sender);
        let roles = roles.map(|label| label.matched.first);
        others.chain(roles).any(|word| first.words.contains(word))
    }

    fn is_under(&self, line: &Line, sender_lines: &[usize]) -> bool {
        sender_lines.iter().map(|&at| &self.lines[at]).any(|over| {
            let drop = self.mm(line.bounds.top as f32 - over.bounds.bottom as f32);
            let edge = self.mm((line.bounds.left as f32 - over.bounds.left as f32).abs());
            (-1.0..UNDER_LINE_MM).contains(&drop) && edge < SAME_EDGE_MM
        })
    }

    fn as_sender(&self, block: &Block, line: &Line, reachable: bool) -> f32 {
        let y = self.y(line);
        if reachable && !(WINDOW.end..=FOOT).contains(&y) {
            REACHABLE
        } else if y < TOP {
            AT_TOP
        } else if y > FOOT {
            FIRM_AT_FOOT
        } else if block.lines.len() > 1 && y < WINDOW.end {
            ANY_ADDRESS
        } else {
            0.1
        }
    }

    fn as_recipient(
        &self,
        block: &Block,
        line: &Line,
        (addressed, reachable): (bool, bool),
    ) -> f32 {
        let in_window = WINDOW.contains(&self.y(line)) && block.lines.len() > 1;
        match (in_window, addressed, reachable) {
            (false, _, _) => 0.0,
            (true, true, _) => ADDRESSED,
            (true, false, true) => 0.2,
            (true, false, false) if self.x(line) < 0.5 => LEFT_WINDOW,
            (true, false, false) => RIGHT_WINDOW,
        }
    }

    /// Finds firms by their legal forms, at the head and foot of the page and in sentences.
    fn firms(&self, mentions: &mut Vec<Mention>) {
        for line in self.lines.iter().filter(|line| line.says.legal_form) {
            let Some(mention) = self.mention(line, line.words.start) else { continue };
            let y = self.y(line);
            let near = self.blocks[line.block]
                .lines
                .iter()
                .any(|&other| self.lines[other].says.of_sender());
            let sender = match y {
                _ if y < TOP => FIRM_AT_HEAD,
                _ if y > FOOT => FIRM_AT_FOOT,
                _ if near => FIRM_AT_HEAD,
                _ => FIRM,
            };
            mentions.push(Mention { sender, ..mention });
        }
    }

    /// Finds names at the head of the page, in letters larger than usual or in the first line.
    fn titles(&self, mentions: &mut Vec<Mention>) {
        let mut heights: Vec<f32> = self.lines.iter().map(|line| line.height).collect();
        heights.sort_by(f32::total_cmp);
        let usual = heights.get(heights.len() / 2).copied().unwrap_or(1.0);
        let head = self.lines.iter().filter(|line| self.y(line) < TOP && line.says.name);
        for (rank, line) in head.enumerate() {
            let sender = if line.height > LARGE * usual {
                LARGE_TITLE
            } else if rank == 0 {
                FIRST_LINE
            } else {
                continue;
            };
            if let Some(mention) = self.mention(line, line.words.start) {
                mentions.push(Mention { sender, ..mention });
            }
        }
    }
}
