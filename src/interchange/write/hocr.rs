//! Pages → hOCR 1.2, as Tesseract writes it: XHTML, confidences in whole percent.

use std::fmt::{Error, Write};

use super::page::{Head, PageToWrite, around, blocks, escaped};
use crate::document::{Line, Mark, PixelBox};

pub(super) const FOOT: &str = " </body>\n</html>\n";

/// Returns what stands before the pages.
pub(super) fn head(head: &Head) -> String {
    let engine = head.engines.first().map_or("", |engine| engine.name.as_str());
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
 <head>
  <title>{}</title>
  <meta http-equiv="Content-Type" content="text/html;charset=utf-8"/>
  <meta name="ocr-system" content="{}"/>
  <meta name="ocr-capabilities" content="ocr_page ocr_carea ocr_par ocr_line ocrx_word ocr_separator ocr_photo ocrp_wconf"/>
  <meta name="ocr-langs" content="{}"/>
  <meta name="ocr-number-of-pages" content="{}"/>
 </head>
 <body>
"#,
        escaped(&head.document),
        escaped(engine),
        escaped(&head.languages.join(" ")),
        head.pages
    )
}

/// Returns a page.
pub(super) fn page(page: &PageToWrite<'_>) -> String {
    let mut out = String::with_capacity(64 * page.text.words().count() + 512);
    write_page(&mut out, page).expect("a String takes all that is written");
    out
}

fn write_page(out: &mut String, page: &PageToWrite<'_>) -> Result<(), Error> {
    let (number, text) = (page.page, page.text);
    let index = number.saturating_sub(1);
    let dpi = text.dpi;
    writeln!(
        out,
        "  <div class='ocr_page' id='page_{number}' title='bbox 0 0 {} {}; ppageno {index}; scan_res {dpi} {dpi}'>",
        text.width, text.height
    )?;
    for mark in &text.marks {
        let (class, bounds) = match mark {
            Mark::HorizontalRule(bounds) | Mark::VerticalRule(bounds) => ("ocr_separator", bounds),
            Mark::Picture(bounds) => ("ocr_photo", bounds),
            _ => continue,
        };
        writeln!(out, "   <div class='{class}' title='{}'></div>", bbox(bounds))?;
    }
    let first = page.languages.split('+').next().filter(|first| !first.is_empty());
    let language = first.map(|first| format!(" lang='{}'", escaped(first))).unwrap_or_default();
    for block in blocks(text) {
        writeln!(out, "   <div class='ocr_carea' title='{}'>", bbox(&of_lines(block)))?;
        for paragraph in block.chunk_by(|one, other| one.paragraph == other.paragraph) {
            let bounds = bbox(&of_lines(paragraph));
            writeln!(out, "    <p class='ocr_par'{language} title='{bounds}'>")?;
            for line in paragraph {
                write_line(out, line)?;
            }
            out.push_str("    </p>\n");
        }
        out.push_str("   </div>\n");
    }
    out.push_str("  </div>\n");
    Ok(())
}

fn write_line(out: &mut String, line: &Line) -> Result<(), Error> {
    let bounds = bbox(&around(line.words.iter().map(|word| word.bounds)));
    writeln!(out, "     <span class='ocr_line' title='{bounds}'>")?;
    for word in &line.words {
        writeln!(
            out,
            "      <span class='ocrx_word' title='{}; x_wconf {:.0}'>{}</span>",
            bbox(&word.bounds),
            word.confidence,
            escaped(&word.text)
        )?;
    }
    out.push_str("     </span>\n");
    Ok(())
}

fn of_lines(lines: &[Line]) -> PixelBox {
    around(lines.iter().flat_map(|line| &line.words).map(|word| word.bounds))
}

fn bbox(bounds: &PixelBox) -> String {
    let PixelBox { left, top, right, bottom } = bounds;
    format!("bbox {left} {top} {right} {bottom}")
}
