//! What a viewer draws although the page does not: values of form fields, free text and stamps that
//! come without an appearance. They become glyphs of the survey, at the place that a viewer gives them.

use hayro::hayro_syntax::object::dict::keys::{
    ACRO_FORM, ANNOTS, AP, AS, CONTENTS, DA, F, FF, FT, MAX_LEN, NAME, NEED_APPEARANCES, OPT,
    PARENT, Q, RECT, SUBTYPE, V,
};
use hayro::hayro_syntax::object::{Array, Dict, Name, Object, Rect as DeclaredRect, Stream};
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Point, Rect, Vec2};

use super::button::Button;
use super::paints::Visibility;
use super::survey::{PlacedGlyph, Survey};
use super::typeset;

/// Flags of annotations (PDF 1.7, table 165): `Hidden` and `NoView`.
const UNSEEN: u32 = 1 << 1 | 1 << 5;
/// Flags of fields (PDF 1.7, tables 226, 228, 230).
const MULTILINE: u32 = 1 << 12;
const PASSWORD: u32 = 1 << 13;
const PUSH_BUTTON: u32 = 1 << 16;
const COMB: u32 = 1 << 24;
/// Fields in fields: more than this is a loop.
const MAX_PARENTS: usize = 32;
/// Longer texts are no values of fields.
const MAX_TEXT: usize = 20_000;
/// What is drawn in a stamp without a name.
const USUAL_STAMP: &str = "Draft";

/// The parts of a document's form that concern all fields.
pub(super) struct Form<'a> {
    dict: Dict<'a>,
    needs_appearances: bool,
}

impl<'a> Form<'a> {
    /// Returns the form of a document; an empty one if it has none.
    pub(super) fn of(catalog: Option<Dict<'a>>) -> Self {
        let dict =
            catalog.and_then(|catalog| catalog.get::<Dict<'a>>(ACRO_FORM)).unwrap_or_default();
        let needs_appearances = dict.get::<bool>(NEED_APPEARANCES).unwrap_or(false);
        Self { dict, needs_appearances }
    }

    /// Adds what a viewer draws on a page to its survey.
    pub(super) fn draw_on(&self, page: &Page<'a>, survey: &mut Survey) {
        let Some(annotations) = page.raw().get::<Array<'a>>(ANNOTS) else { return };
        for annotation in annotations.iter::<Dict<'a>>() {
            let flags = annotation.get::<u32>(F).unwrap_or(0);
            let Some(rect) = annotation.get::<DeclaredRect>(RECT) else { continue };
            if flags & UNSEEN != 0 {
                continue;
            }
            let rect = Rect::new(rect.x0, rect.y0, rect.x1, rect.y1);
            let bounds = survey.page.transform.transform_rect_bbox(rect).abs();
            match annotation.get::<Name<'a>>(SUBTYPE).as_ref().map(Name::as_str) {
                Some("Widget") => self.draw_field(&annotation, bounds, survey),
                Some("FreeText") if !annotation.contains_key(AP) => {
                    let text = text_of(annotation.get::<Object<'a>>(CONTENTS));
                    let style = Style { is_multiline: true, ..self.style(&annotation) };
                    draw(&text.unwrap_or_default(), bounds, &style, survey);
                }
                Some("Stamp") if !annotation.contains_key(AP) => {
                    let name = annotation.get::<Name<'a>>(NAME);
                    let words =
                        stamp_words(name.as_ref().map_or(USUAL_STAMP, |name| name.as_str()));
                    let style = Style { size: None, ..self.style(&annotation) };
                    draw(&words, bounds, &style, survey);
                }
                _ => {}
            }
        }
    }

