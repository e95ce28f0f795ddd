//! One hint, and the macro that makes a group of hints out of rows.

use crate::proto::error::blame::Reader;

/// The hint of a code, for each reader.
#[derive(Debug)]
pub(super) struct Hint {
    /// The summary of what happened.
    pub(super) summary: &'static str,
    /// The advice, and the readers that it is for.
    pub(super) advice: &'static [(&'static [Reader], &'static str)],
}

/// Makes the function `find` of a group out of rows: the code, what happened, then each advice
/// behind its readers.
macro_rules! hints {
    ($($name:ident $summary:literal $($($reader:ident)+ $advice:literal)+;)+) => {
        /// The hint of a code. Returns `None` for a code of another group.
        pub(super) fn find(code: Code) -> Option<&'static Hint> {
            Some(match code {
                $(Code::$name => &Hint {
                    summary: $summary,
                    advice: &[$((&[$(Reader::$reader,)+], $advice),)+],
                },)+
                _ => return None,
            })
        }
    };
}
