//! Identifiers: opaque text (UUIDv7 made at the edge), one type per thing so that they can't be mixed up.

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps the text of an identifier.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text as stored and sent.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }
    )+};
}

ids! {
    /// A person who can log in: citizen or staff.
    AccountId,
    /// A case (案件).
    TicketId,
    /// A submission (上报).
    ReportId,
    /// An uploaded picture.
    PhotoId,
    /// A unit's code (责任单位), as imported.
    DepartmentCode,
    /// A grid's code (网格) inside its layer, as imported.
    GridCode,
    /// A category's code (类别), as imported.
    CategoryCode,
    /// A standard's code (立结案标准), as imported.
    StandardCode,
}
