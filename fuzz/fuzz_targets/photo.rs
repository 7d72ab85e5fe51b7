//! The whole way of an uploaded picture, from the first byte to copies, prints and local features. Whatever comes out must
//! be an answer: an analysis whose copies can be opened, or a fault with words for a citizen.
#![no_main]

use domain::photo::{self, Codec, DISPLAY_SIDE, MEDIUM_SIDE, THUMB_SIDE};
use libfuzzer_sys::fuzz_target;

/// Longest side of a display copy, that of a picture passed through included.
const WIDEST: u32 = 1440;

/// A panic of a decoder is answered at the edge, one of the product's own lines is a find.
fn watch_panics() {
    std::panic::set_hook(Box::new(|panic| {
        if panic.location().is_some_and(|place| !place.file().contains("/registry/")) {
            eprintln!("{panic}");
            std::process::abort();
        }
    }));
}

fuzz_target!(init: watch_panics(), |bytes: &[u8]| {
    match photo::analyse(bytes) {
        Ok(found) => {
            let copies = [(&found.display, WIDEST.max(DISPLAY_SIDE)), (&found.medium, MEDIUM_SIDE)];
            for (copy, side) in copies.into_iter().chain([(&found.thumb, THUMB_SIDE)]) {
                let size = image::ImageReader::with_format(std::io::Cursor::new(copy), image::ImageFormat::Jpeg);
                let (width, height) = size.into_dimensions().expect("a copy is a JPEG");
                assert!(width.max(height) <= side, "{width} x {height} for {side}");
            }
            assert_eq!(photo::Scene::from_bytes(&found.scene.to_bytes()).as_ref(), Some(&found.scene));
        }
        Err(fault) => assert!(!fault.message().is_empty()),
    }
    // The way without C code takes the same files.
    let _any_answer_will_do = photo::develop(bytes, Codec::Rust);
});
