//! The faces as `scripts/web` builds them. A release build carries them; a debug build reads the folders, so that pages
//! can be built without compiling anything. It refuses to know what HTTP is.

pub use rust_embed::{EmbeddedFile, RustEmbed};

/// The console; no files before it is built.
#[derive(RustEmbed)]
#[folder = "console/dist"]
#[allow_missing = true]
pub struct Console;

/// The citizens' pages for browsers; no files before they are built.
#[derive(RustEmbed)]
#[folder = "mini/dist/h5"]
#[allow_missing = true]
pub struct Citizens;
