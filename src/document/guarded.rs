//! A panic costs a page: it becomes a [`Failure`] of the stage that it happened in.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::failure::{Failure, Reason, Stage};

/// Does the work of a stage; if it panics, that is a failure with the panic's message. What the work holds must not be
/// used after that, or be whole at every moment.
pub(crate) fn guarded<T>(stage: Stage, work: impl FnOnce() -> T) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let what = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no message".to_owned());
        Failure::new(stage, Reason::Panicked, format!("panicked: {what}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_failure_that_says_what_it_said() {
        let failure = guarded(Stage::Decode, || panic!("row {} out of bounds", 7)).map(|(): ()| ());
        assert_eq!(failure.unwrap_err().to_string(), "decode: panicked: row 7 out of bounds");
        assert_eq!(guarded(Stage::Decode, || 5), Ok(5));
    }
}
