//! Which lines of a page go on in the next one, and where paragraphs begin, by the places of their words.
//!
//! A line goes on where it was full: the first word of the next line had no room on it. Lines that end early for no
//! such reason were ended on purpose and stay lines: verse, addresses, lists, the fields of a form.

use crate::document::{Line, PageText, PixelBox};

/// Largest step between two lines of a paragraph, in usual steps of its column.
const MOST_STEP: f32 = 1.4;
/// Largest white between two lines of a column, in heights of their letters.
const MOST_WHITE: f32 = 1.6;
/// Heights of neighboring lines of one column differ by no more than this factor.
const MOST_GROWTH: f32 = 1.6;
/// Least indent of a paragraph, in heights of its letters.
const INDENT: f32 = 0.75;
/// A gap within a line that is wider, in heights of its letters, is one between columns of a table.
const MOST_GAP: f32 = 2.5;
/// Share of lines of a column that are full if it is prose.
const FULL_SHARE: f32 = 0.5;
/// Share of lines of a column with wide gaps in them if it is a table.
const GAPPED_SHARE: f32 = 0.3;
/// Lines of fewer words go on only in a broken word.
const LEAST_WORDS: usize = 3;

/// A line of so many words is a long one.
const LONG_WORDS: usize = 6;

/// How a line follows the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// It goes on with its sentence.
    Flows,
    /// It stands below it in the same column, as a line of its own.
    Stands,
    /// It stands elsewhere, but near.
    Elsewhere,
    /// It begins a paragraph.
    Begins,
}

/// A line as paragraphs see it.
struct Row<'a> {
    line: &'a Line,
    bounds: PixelBox,
    /// Of its letters, the middle of its words' heights.
    height: f32,
    /// Where most of its words end below.
    base: f32,
}

/// Lines that stand below each other.
struct Column {
    right: f32,
    step: f32,
    is_prose: bool,
}

/// Returns how each line but the first follows the one before.
pub(super) fn steps(page: &PageText) -> Vec<Step> {
    let rows: Vec<Row<'_>> = page.lines.iter().filter_map(Row::new).collect();
    if rows.len() != page.lines.len() {
        return vec![Step::Elsewhere; page.lines.len().saturating_sub(1)];
    }
    let regions: Vec<PixelBox> = page.regions().collect();
    let region = |row: &Row<'_>| regions.iter().position(|area| area.holds_center_of(&row.bounds));
    let mut steps = Vec::with_capacity(rows.len());
    let mut start = 0;
    while start < rows.len() {
        let length = 1 + rows[start..]
            .windows(2)
            .take_while(|pair| pair[0].is_above(&pair[1]) && region(&pair[0]) == region(&pair[1]))
            .count();
        let column = &rows[start..start + length];
        if start > 0 {
            let same_region = region(&rows[start - 1]) == region(&column[0]);
            steps.push(across(&rows[..start], &column[0], same_region));
        }
        of_column(column, &mut steps);
        start += length;
    }
    steps
}

