//! Types whose content must not end up in a log: their `Debug` is their name alone.

/// Writes `Debug` for types that hold secrets or a person's data.
macro_rules! redact_debug {
    ($($name:ident $(<$life:lifetime>)?),+ $(,)?) => {$(
        impl $(<$life>)? core::fmt::Debug for $name $(<$life>)? {
            fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                out.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+};
}
