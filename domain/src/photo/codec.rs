//! The seam between the pipeline and whoever reads and writes JPEG: Rust alone, or libjpeg-turbo where the feature `turbo`
//! is built in. Both give planes and take planes. It refuses nothing; [`super::container`] has refused before.

use super::planes::Planes;
use super::{Fault, jpeg};

/// Who does the JPEG work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// Rust alone.
    Rust,
    /// libjpeg-turbo; what it does not take is left to Rust.
    #[cfg(feature = "turbo")]
    Turbo,
}

impl Codec {
    /// The fastest one built in.
    #[cfg(feature = "turbo")]
    pub const BEST: Self = Self::Turbo;
    /// The fastest one built in.
    #[cfg(not(feature = "turbo"))]
    pub const BEST: Self = Self::Rust;

    /// Decodes a surveyed JPEG and shrinks it so that its longest side is at most `side` pixels, colour to half of that.
    pub(super) fn decode(self, bytes: &[u8], layout: &jpeg::Layout, side: u32) -> Result<Planes, Fault> {
        match self {
            Self::Rust => super::rust::decode(bytes, layout, side),
            #[cfg(feature = "turbo")]
            Self::Turbo => super::turbo::decode(bytes, layout, side),
        }
    }

    /// Encodes planes whose colour has half their size, at a quality of 1–100.
    pub(super) fn encode(self, planes: &Planes, quality: u8) -> Result<Vec<u8>, Fault> {
        match self {
            Self::Rust => super::rust::encode(planes, quality),
            #[cfg(feature = "turbo")]
            Self::Turbo => super::turbo::encode(planes, quality),
        }
    }
}
