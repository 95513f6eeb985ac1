//! What was learned from labelled pages: `NAME.learned.json` beside `NAME.toml`.
//!
//! Owns the file's format and whether it fits its model. `scanlift train` writes it, `load` reads
//! it, `extract` ranks candidates with it. Knows nothing of pages.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Calibration, RecordModel};

/// The format of the file; files of another one are not used.
const FORMAT: u32 = 1;

/// All that was learned for a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Learned {
    format: u32,
    /// Name of the model.
    pub model: String,
    /// The version of the model that it was learned with.
    pub version: u32,
    /// The words that rankers look for, folded, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// By field: how its candidates are ranked.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ranking: BTreeMap<String, Ranker>,
    /// How likely values are right, and which records are accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
}

/// How the candidates of a field are ranked: by the sum of the weights of the features that they
/// have. `extract` says which features there are.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ranker {
    /// By group of features: the weight of each.
    pub weights: BTreeMap<String, Vec<f32>>,
}

/// Why a learned file is not used.
#[derive(Debug, thiserror::Error)]
pub enum LearnedError {
    #[error("cannot be read: {0}")]
    Syntax(#[from] serde_json::Error),
    #[error("has format {found}, this program knows format {FORMAT}")]
    Format { found: u32 },
    #[error("was learned for model `{found}`, not for `{model}`")]
    Model { found: String, model: String },
    #[error("was learned for version {found} of `{model}`, which now has version {version}")]
    Version { found: u32, model: String, version: u32 },
    #[error("ranks field `{field}`, which `{model}` does not have")]
    Field { field: String, model: String },
    #[error("calibrates field `{field}`, which `{model}` does not have")]
    CalibratedField { field: String, model: String },
    #[error("{0}")]
    Calibration(String),
    #[error("ranks field `{field}`, for which `{model}` says `learn = false`")]
    Forbidden { field: String, model: String },
}

impl Learned {
    /// Returns what is known of a model of which nothing was learned yet.
    pub fn nothing(model: &RecordModel) -> Self {
        Self {
            format: FORMAT,
            model: model.name.clone(),
            version: model.version,
            words: Vec::new(),
            ranking: BTreeMap::new(),
            calibration: None,
        }
    }

    /// Reads the file's text and checks that it fits the model.
    ///
    /// # Errors
    /// It is not of this format, or of another model, another version or other fields.
    pub fn parse(text: &str, model: &RecordModel) -> Result<Self, LearnedError> {
        let learned: Self = serde_json::from_str(text)?;
        let name = || model.name.clone();
        if learned.format != FORMAT {
            return Err(LearnedError::Format { found: learned.format });
        }
        if learned.model != model.name {
            return Err(LearnedError::Model { found: learned.model, model: name() });
        }
        if learned.version != model.version {
            let (found, version) = (learned.version, model.version);
            return Err(LearnedError::Version { found, model: name(), version });
        }
        for field in learned.ranking.keys() {
            match model.fields.iter().find(|known| known.name == *field) {
                Some(known) if known.learn.is_some() => {}
                Some(_) => {
                    return Err(LearnedError::Forbidden { field: field.clone(), model: name() });
                }
                None => return Err(LearnedError::Field { field: field.clone(), model: name() }),
            }
        }
        if let Some(calibration) = &learned.calibration {
            let unknown = |field: &&String| !model.fields.iter().any(|known| known.name == **field);
            if let Some(field) = calibration.fields.keys().find(unknown) {
                return Err(LearnedError::CalibratedField { field: field.clone(), model: name() });
            }
            if let Some(mistake) = calibration.mistake() {
                return Err(LearnedError::Calibration(mistake));
            }
        }
        Ok(learned)
    }

    /// Returns the file's text.
    ///
    /// # Errors
    /// A number of it is not finite.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self).map(|text| text + "\n")
    }
}
