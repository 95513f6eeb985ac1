//! Who owns a page or document: of the models that claim it, those of the highest priority, and of
//! these the one whose claims are fulfilled best. Where one document ends and the next begins.

use std::ops::Range;

use super::claims;
use super::sheet::Sheet;
use crate::model::{Claims, Continues, RecordModel, Scope};

/// Claims whose doubts (1 less the strength) differ by less than this share are equally good: the
/// page has two owners, and a person must decide. It is half a letter of a phrase.
const TIE: f32 = 0.02;

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

/// Takes from models of whole documents the pages that models of pages or rows claim better.
pub(super) fn leave_to_pages(
    claimants: &mut [Claimant],
    models: &[&RecordModel],
    sheets: &[Sheet],
) {
    for (page, sheet) in sheets.iter().enumerate() {
        if claimants.iter().all(|claimant| claimant.strengths[page].is_none()) {
            continue;
        }
        let rivals = models.iter().filter_map(|model| {
            Some((model.claims.priority, claims::strength(&model.claims, sheet)?))
        });
        let rivals: Vec<(i32, f32)> = rivals.collect();
        for claimant in claimants.iter_mut() {
            let Some(own) = claimant.strengths[page] else { continue };
            let mut all = vec![(None, own)];
            all.extend(rivals.iter().map(|&(priority, strength)| (Some(priority), strength)));
            let priority = claimant.model.claims.priority;
            let owners = best(all, |rival| rival.unwrap_or(priority));
            if !owners.contains(&None) {
                claimant.strengths[page] = None;
            }
        }
    }
}

/// Returns the models that own a page; several only if they are equally good. Where no model of pages
/// or rows claims it, those of whole documents are not asked unless `all` are.
pub(super) fn of_page<'m>(
    models: &'m [RecordModel],
    sheet: &Sheet,
    all: bool,
) -> Vec<&'m RecordModel> {
    let claim = |model: &'m RecordModel| Some((model, claims::strength(&model.claims, sheet)?));
    let (of_documents, of_pages): (Vec<&RecordModel>, Vec<&RecordModel>) =
        models.iter().partition(|model| model.scope == Scope::Document);
    let mut claims: Vec<(&RecordModel, f32)> = of_pages.into_iter().filter_map(claim).collect();
    if all || !claims.is_empty() {
        claims.extend(of_documents.into_iter().filter_map(claim));
    }
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
    claims.retain(|(_, strength)| 1.0 - most >= (1.0 - strength) * (1.0 - TIE));
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
    phrases.iter().any(|phrase| claims::best(phrase, zone, sheet).is_some())
}
