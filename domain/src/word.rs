//! Word lists: the closed sets of names that code, database, API and people share, each name with its Chinese word. One
//! macro makes them all alike, so that a word is written and read in one way everywhere.

/// Makes an enum that is written in snake_case by serde and strum, and whose `label` is the Chinese word.
macro_rules! word {
    ($(#[$outer:meta])* $name:ident { $($(#[$inner:meta])* $variant:ident $label:literal),+ $(,)? }) => {
        $(#[$outer])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
            strum::Display, strum::EnumString, strum::IntoStaticStr, strum::VariantArray,
        )]
        #[serde(rename_all = "snake_case")]
        #[strum(serialize_all = "snake_case")]
        pub enum $name {
            $($(#[$inner])* $variant),+
        }

        impl $name {
            /// The Chinese word.
            pub const fn label(self) -> &'static str {
                match self {
                    $(Self::$variant => $label),+
                }
            }
        }
    };
}