    fn draw_field(&self, widget: &Dict<'a>, bounds: Rect, survey: &mut Survey) {
        let flags = inherited_number(widget, FF).unwrap_or(0);
        let kind = inherited(widget, FT).and_then(Object::into_name);
        let value = match kind.as_ref().map(Name::as_str) {
            Some("Tx") if flags & PASSWORD == 0 => text_of(inherited(widget, V)),
            Some("Ch") => chosen(widget),
            Some("Btn") if flags & PUSH_BUTTON == 0 => {
                survey.buttons.push(Button { bounds, is_on: is_on(widget) });
                return;
            }
            _ => return,
        };
        let Some(value) = value.filter(|value| !value.trim().is_empty()) else { return };
        let drawn = drawn_in(survey, bounds);
        if !drawn.is_empty() {
            let is_stale = self.needs_appearances && !is_formatted(&value, &drawn);
            if !is_stale {
                return;
            }
            // A viewer draws the field anew.
            survey.has_doubtful_values = true;
            hide_in(survey, bounds);
        } else if widget.contains_key(AP) && !self.needs_appearances {
            survey.has_doubtful_values = true;
        }
        let style = Style {
            is_multiline: flags & MULTILINE != 0,
            cells: (flags & COMB != 0).then(|| inherited_number(widget, MAX_LEN)).flatten(),
            ..self.style(widget)
        };
        draw(&value, bounds, &style, survey);
    }

    fn style(&self, annotation: &Dict<'a>) -> Style {
        let appearance =
            text_of(inherited(annotation, DA)).or_else(|| text_of(self.dict.get::<Object<'_>>(DA)));
        let alignment = inherited_number(annotation, Q).or_else(|| self.dict.get(Q));
        Style {
            size: appearance.and_then(|appearance| font_size(&appearance)),
            alignment: alignment.unwrap_or(0),
            is_multiline: false,
            cells: None,
        }
    }
}

/// How the text of a field is set.
struct Style {
    /// In the page's own units; `None` if the viewer chooses it.
    size: Option<f32>,
    /// 0 left, 1 in the middle, 2 right.
    alignment: u32,
    is_multiline: bool,
    /// Number of cells of the same width that letters are set into.
    cells: Option<u32>,
}

fn draw(text: &str, bounds: Rect, style: &Style, survey: &mut Survey) {
    let size = style.size.map(|size| size * survey.page.unit);
    let field = typeset::Field {
        bounds,
        size: size.map(f64::from),
        alignment: style.alignment,
        is_multiline: style.is_multiline,
        cells: style.cells.map(|cells| cells as usize),
    };
    let set = typeset::set(text, &field);
    survey.has_doubtful_values |= set.is_too_long;
    let page = survey.page.bounds();
    let glyphs = set.letters.into_iter().filter(|letter| page.contains(letter.origin));
    survey.glyphs.extend(glyphs.map(|letter| PlacedGlyph {
        text: Some(letter.text.to_string()),
        origin: letter.origin,
        end: Point::new(letter.origin.x + letter.advance, letter.origin.y),
        up: Vec2::new(0.0, -set.size),
        visibility: Visibility::Visible,
    }));
}

/// Returns an entry of a field or of the first field around it that has one.
fn inherited<'a>(widget: &Dict<'a>, key: &[u8]) -> Option<Object<'a>> {
    let mut field = widget.clone();
    for _ in 0..MAX_PARENTS {
        if let Some(value) = field.get::<Object<'a>>(key) {
            return Some(value);
        }
        field = field.get::<Dict<'a>>(PARENT)?;
    }
    None
}

fn inherited_number(widget: &Dict<'_>, key: &[u8]) -> Option<u32> {
    u32::try_from(inherited(widget, key)?.into_i32()?).ok()
}

fn text_of(object: Option<Object<'_>>) -> Option<String> {
    let text = match object? {
        Object::String(text) => decoded(text.as_bytes()),
        Object::Name(name) => name.as_str().to_owned(),
        Object::Stream(stream) => decoded(&stream.decoded_data().ok()?),
        _ => return None,
    };
    (text.len() <= MAX_TEXT).then_some(text)
}

/// Decodes a text string (PDF 1.7, 7.9.2.2): UTF-16 and UTF-8 begin with their marks, all others are
/// in the encoding of PDF documents, which is nearly Latin 1.
fn decoded(bytes: &[u8]) -> String {
    let units = |pair: &[u8], big: bool| match *pair {
        [first, second] if big => u16::from_be_bytes([first, second]),
        [first, second] => u16::from_le_bytes([first, second]),
        _ => 0,
    };
    match bytes {
        [0xfe, 0xff, rest @ ..] => String::from_utf16_lossy(
            &rest.chunks(2).map(|pair| units(pair, true)).collect::<Vec<_>>(),
        ),
        [0xff, 0xfe, rest @ ..] => String::from_utf16_lossy(
            &rest.chunks(2).map(|pair| units(pair, false)).collect::<Vec<_>>(),
        ),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => bytes.iter().map(|byte| of_document_encoding(*byte)).collect(),
    }
}

