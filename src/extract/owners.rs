//! Who owns a page or document: of the models that claim it, those of the highest priority, and of
//! these the one whose claims are fulfilled best. Where one document ends and the next begins.

use std::ops::Range;

use super::claims;
use super::phrase::Phrase;
use super::sheet::Sheet;
use crate::model::{Claims, Continues, RecordModel};

/// Claims whose strengths differ by less are equally good: the page has two owners, and a person
/// must decide.
const TIE: f32 = 0.01;

/// What a model says of each page of a document, `None` where it does not claim it.
pub(super) struct Claimant<'m> {
    pub model: &'m RecordModel,
    pub strengths: Vec<Option<f32>>,
}

impl<'m> Claimant<'m> {
    /// Asks a model about all pages of a document.
    pub fn new(model: &'m RecordModel, sheets: &[Sheet]) -> Self {
        let strengths = sheets.iter().map(|sheet| claims::strength(&model.claims, sheet));
        Self { model, strengths: strengths.collect() }
    }

    /// Returns the strength of its best page in a range.
    fn strength(&self, pages: &Range<usize>) -> Option<f32> {
        self.strengths[pages.clone()].iter().flatten().copied().reduce(f32::max)
    }
}

/// Returns the models that own a page; several only if they are equally good.
pub(super) fn of_page<'m>(
    models: impl Iterator<Item = &'m RecordModel>,
    sheet: &Sheet,
) -> Vec<&'m RecordModel> {
    let claims = models
        .filter_map(|model| Some((model, claims::strength(&model.claims, sheet)?)))
        .collect::<Vec<(&RecordModel, f32)>>();
    best(claims, |model| model.claims.priority)
}

/// Returns the models that own a part of a document; several only if they are equally good.
pub(super) fn of_pages<'c, 'm>(
    claimants: &'c [Claimant<'m>],
    pages: &Range<usize>,
) -> Vec<&'c Claimant<'m>> {
    let claims = claimants
        .iter()
        .filter_map(|claimant| Some((claimant, claimant.strength(pages)?)))
        .collect::<Vec<(&Claimant, f32)>>();
    best(claims, |claimant| claimant.model.claims.priority)
}

fn best<T: Copy>(claims: Vec<(T, f32)>, priority: impl Fn(T) -> i32) -> Vec<T> {
    let Some(top) = claims.iter().map(|(owner, _)| priority(*owner)).max() else {
        return Vec::new();
    };
    let mut claims = claims;
    claims.retain(|(owner, _)| priority(*owner) == top);
    let most = claims.iter().map(|(_, strength)| *strength).fold(0.0, f32::max);
    claims.retain(|(_, strength)| most - strength < TIE);
    claims.into_iter().map(|(owner, _)| owner).collect()
}

/// Splits a stack into documents: each page that a model claims and that has one of its
/// `first_page` phrases begins one. Pages before the first belong to it unless they are claimed.
/// Regions of a page are documents of their own.
pub(super) fn documents(claimants: &[Claimant], sheets: &[Sheet]) -> Vec<Range<usize>> {
    let begins = |page: usize| {
        is_apart(page, sheets)
            || claimants.iter().any(|claimant| {
                let claims = &claimant.model.claims;
                claimant.strengths[page].is_some()
                    && has_any(claims, &claims.first_page, &sheets[page])
            })
    };
    let mut starts: Vec<usize> = (0..sheets.len()).filter(|&page| begins(page)).collect();
    let before = 0..starts.first().copied().unwrap_or(0);
    let is_claimed = claimants.iter().any(|claimant| claimant.strength(&before).is_some());
    match starts.first_mut() {
        Some(first) if !is_claimed && !is_apart(*first, sheets) => *first = 0,
        Some(0) => {}
        Some(_) | None => starts.insert(0, 0),
    }
    let ends = starts.iter().skip(1).copied().chain([sheets.len()]);
    starts.iter().zip(ends).map(|(&start, end)| start..end).collect()
}

/// Tells whether a page begins a document because it or the one before is a region.
fn is_apart(page: usize, sheets: &[Sheet]) -> bool {
    sheets[page].region > 0 || page > 0 && sheets[page - 1].region > 0
}

/// Tells whether a page that nobody claims may continue one that a model owns.
pub(super) fn continues(claims: &Claims, sheet: &Sheet) -> bool {
    match &claims.continues {
        Continues::Never => false,
        Continues::Unclaimed => true,
        Continues::Marked(phrases) => has_any(claims, phrases, sheet),
    }
}

fn has_any(claims: &Claims, phrases: &[String], sheet: &Sheet) -> bool {
    let zone = claims.within.as_ref();
    phrases.iter().any(|phrase| claims::best(&Phrase::new(phrase), zone, sheet).is_some())
}
