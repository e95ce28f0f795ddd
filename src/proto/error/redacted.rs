//! Types whose content must not be in a log: their `Debug` prints the type's name alone.

/// Implements `Debug` for types that hold secrets or a user's data.
macro_rules! redact_debug {
    ($($name:ident $(<$life:lifetime>)?),+ $(,)?) => {$(
        impl $(<$life>)? core::fmt::Debug for $name $(<$life>)? {
            fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                out.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+};
}