fn of_document_encoding(byte: u8) -> char {
    const FROM_80: &str = "•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž";
    match byte {
        0x80..=0x9e => FROM_80.chars().nth(usize::from(byte - 0x80)).unwrap_or(' '),
        0xa0 => '€',
        other => char::from(other),
    }
}

/// Returns what is chosen of a list, as it is shown.
fn chosen(widget: &Dict<'_>) -> Option<String> {
    let values: Vec<String> = match inherited(widget, V)? {
        Object::Array(values) => {
            values.iter::<Object<'_>>().filter_map(|value| text_of(Some(value))).collect()
        }
        value => vec![text_of(Some(value))?],
    };
    let options = inherited(widget, OPT).and_then(Object::into_array);
    let shown = values.into_iter().map(|value| {
        let pairs = options.iter().flat_map(Array::iter::<Object<'_>>);
        let mut names = pairs.filter_map(|option| match option {
            Object::Array(pair) => {
                let mut both = pair.iter::<Object<'_>>();
                let export = text_of(both.next())?;
                (export == value).then(|| text_of(both.next())).flatten()
            }
            _ => None,
        });
        names.next().unwrap_or(value)
    });
    Some(shown.collect::<Vec<_>>().join("\n"))
}

/// Tells whether a box or a radio button is on.
fn is_on(widget: &Dict<'_>) -> bool {
    let state = widget.get::<Name<'_>>(AS).map(|name| name.as_str().to_owned());
    if let Some(state) = state {
        return state != "Off";
    }
    let value = text_of(inherited(widget, V));
    let Some(value) = value.filter(|value| !value.is_empty() && value != "Off") else {
        return false;
    };
    // Of several buttons of a field, the one is on that has a state of this name.
    let states = widget.get::<Dict<'_>>(AP).and_then(|states| states.get::<Dict<'_>>(b"N"));
    states.is_none_or(|states| states.get::<Stream<'_>>(value.as_bytes()).is_some())
}

/// Returns the font size of a default appearance, such as `/Helv 11 Tf 0 g`; `None` if it is 0 or
/// missing.
fn font_size(appearance: &str) -> Option<f32> {
    let words: Vec<&str> = appearance.split_whitespace().collect();
    let operator = words.iter().position(|word| *word == "Tf")?;
    let size = words.get(operator.checked_sub(1)?)?.parse::<f32>().ok()?;
    (size.is_finite() && size > 0.0).then_some(size)
}

/// Makes the words of a stamp from its name, such as `NotApproved`.
fn stamp_words(name: &str) -> String {
    let mut words = String::new();
    let mut was_lower = false;
    for one in name.chars().filter(|one| *one != '#') {
        if one.is_uppercase() && was_lower {
            words.push(' ');
        }
        was_lower = one.is_lowercase();
        words.extend(one.to_uppercase());
    }
    words
}

fn is_in(glyph: &PlacedGlyph, bounds: Rect) -> bool {
    bounds.contains(glyph.origin.midpoint(glyph.end) + glyph.up * 0.3)
}

/// Returns what annotations have drawn in a field, without white space.
fn drawn_in(survey: &Survey, bounds: Rect) -> String {
    let glyphs = survey.glyphs.get(survey.own_glyphs..survey.drawn_glyphs).unwrap_or_default();
    let shown = glyphs.iter().filter(|glyph| {
        matches!(glyph.visibility, Visibility::Visible | Visibility::Unsure) && is_in(glyph, bounds)
    });
    let text: String = shown.map(|glyph| glyph.text.as_deref().unwrap_or("?")).collect();
    text.split_whitespace().collect()
}

fn hide_in(survey: &mut Survey, bounds: Rect) {
    let range = survey.own_glyphs..survey.drawn_glyphs;
    for glyph in survey.glyphs.get_mut(range).unwrap_or_default() {
        if is_in(glyph, bounds) {
            glyph.visibility = Visibility::Hidden;
        }
    }
}

/// Tells whether the drawn text says the value, perhaps with signs that its format adds.
fn is_formatted(value: &str, drawn: &str) -> bool {
    let mut rest = drawn.chars();
    value
        .chars()
        .filter(|one| one.is_alphanumeric())
        .all(|one| rest.any(|other| other.to_lowercase().eq(one.to_lowercase())))
}
