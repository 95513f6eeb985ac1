//! Tesseract's TSV table → lines of words.
//!
//! Columns: level, page, block, paragraph, line, word, left, top, width, height, confidence, text
//! (tessdoc, "Command Line Usage"); level 5 is a word.

use crate::document::{Line, PixelBox, Word};

const WORD_LEVEL: &str = "5";

/// Returns the words of a TSV table in lines; the error names the row that breaks the format.
pub(super) fn lines(table: &str) -> Result<Vec<Line>, String> {
    let mut lines: Vec<Line> = Vec::new();
    let mut current = None;
    for (index, row) in table.lines().enumerate() {
        let columns: Vec<&str> = row.splitn(12, '\t').collect();
        if columns.first() != Some(&WORD_LEVEL) {
            continue;
        }
        let Some(((block, paragraph, line), word)) = word(&columns) else {
            return Err(format!("row {} of Tesseract's table is broken: `{row}`", index + 1));
        };
        let Some(word) = word else { continue };
        let place = (block, paragraph, line);
        if current == Some(place)
            && let Some(last) = lines.last_mut()
        {
            last.words.push(word);
        } else {
            lines.push(Line { block, paragraph, words: vec![word] });
            current = Some(place);
        }
    }
    Ok(lines)
}

/// Place of a word (block, paragraph, line, from 0) and the word, unless it is empty.
type PlacedWord = ((u16, u16, u16), Option<Word>);

fn word(columns: &[&str]) -> Option<PlacedWord> {
    let number = |index: usize| columns.get(index)?.parse::<u32>().ok();
    let from_zero =
        |index: usize| Some(u16::try_from(number(index)?.saturating_sub(1)).unwrap_or(u16::MAX));
    let place = (from_zero(2)?, from_zero(3)?, from_zero(4)?);
    let (left, top) = (number(6)?, number(7)?);
    let bounds = PixelBox {
        left,
        top,
        right: left.checked_add(number(8)?)?,
        bottom: top.checked_add(number(9)?)?,
    };
    let confidence = columns.get(10)?.parse::<f32>().ok()?.clamp(0.0, 100.0);
    let text: String = columns
        .get(11)
        .unwrap_or(&"")
        .chars()
        .filter(|c| !c.is_control() && !c.is_whitespace())
        .collect();
    Some((
        place,
        (!text.is_empty()).then_some(Word { text, bounds, confidence, doubts: Vec::new() }),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n";

    #[test]
    fn groups_words_into_lines_and_skips_empty_ones() {
        let table = format!(
            "{HEADER}1\t1\t0\t0\t0\t0\t0\t0\t100\t100\t-1\t\n\
             5\t1\t1\t1\t1\t1\t10\t20\t30\t8\t96.5\tTOTAL\n\
             5\t1\t1\t1\t1\t2\t50\t20\t20\t8\t91\t12.50\n\
             5\t1\t1\t1\t1\t3\t80\t20\t5\t8\t95\t \n\
             5\t1\t1\t2\t1\t1\t10\t40\t30\t8\t80\tCASH\n"
        );
        let lines = lines(&table).unwrap();
        let texts: Vec<Vec<&str>> =
            lines.iter().map(|l| l.words.iter().map(|w| w.text.as_str()).collect()).collect();
        assert_eq!(texts, [vec!["TOTAL", "12.50"], vec!["CASH"]]);
        assert_eq!(lines[0].words[1].bounds, PixelBox { left: 50, top: 20, right: 70, bottom: 28 });
        assert_eq!((lines[1].block, lines[1].paragraph), (0, 1));
    }

    #[test]
    fn names_the_row_that_is_broken() {
        let error = lines(&format!("{HEADER}5\t1\t1\t1\t1\t1\tx\t20\t30\t8\t96\tA\n")).unwrap_err();
        assert!(error.starts_with("row 2 of Tesseract's table is broken"), "{error}");
    }
}
