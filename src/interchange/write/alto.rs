//! Pages → ALTO 4.2 (<https://www.loc.gov/standards/alto/v4/alto-4-2.xsd>), in pixels; confidences with four digits.

use std::fmt::{Error, Write};

use super::page::{Head, PageToWrite, around, blocks, escaped};
use crate::document::{Line, Mark, PixelBox};

pub(super) const FOOT: &str = " </Layout>\n</alto>\n";

/// Returns what stands before the pages.
pub(super) fn head(head: &Head) -> String {
    let mut out = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<alto xmlns="http://www.loc.gov/standards/alto/ns-v4#" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.loc.gov/standards/alto/ns-v4# http://www.loc.gov/standards/alto/v4/alto-4-2.xsd" SCHEMAVERSION="4.2">
 <Description>
  <MeasurementUnit>pixel</MeasurementUnit>
  <sourceImageInformation>
   <fileName>{}</fileName>
  </sourceImageInformation>
"#,
        escaped(&head.document)
    );
    for (number, engine) in head.engines.iter().enumerate() {
        write_engine(&mut out, number, (&engine.name, engine.dpi))
            .expect("a String takes all that is written");
    }
    out.push_str(" </Description>\n <Layout>\n");
    out
}

fn write_engine(out: &mut String, number: usize, (name, dpi): (&str, f32)) -> Result<(), Error> {
    let (name, version) = name.rsplit_once(' ').unwrap_or((name, ""));
    writeln!(
        out,
        "  <Processing ID=\"engine_{number}\">\n   <processingCategory>contentGeneration</processingCategory>\n   \
         <processingStepSettings>dpi={dpi}</processingStepSettings>\n   <processingSoftware>\n    \
         <softwareName>{}</softwareName>\n    <softwareVersion>{}</softwareVersion>\n   \
         </processingSoftware>\n  </Processing>",
        escaped(name),
        escaped(version)
    )
}

/// Returns a page, which the engine with this number read.
pub(super) fn page(page: &PageToWrite<'_>, engine: usize) -> String {
    let mut out = String::with_capacity(128 * page.text.words().count() + 512);
    let mut writer = Writer { out: &mut out, page: page.page, next_id: 1 };
    writer.page(page, engine).expect("a String takes all that is written");
    out
}

struct Writer<'a> {
    out: &'a mut String,
    /// Number of the page: IDs are of the whole file.
    page: u32,
    next_id: usize,
}

impl Writer<'_> {
    fn id(&mut self) -> String {
        let id = format!("p{}_{}", self.page, self.next_id);
        self.next_id += 1;
        id
    }

    fn page(&mut self, page: &PageToWrite<'_>, engine: usize) -> Result<(), Error> {
        let (number, text) = (page.page, page.text);
        let (width, height) = (text.width, text.height);
        writeln!(
            self.out,
            "  <Page ID=\"page_{number}\" PHYSICAL_IMG_NR=\"{number}\" WIDTH=\"{width}\" HEIGHT=\"{height}\" PROCESSING=\"engine_{engine}\">"
        )?;
        writeln!(
            self.out,
            "   <PrintSpace HPOS=\"0\" VPOS=\"0\" WIDTH=\"{width}\" HEIGHT=\"{height}\">"
        )?;
        for block in blocks(text) {
            self.block(block, page.languages)?;
        }
        for mark in &text.marks {
            let (element, bounds) = match mark {
                Mark::HorizontalRule(bounds) | Mark::VerticalRule(bounds) => {
                    ("GraphicalElement", bounds)
                }
                Mark::Picture(bounds) => ("Illustration", bounds),
                _ => continue,
            };
            let id = self.id();
            writeln!(self.out, "    <{element} ID=\"{id}\" {}/>", position(bounds))?;
        }
        self.out.push_str("   </PrintSpace>\n  </Page>\n");
        Ok(())
    }

    fn block(&mut self, lines: &[Line], languages: &str) -> Result<(), Error> {
        // Names of scripts, such as `chi_sim`, are none to XML Schema's type `language`.
        let first = languages.split('+').next().unwrap_or_default().replace('_', "-");
        let is_language = (1..=8).contains(&first.split('-').next().unwrap_or_default().len())
            && first.split('-').all(|part| (1..=8).contains(&part.len()))
            && first.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && first.starts_with(|c: char| c.is_ascii_alphabetic());
        let language = if is_language { format!(" LANG=\"{first}\"") } else { String::new() };
        let words = lines.iter().flat_map(|line| &line.words);
        let bounds = position(&around(words.map(|word| word.bounds)));
        let id = self.id();
        writeln!(self.out, "    <TextBlock ID=\"{id}\"{language} {bounds}>")?;
        for line in lines {
            let bounds = position(&around(line.words.iter().map(|word| word.bounds)));
            writeln!(self.out, "     <TextLine {bounds}>")?;
            for (index, word) in line.words.iter().enumerate() {
                if index > 0 {
                    self.out.push_str("      <SP/>\n");
                }
                writeln!(
                    self.out,
                    "      <String CONTENT=\"{}\" {} WC=\"{:.4}\"/>",
                    escaped(&word.text),
                    position(&word.bounds),
                    (word.confidence / 100.0).clamp(0.0, 1.0)
                )?;
            }
            self.out.push_str("     </TextLine>\n");
        }
        self.out.push_str("    </TextBlock>\n");
        Ok(())
    }
}

fn position(bounds: &PixelBox) -> String {
    format!(
        "HPOS=\"{}\" VPOS=\"{}\" WIDTH=\"{}\" HEIGHT=\"{}\"",
        bounds.left,
        bounds.top,
        bounds.width(),
        bounds.height()
    )
}
