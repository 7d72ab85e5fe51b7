use image::imageops::{flip_horizontal, flip_vertical, rotate90, rotate180, rotate270};
use image::{ExtendedColorType, RgbImage};

use super::drawing::*;
use crate::photo::{Codec, Format, analyse, develop};

/// The picture as a device stores it so that `orientation` shows it upright.
fn stored(upright: &RgbImage, orientation: u16) -> RgbImage {
    match orientation {
        2 => flip_horizontal(upright),
        3 => rotate180(upright),
        4 => flip_vertical(upright),
        5 => flip_horizontal(&rotate90(upright)),
        6 => rotate270(upright),
        7 => flip_horizontal(&rotate270(upright)),
        8 => rotate90(upright),
        _ => upright.clone(),
    }
}

#[test]
fn all_eight_orientations_come_out_upright_and_alike() {
    let upright = street(1, 1600, 1000);
    for orientation in 1..=8 {
        let file =
            with_exif(&jpeg(&stored(&upright, orientation), 92), &block(&[self::orientation(orientation)]));
        let analysis = analyse(&file).unwrap();
        assert_eq!((analysis.facts.width, analysis.facts.height), (1600, 1000), "orientation {orientation}");
        let expected =
            [(&analysis.display, 1280, 800), (&analysis.medium, 640, 400), (&analysis.thumb, 320, 200)];
        for (copy, width, height) in expected {
            let wanted = image::imageops::thumbnail(&upright, width, height);
            let off = difference(&decode(copy), &wanted);
            assert!(off < 12.0, "orientation {orientation}, {width} px: {off}");
        }
    }
}

/// Segments of a JPEG as (marker, body), up to the first scan.
fn segments(jpeg: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let (mut at, mut found) = (2, Vec::new());
    loop {
        let length = usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        found.push((jpeg[at + 1], jpeg[at + 4..at + 2 + length].to_vec()));
        if jpeg[at + 1] == 0xDA {
            return found;
        }
        at += 2 + length;
    }
}

#[test]
fn no_copy_carries_metadata_of_any_kind() {
    let secret = b"SECRET-TRACK";
    let exif = [b"Exif\0\0".as_slice(), &block(&[text(exif::Tag::Make, "SECRET-TRACK")])].concat();
    let xmp = [b"http://ns.adobe.com/xap/1.0/\0".as_slice(), secret].concat();
    let icc = [b"ICC_PROFILE\0\x01\x01".as_slice(), secret].concat();
    let extra: [(u8, &[u8]); 7] = [
        (0xE1, &exif),
        (0xE1, &xmp),
        (0xE2, &icc),
        (0xE0, b"JFXX\0\x10SECRET-TRACK"),
        (0xED, b"Photoshop 3.0\0SECRET-TRACK"),
        (0xFE, secret),
        (0xEF, secret),
    ];
    for side in [900, 2000] {
        let mut file = with_segments(&jpeg(&street(2, side, side), 90), &extra);
        file.extend(b"\xFF\xD8\xFF\xE1 a second picture, SECRET-TRACK");
        let analysis = analyse(&file).unwrap();
        for copy in [&analysis.display, &analysis.medium, &analysis.thumb] {
            assert!(!copy.windows(secret.len()).any(|w| w == secret), "{side} px");
            for (marker, body) in segments(copy) {
                assert!(!matches!(marker, 0xE1..=0xEF | 0xFE), "marker {marker:02X} at {side} px");
                assert!(marker != 0xE0 || (body.starts_with(b"JFIF\0") && body.len() == 14));
            }
            assert!(copy.ends_with(&[0xFF, 0xD9]));
        }
    }
}

#[test]
fn a_small_upright_jpeg_is_shown_without_losing_a_pixel() {
    let picture = street(3, 1080, 1440);
    let file = with_exif(&jpeg(&picture, 80), &block(&[orientation(1)]));
    let analysis = analyse(&file).unwrap();
    assert_eq!(decode(&analysis.display), decode(&file));
    assert_eq!(decode(&analysis.medium).dimensions(), (480, 640));

    let turned = with_exif(&jpeg(&picture, 80), &block(&[orientation(3)]));
    assert_eq!(decode(&analyse(&turned).unwrap().display).dimensions(), (960, 1280));
}

#[test]
fn a_jpeg_in_unusual_colours_is_encoded_anew() {
    let picture = street(4, 300, 200);
    let file = jpeg(&picture, 90);
    let mut cmyk = Vec::new();
    let inks: Vec<u8> = picture.pixels().flat_map(|p| [255 - p[0], 255 - p[1], 255 - p[2], 0]).collect();
    jpeg_encoder::Encoder::new(&mut cmyk, 90).encode(&inks, 300, 200, jpeg_encoder::ColorType::Cmyk).unwrap();
    let analysis = analyse(&cmyk).unwrap();
    assert_eq!(segments(&analysis.display).iter().filter(|s| s.0 == 0xC0).map(|s| s.1[5]).next(), Some(3));
    let off = difference(&decode(&analysis.display), &decode(&file));
    assert!(off < 12.0, "{off}");
}

#[test]
fn a_tiny_picture_is_never_enlarged() {
    let analysis = analyse(&jpeg(&street(5, 40, 30), 90)).unwrap();
    for copy in [&analysis.display, &analysis.medium, &analysis.thumb] {
        assert_eq!(decode(copy).dimensions(), (40, 30));
    }
    assert!(analyse(&jpeg(&RgbImage::new(1, 1), 90)).is_ok());
    let ribbon = analyse(&jpeg(&RgbImage::new(11_000, 1), 90)).unwrap();
    assert_eq!(decode(&ribbon.thumb).dimensions(), (320, 1));
}

