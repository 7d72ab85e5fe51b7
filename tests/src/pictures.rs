//! The pictures of the tests, drawn once a process: one heap from two sides, the same spot cleared, another place.

use std::sync::LazyLock;

use demo::draw::{
    ExifFields, PHONE, WECHAT, after, encode_jpeg, heap_before, heap_before_other_angle, other_place,
    wechat_compressed,
};
use domain::geo::datum::Wgs84;
use domain::time::Moment;
use image::RgbImage;

/// The street of the tests.
const SEED: u64 = 11;

fn messenger(picture: &RgbImage) -> Vec<u8> {
    wechat_compressed(picture).expect("a drawn picture is writable")
}

/// The heap, as WeChat compresses it.
pub fn heap() -> Vec<u8> {
    static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| messenger(&heap_before(SEED, WECHAT)));
    BYTES.clone()
}

/// The same heap from a few steps to the side.
pub fn heap_again() -> Vec<u8> {
    static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| messenger(&heap_before_other_angle(SEED, WECHAT)));
    BYTES.clone()
}

/// Another heap in another street.
pub fn other_heap() -> Vec<u8> {
    static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| messenger(&heap_before(SEED + 1, WECHAT)));
    BYTES.clone()
}

/// The first spot without the heap.
pub fn cleared() -> Vec<u8> {
    static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| messenger(&after(SEED, WECHAT)));
    BYTES.clone()
}

/// A clean spot in another place.
pub fn elsewhere() -> Vec<u8> {
    static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| messenger(&other_place(SEED, WECHAT)));
    BYTES.clone()
}

/// The heap as a 12-megapixel phone writes it: EXIF with time, place and orientation 6.
pub fn phone(place: Wgs84, taken_at: Moment) -> Vec<u8> {
    static PICTURE: LazyLock<RgbImage> = LazyLock::new(|| heap_before_other_angle(SEED, PHONE));
    let fields = ExifFields::phone(taken_at, Some((place.lon, place.lat)));
    encode_jpeg(&PICTURE, 85, Some(&fields)).expect("a drawn picture is writable")
}
