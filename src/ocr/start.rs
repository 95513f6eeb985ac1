//! What an engine is started with: whether the native recognizer can be used, and what is wrong with settings.
//!
//! The engine, the comparison of engines and the command line ask it.

use super::languages::{self, LineReaders};
use super::native_problem::NativeProblem;
use super::{EngineChoice, EngineSettings, Kernel, NetworkChoice, SecondNetwork};

/// Starts the native recognizers of the languages.
pub(super) fn line_readers(settings: &EngineSettings) -> Result<LineReaders, NativeProblem> {
    let languages = &settings.languages;
    let kernel = kernel(settings)
        .map_err(|what| NativeProblem::Unsupported { languages: languages.clone(), what })?;
    LineReaders::start(settings, kernel)
}

/// Starts the recognizers of the languages with the networks of the language data alone.
pub(super) fn stock_readers(settings: &EngineSettings) -> Result<LineReaders, String> {
    let stock = EngineSettings {
        network: NetworkChoice::Stock,
        second_network: SecondNetwork::Off,
        ..settings.clone()
    };
    line_readers(&stock).map_err(|problem| problem.to_string())
}

/// Returns what is wrong with the settings, with a hint, or `None` if an engine can start.
pub fn engine_problem(settings: &EngineSettings) -> Option<String> {
    if let Some(problem) = languages::language_problem(&settings.languages) {
        return Some(problem);
    }
    let is_native = settings.engine != EngineChoice::Tesseract;
    let kernel = kernel(settings);
    if let (true, Some(_), Err(problem)) = (is_native, settings.kernel, &kernel) {
        return Some(format!(
            "--kernel: {problem}\nhint: `scanlift engine list` shows what it has"
        ));
    }
    let only_tesseract = match (is_native, &kernel) {
        (false, _) => Some("Tesseract reads in all its languages at a time"),
        (true, Err(problem)) => Some(problem.as_str()),
        (true, Ok(_)) => None,
    };
    if let (Some(why), true) = (only_tesseract, settings.languages == languages::AUTO) {
        return Some(format!(
            "`{}`: languages: only the native engine chooses among them: {why}\nhint: name the languages, such as `--languages eng+deu`",
            languages::AUTO
        ));
    }
    if let SecondNetwork::Of(name) = &settings.second_network
        && let Some(problem) = languages::language_problem(name)
    {
        return Some(problem);
    }
    match settings.engine {
        EngineChoice::Native => line_readers(settings).err().map(|problem| problem.to_string()),
        EngineChoice::Auto | EngineChoice::Tesseract => None,
    }
}

fn kernel(settings: &EngineSettings) -> Result<Kernel, String> {
    let available = Kernel::available();
    match (settings.kernel, available.first()) {
        (Some(kernel), _) if available.contains(&kernel) => Ok(kernel),
        (Some(kernel), _) => Err(format!("this processor has no {kernel}")),
        // Without vector instructions Tesseract is faster.
        (None, Some(Kernel::Scalar) | None) => {
            Err("this processor has neither AVX2 nor AVX-512".to_owned())
        }
        (None, Some(&fastest)) => Ok(fastest),
    }
}
