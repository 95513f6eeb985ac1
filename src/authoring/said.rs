//! What a record says, field by field, and how two records differ.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::document::{PageNumber, TypedRecord};
use crate::model::RecordModel;

/// What a record says: the texts of its values by field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The page it starts on.
    pub page: PageNumber,
    /// From 1 within the page or document.
    pub row: u32,
    /// `None` where the field has no value.
    pub values: BTreeMap<String, Option<String>>,
}

/// A field of which two records say different things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    pub field: String,
    pub old: Option<String>,
    pub new: Option<String>,
}

impl Said {
    /// Takes the values out of a record of this model.
    pub fn of(model: &RecordModel, record: &TypedRecord) -> Self {
        let values = model.fields.iter().zip(&record.record.fields).map(|(spec, field)| {
            (spec.name.clone(), field.value.as_ref().map(ToString::to_string))
        });
        Self { page: record.record.page, row: record.record.row_number, values: values.collect() }
    }

    /// Returns the value of a field; `None` also for a field that the record does not have.
    pub fn value(&self, field: &str) -> Option<&str> {
        self.values.get(field)?.as_deref()
    }

    /// Returns the fields of which a newer record says something else, by name.
    pub fn changes(&self, newer: &Self) -> Vec<Change> {
        let names: BTreeSet<&String> = self.values.keys().chain(newer.values.keys()).collect();
        let different = names.into_iter().filter(|name| self.value(name) != newer.value(name));
        different
            .map(|name| Change {
                field: name.clone(),
                old: self.value(name).map(str::to_owned),
                new: newer.value(name).map(str::to_owned),
            })
            .collect()
    }
}