#[test]
fn every_kind_of_png_is_laid_over_white() {
    let wide = |samples: &[u16]| samples.iter().flat_map(|s| s.to_ne_bytes()).collect::<Vec<u8>>();
    let cases: [(Vec<u8>, ExtendedColorType, [u8; 3]); 8] = [
        (vec![100; 64], ExtendedColorType::L8, [100; 3]),
        ([0, 51].repeat(64), ExtendedColorType::La8, [204; 3]),
        ([200, 100, 0].repeat(64), ExtendedColorType::Rgb8, [200, 100, 0]),
        ([200, 100, 0, 0].repeat(64), ExtendedColorType::Rgba8, [255; 3]),
        (wide(&[25_700; 64]), ExtendedColorType::L16, [100; 3]),
        (wide(&[0, 0xFFFF].repeat(64)), ExtendedColorType::La16, [0; 3]),
        (wide(&[51_400, 25_700, 0].repeat(64)), ExtendedColorType::Rgb16, [200, 100, 0]),
        (wide(&[0, 0, 0, 13_107].repeat(64)), ExtendedColorType::Rgba16, [204; 3]),
    ];
    for (data, colour, wanted) in cases {
        let analysis = analyse(&png(&data, 8, 8, colour)).unwrap();
        assert_eq!(analysis.facts.format, Format::Png);
        let seen = decode(&analysis.display).get_pixel(4, 4).0;
        let close = seen.iter().zip(wanted).all(|(s, w)| s.abs_diff(w) <= 6);
        assert!(close, "{colour:?}: {seen:?}, wanted {wanted:?}");
    }
}

#[test]
fn a_webp_is_read_like_any_other_picture() {
    let picture = street(6, 700, 500);
    let analysis = analyse(&webp(&picture)).unwrap();
    assert_eq!((analysis.facts.format, analysis.facts.width), (Format::Webp, 700));
    assert!(difference(&decode(&analysis.display), &picture) < 10.0);
}

/// Chunks of a RIFF file.
fn riff(chunks: &[(&[u8], Vec<u8>)]) -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    for (kind, data) in chunks {
        body.extend(*kind);
        body.extend((data.len() as u32).to_le_bytes());
        body.extend(data);
        body.extend(std::iter::repeat_n(0, data.len() % 2));
    }
    [b"RIFF".as_slice(), &(body.len() as u32).to_le_bytes(), &body].concat()
}

#[test]
fn an_animated_webp_shows_its_first_frame_and_its_exif_is_read() {
    let frame = |seed| {
        let still = webp(&street(seed, 64, 48));
        // Offset 0,0; size less one; 100 ms; overwrite.
        [&[0, 0, 0, 0, 0, 0, 63, 0, 0, 47, 0, 0, 100, 0, 0, 2], &still[12..]].concat()
    };
    let file = riff(&[
        (b"VP8X", vec![0x0A, 0, 0, 0, 63, 0, 0, 47, 0, 0]),
        (b"ANIM", vec![255, 255, 255, 255, 0, 0]),
        (b"ANMF", frame(7)),
        (b"ANMF", frame(8)),
        (b"EXIF", block(&[text(exif::Tag::Model, "随手")])),
    ]);
    let analysis = analyse(&file).unwrap();
    assert!(difference(&decode(&analysis.display), &street(7, 64, 48)) < 16.0);
    assert_eq!(analysis.facts.meta.model.as_deref(), Some("随手"));
}

#[test]
fn the_planes_lie_upright_over_the_medium_copy() {
    let upright = street(9, 1001, 747);
    for orientation in 1..=8 {
        let file =
            with_exif(&jpeg(&stored(&upright, orientation), 92), &block(&[self::orientation(orientation)]));
        for codec in [Codec::Rust, Codec::BEST] {
            let (_, copies) = develop(&file, codec).unwrap();
            let shown = decode(&copies.medium);
            assert_eq!((copies.luma.width, copies.luma.height), shown.dimensions());
            let half = (shown.width().div_ceil(2), shown.height().div_ceil(2));
            assert!(copies.chroma.iter().all(|plane| (plane.width, plane.height) == half));
            let off: u64 = shown
                .pixels()
                .zip(&copies.luma.data)
                .map(|(p, &y)| {
                    let seen = (299 * u64::from(p[0]) + 587 * u64::from(p[1]) + 114 * u64::from(p[2])) / 1000;
                    seen.abs_diff(u64::from(y))
                })
                .sum();
            assert!(off / copies.luma.data.len() as u64 <= 4, "orientation {orientation}, {codec:?}");
        }
    }
}

#[test]
fn a_grey_picture_has_neutral_colour() {
    let grey = png(&[77; 600], 30, 20, ExtendedColorType::L8);
    let (_, copies) = develop(&grey, Codec::BEST).unwrap();
    assert!(copies.chroma.iter().all(|plane| plane.data == vec![128; 150]));
}

#[cfg(feature = "turbo")]
#[test]
fn both_codecs_make_the_same_copies() {
    for (seed, width, height) in [(10, 2600, 1950), (11, 1081, 1439), (12, 301, 227)] {
        let file = with_exif(&jpeg(&street(seed, width, height), 90), &block(&[orientation(6)]));
        let [(own, a), (other, b)] = [Codec::Rust, Codec::Turbo].map(|codec| develop(&file, codec).unwrap());
        assert_eq!((own.width, own.height), (other.width, other.height));
        for (a, b) in [(&a.display, &b.display), (&a.medium, &b.medium), (&a.thumb, &b.thumb)] {
            let off = difference(&decode(a), &decode(b));
            assert!(off < 6.0, "{width} x {height}: {off}");
        }
    }
}
