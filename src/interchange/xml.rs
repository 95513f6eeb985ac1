//! What the formats in XML and HTML share: events one after the other, attributes, characters. A document type is passed
//! over: entities that it declares are not known, so that there is nothing to expand or to fetch.

use std::borrow::Cow;

use quick_xml::escape::{resolve_html5_entity, unescape_with};
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::broken::Broken;
use super::limited::Text;

/// How strict a format is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Markup {
    /// Tags fit together, or the file is broken.
    Xml,
    /// HTML as people write it: tags that are never closed, `&` that begins nothing.
    Html,
}

/// Events of a file.
pub(super) struct Events<'a> {
    reader: quick_xml::Reader<Text<'a>>,
    buffer: Vec<u8>,
    markup: Markup,
}

impl<'a> Events<'a> {
    pub(super) fn new(text: Text<'a>, markup: Markup) -> Self {
        let mut reader = quick_xml::Reader::from_reader(text);
        let config = reader.config_mut();
        let is_html = markup == Markup::Html;
        config.allow_dangling_amp = is_html;
        config.allow_unmatched_ends = is_html;
        config.check_end_names = !is_html;
        Self { reader, buffer: Vec::new(), markup }
    }

    /// Returns the next event.
    pub(super) fn next(&mut self) -> Result<Event<'_>, Broken> {
        self.buffer.clear();
        let at = self.reader.buffer_position();
        self.reader.read_event_into(&mut self.buffer).map_err(|error| match error {
            quick_xml::Error::Io(error) => Broken::from(&*error),
            error => Broken::corrupt(format!("at byte {at}: {error}")),
        })
    }

    /// Notes that a page has ended.
    pub(super) fn next_page(&mut self) {
        self.reader.get_mut().next_page();
    }

    /// Returns the characters that a reference such as `&amp;` or `&#228;` stands for.
    pub(super) fn referred(markup: Markup, reference: &BytesRef<'_>) -> Result<String, Broken> {
        if let Ok(Some(character)) = reference.resolve_char_ref() {
            return Ok(character.to_string());
        }
        let name = reference.html_content();
        match (resolve_html5_entity(&name), markup) {
            (Some(text), _) => Ok(text.to_owned()),
            (None, Markup::Html) => Ok(format!("&{name};")),
            (None, Markup::Xml) => {
                Err(Broken::corrupt(format!("the entity `&{name};` is not known")))
            }
        }
    }

    pub(super) fn markup(&self) -> Markup {
        self.markup
    }
}

/// Returns the name without the prefix of its namespace.
pub(super) fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// Calls a function with each attribute, its name without prefix.
pub(super) fn attributes(
    element: &BytesStart<'_>,
    markup: Markup,
    mut each: impl FnMut(&str, Cow<'_, str>),
) -> Result<(), Broken> {
    let all = match markup {
        Markup::Xml => element.attributes(),
        Markup::Html => element.html_attributes(),
    };
    let mut all = all;
    for attribute in all.with_checks(false) {
        let attribute = match (attribute, markup) {
            (Ok(attribute), _) => attribute,
            (Err(_), Markup::Html) => continue,
            (Err(error), Markup::Xml) => {
                let name = element.name();
                return Err(Broken::corrupt(format!("element `{}`: {error}", name.as_ref())));
            }
        };
        let value = match unescape_with(&attribute.value, resolve_html5_entity) {
            Ok(value) => value,
            Err(_) if markup == Markup::Html => Cow::Borrowed(&*attribute.value),
            Err(error) => return Err(Broken::corrupt(error.to_string())),
        };
        each(local(attribute.key.as_ref()), value);
    }
    Ok(())
}

/// Reads a number; `None` if it is none.
pub(super) fn number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|number| number.is_finite())
}