/// Decides about the first line of a column.
fn across(before: &[Row<'_>], next: &Row<'_>, same_region: bool) -> Step {
    let Some(last) = before.last() else { return Step::Begins };
    let is_next_column =
        next.bounds.bottom <= last.bounds.top && next.bounds.left >= last.bounds.right;
    // A running title or a figure may stand between; then the sentence is not known to go on.
    let is_alike =
        last.height < MOST_GROWTH * next.height && next.height < MOST_GROWTH * last.height;
    let is_below = before.len() > 1 && before[before.len() - 2].is_above(last);
    if same_region
        && is_next_column
        && is_alike
        && is_below
        && last.is_open()
        && next.starts_small()
    {
        return Step::Flows;
    }
    let is_beside = next.bounds.top < last.bounds.bottom && last.bounds.top < next.bounds.bottom;
    let same_paragraph =
        (last.line.block, last.line.paragraph) == (next.line.block, next.line.paragraph);
    let is_near = next.top() - last.bottom() < MOST_WHITE * last.height;
    if is_beside || (same_region && same_paragraph && is_near) {
        Step::Elsewhere
    } else {
        Step::Begins
    }
}

/// Decides about all lines of a column but its first.
fn of_column(rows: &[Row<'_>], steps: &mut Vec<Step>) {
    let column = Column::new(rows);
    // Where the paragraph began, and whether its later lines are the indented ones.
    let (mut first, mut hangs) = (0, false);
    for index in 1..rows.len() {
        let (above, row) = (&rows[index - 1], &rows[index]);
        let is_far = row.base - above.base > MOST_STEP * column.step;
        let same_paragraph =
            (above.line.block, above.line.paragraph) == (row.line.block, row.line.paragraph);
        let step = if !column.is_prose {
            let is_gapped = above.has_wide_gap() || row.has_wide_gap();
            match (is_far || !same_paragraph, is_gapped) {
                (_, false) if !is_far && above.clearly_goes_on(row, &column) => Step::Flows,
                (true, _) => Step::Begins,
                (false, true) => Step::Elsewhere,
                (false, false) => Step::Stands,
            }
        } else if is_far {
            Step::Begins
        } else {
            let is_full = above.fills(row, &column) || is_justified(rows, index - 1);
            let is_first = first == index - 1;
            let shift = (row.left() - above.left()) / row.height;
            let goes_on = is_full && above.is_prose() && !above.is_title_of(row);
            if goes_on && above.is_open() && row.starts_small() {
                hangs |= is_first && shift > INDENT;
                Step::Flows
            } else if shift > INDENT {
                hangs = goes_on && is_first && hangs_from(rows, index, &column);
                if hangs { Step::Flows } else { Step::Begins }
            } else if goes_on && !row.starts_item() && (shift > -INDENT || (is_first && !hangs)) {
                Step::Flows
            } else if above.is_open() && shift.abs() <= INDENT && !above.is_title_of(row) {
                Step::Stands
            } else {
                Step::Begins
            }
        };
        if step != Step::Flows {
            (first, hangs) = (index, false);
        }
        steps.push(step);
    }
}

/// Returns whether a line ends below and above others that end there too.
fn is_justified(rows: &[Row<'_>], index: usize) -> bool {
    let ends_with = |other: Option<&Row<'_>>| {
        other.is_some_and(|other| (rows[index].right() - other.right()).abs() < 0.5 * other.height)
    };
    index > 0 && ends_with(rows.get(index - 1)) && ends_with(rows.get(index + 1))
}

/// Returns whether an indented line is the second of a paragraph whose first one hangs out: the next is as indented.
fn hangs_from(rows: &[Row<'_>], index: usize, column: &Column) -> bool {
    rows.get(index + 1).is_some_and(|next| {
        (next.left() - rows[index].left()).abs() < INDENT * next.height
            && rows[index].fills(next, column)
    })
}

impl Column {
    fn new(rows: &[Row<'_>]) -> Self {
        let mut rights: Vec<f32> = rows.iter().map(Row::right).collect();
        rights.sort_by(|a, b| b.total_cmp(a));
        let height = middle(rows.iter().map(|row| row.height));
        // One line of many that sticks out, such as by a note in the margin, does not make the column wider.
        let needed = if rows.len() < 6 { 1 } else { 2 };
        let right = rights
            .iter()
            .copied()
            .find(|right| {
                rights.iter().filter(|other| (*other - right).abs() < height).count() >= needed
            })
            .unwrap_or_else(|| rights.first().copied().unwrap_or(0.0));
        let step = middle(rows.windows(2).map(|pair| pair[1].base - pair[0].base));
        let mut column = Self { right, step, is_prose: false };
        let full = rows.windows(2).filter(|pair| pair[0].fills(&pair[1], &column)).count();
        let gapped = rows.iter().filter(|row| row.has_wide_gap()).count();
        let wordy = rows.iter().filter(|row| row.is_prose()).count();
        column.is_prose = rows.len() > 1
            && full as f32 >= FULL_SHARE * (rows.len() - 1) as f32
            && (gapped as f32) < GAPPED_SHARE * rows.len() as f32
            && 2 * wordy >= rows.len();
        column
    }
}

impl<'a> Row<'a> {
    fn new(line: &'a Line) -> Option<Self> {
        let bounds =
            line.words.iter().map(|word| word.bounds).reduce(|all, next| all.union(&next))?;
        let height = middle(line.words.iter().map(|word| word.bounds.height() as f32)).max(1.0);
        let base = middle(line.words.iter().map(|word| word.bounds.bottom as f32));
        Some(Self { line, bounds, height, base })
    }

    fn left(&self) -> f32 {
        self.bounds.left as f32
    }

    fn right(&self) -> f32 {
        self.bounds.right as f32
    }

    fn top(&self) -> f32 {
        self.bounds.top as f32
    }

    fn bottom(&self) -> f32 {
        self.bounds.bottom as f32
    }

    fn first(&self) -> &str {
        self.line.words.first().map_or("", |word| word.text.as_str())
    }

    /// Returns whether the other line is the next one of the column.
    fn is_above(&self, below: &Self) -> bool {
        let overlap = self.right().min(below.right()) - self.left().max(below.left());
        let narrower = (self.right() - self.left()).min(below.right() - below.left());
        let height = self.height.max(below.height);
        let step = below.base - self.base;
        let white = below.top() - self.bottom();
        height < MOST_GROWTH * self.height.min(below.height)
            && step > 0.6 * height
            && white < MOST_WHITE * height
            && overlap > 0.5 * narrower
            && !self.is_turned()
            && !below.is_turned()
    }

    /// Text that runs up or down the page has higher boxes than wide ones.
    fn is_turned(&self) -> bool {
        let letters: usize = self.line.words.iter().map(|word| word.text.chars().count()).sum();
        letters > 2 && self.bounds.height() > 2 * self.bounds.width()
    }

    /// Returns whether the first word of the line below had no room on this one.
    fn fills(&self, below: &Self, column: &Column) -> bool {
        let word = below.line.words.first().map_or(0, |word| word.bounds.width()) as f32;
        self.right() + word + 0.25 * self.height > column.right
    }

    /// Returns whether a line goes on even where most lines do not: a long one up to the column's edge, in the middle
    /// of a sentence.
    fn clearly_goes_on(&self, below: &Self, column: &Column) -> bool {
        self.line.words.len() >= LONG_WORDS
            && column.right - self.right() < self.height
            && self.is_open()
            && below.starts_small()
            && self.is_prose()
            && !self.is_title_of(below)
    }

    fn has_wide_gap(&self) -> bool {
        self.line.words.windows(2).any(|pair| {
            pair[1].bounds.left as f32 - pair[0].bounds.right as f32 > MOST_GAP * self.height
        })
    }

    /// Returns whether it has some words, most of them of letters.
    fn is_prose(&self) -> bool {
        let (mut letters, mut all) = (0, 0);
        for letter in self.line.words.iter().flat_map(|word| word.text.chars()) {
            all += 1;
            letters += usize::from(letter.is_alphabetic());
        }
        let is_dense =
            all >= 12 && self.line.words.iter().any(|word| word.text.chars().any(is_unspaced));
        (self.line.words.len() >= LEAST_WORDS || is_dense)
            && 3 * letters >= 2 * all
            && !self.has_wide_gap()
    }

    /// Returns whether its sentence is not at an end.
    fn is_open(&self) -> bool {
        let text = self.line.words.last().map_or("", |word| word.text.as_str());
        let bare = text.trim_end_matches(['"', '\'', '”', '’', '»', ')', ']', '*']);
        !bare.ends_with(['.', '!', '?', ':', '…', '。'])
    }

    /// Returns whether its first letter is a small one; a speck before it does not count.
    fn starts_small(&self) -> bool {
        let mut letters = self.line.words.iter().flat_map(|word| word.text.chars());
        letters.find(|letter| letter.is_alphanumeric()).is_some_and(char::is_lowercase)
    }

    /// Returns whether it is a running title above a line of text: nothing but large letters above small ones.
    fn is_title_of(&self, below: &Self) -> bool {
        let has = |row: &Self, is_it: fn(char) -> bool| {
            row.line.words.iter().any(|word| word.text.contains(is_it))
        };
        has(self, char::is_uppercase)
            && !has(self, char::is_lowercase)
            && has(below, char::is_lowercase)
    }

    /// Returns whether it starts with a bullet or a number as items of lists do.
    fn starts_item(&self) -> bool {
        let first = self.first();
        let is_bullet = matches!(first, "-" | "–" | "—" | "•" | "*" | "·" | "°" | "▪" | "■" | "o");
        let number = first.trim_start_matches('(').trim_end_matches(['.', ')']);
        let is_number = number.len() < first.len()
            && (number.chars().all(|c| c.is_ascii_digit()) || number.chars().count() == 1)
            && number.len() <= 3;
        (is_bullet || is_number) && self.line.words.len() > 1
    }
}

/// Returns whether the letter belongs to a script without spaces between words.
pub(super) fn is_unspaced(letter: char) -> bool {
    matches!(letter, '\u{3000}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}')
}

/// Returns the middle of some values, 0 of none.
fn middle(values: impl Iterator<Item = f32>) -> f32 {
    let mut values: Vec<f32> = values.collect();
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
