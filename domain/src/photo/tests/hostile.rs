use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::drawing::*;
use crate::photo::{Anomaly, Fault, Format, Scene, analyse, sniff};

/// Head of a PNG of any size and `data` as its only data chunk.
fn png_of(width: u32, height: u32, kind: u8, depth: u8, data: &[u8]) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\x0DIHDR".to_vec();
    file.extend([width.to_be_bytes(), height.to_be_bytes()].concat());
    file.extend([depth, kind, 0, 0, 0]);
    let checksum = crc(&file[12..]);
    file.extend(checksum.to_be_bytes());
    file.extend((data.len() as u32).to_be_bytes());
    let start = file.len();
    file.extend([b"IDAT", data].concat());
    let checksum = crc(&file[start..]);
    file.extend(checksum.to_be_bytes());
    file
}

/// CRC-32 of PNG, bit by bit.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |c, _| if c & 1 == 1 { c >> 1 ^ 0xEDB8_8320 } else { c >> 1 })
    })
}

#[test]
fn a_file_is_judged_by_its_bytes_only() {
    let picture = street(1, 64, 48);
    assert_eq!(sniff(&jpeg(&picture, 80)), Some(Format::Jpeg));
    assert_eq!(sniff(&webp(&picture)), Some(Format::Webp));
    assert_eq!(sniff(&png(&[0; 4], 2, 2, image::ExtendedColorType::L8)), Some(Format::Png));
    assert_eq!(sniff(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic"), Some(Format::Heic));
    assert_eq!(sniff(b"\0\0\0\x18ftypmsf1\0\0\0\0hevc"), Some(Format::Heic));
    for other in [
        b"\0\0\0\x1cftypavif\0\0\0\0avifmif1".as_slice(),
        b"\0\0\0\x18ftypisom\0\0\0\0isommp42",
        b"GIF89a",
        b"%PDF-1.7",
        b"<svg xmlns=",
        b"MZ",
        b"RIFF\0\0\0\0WAVE",
        b"\xFF\xD8",
    ] {
        assert_eq!(analyse(other).unwrap_err(), Fault::NotAPicture);
    }
    assert_eq!(analyse(&[]).unwrap_err(), Fault::Empty);
}

#[test]
fn a_picture_beyond_the_limits_is_refused_from_its_header() {
    let started = Instant::now();
    let huge = png_of(30_000, 30_000, 2, 8, &vec![0; 100_000]);
    assert_eq!(analyse(&huge).unwrap_err(), Fault::TooLarge { width: 30_000, height: 30_000 });
    let deep = png_of(8_000, 8_000, 6, 16, &vec![0; 100_000]);
    assert_eq!(analyse(&deep).unwrap_err(), Fault::TooLarge { width: 8_000, height: 8_000 });

    let mut wide = jpeg(&street(1, 64, 48), 80);
    let frame = wide.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    wide[frame + 5..frame + 9].copy_from_slice(&[0xFF; 4]);
    assert_eq!(analyse(&wide).unwrap_err(), Fault::TooLarge { width: 65_535, height: 65_535 });
    // 60 megapixels: fine in one scan, too much with the coefficients of a progressive file.
    wide[frame + 1] = 0xC2;
    wide[frame + 5..frame + 9].copy_from_slice(&[0x1F, 0x40, 0x1D, 0x4C]);
    assert!(!matches!(analyse(&wide), Err(Fault::TooLarge { .. })), "a single scan keeps no coefficients");
    let scan = wide.windows(2).position(|w| w == [0xFF, 0xDA]).unwrap();
    let again = wide[scan..].to_vec();
    wide.truncate(wide.len() - 2);
    wide.extend(again);
    assert_eq!(analyse(&wide).unwrap_err(), Fault::TooLarge { width: 7_500, height: 8_000 });
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_file_cut_short_anywhere_is_refused() {
    let file = with_exif(&jpeg(&street(2, 200, 150), 85), &block(&[orientation(6)]));
    for length in (3..file.len()).step_by(97).chain([file.len() - 1, file.len() - 2]) {
        let fault = analyse(&file[..length]).unwrap_err();
        assert_eq!(fault, Fault::Truncated, "{length} of {} bytes", file.len());
    }
    let picture = street(2, 64, 48);
    for whole in [webp(&picture), png(picture.as_raw(), 64, 48, image::ExtendedColorType::Rgb8)] {
        for length in (16..whole.len() - 12).step_by(211) {
            assert!(analyse(&whole[..length]).is_err(), "{length} of {} bytes", whole.len());
        }
    }
}

#[test]
fn a_jpeg_of_endless_scans_or_another_process_is_refused() {
    let file = jpeg(&street(3, 64, 48), 80);
    let scan = file.windows(2).position(|w| w == [0xFF, 0xDA]).unwrap();
    let mut endless = file[..file.len() - 2].to_vec();
    (0..60).for_each(|_| endless.extend(&file[scan..file.len() - 2]));
    endless.extend([0xFF, 0xD9]);
    assert_eq!(analyse(&endless).unwrap_err(), Fault::Unsupported("扫描次数过多"));
    let frame = file.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    let processes = [(0xC3, "无损压缩"), (0xC5, "分层编码"), (0xC9, "算术编码"), (0xCA, "算术编码")];
    for (process, why) in processes {
        let mut other = file.clone();
        other[frame + 1] = process;
        let fault = analyse(&other).unwrap_err();
        assert_eq!(fault, Fault::Unsupported(why));
        assert!(fault.message().contains(why));
    }
    let mut deep = file;
    deep[frame + 4] = 12;
    assert_eq!(analyse(&deep).unwrap_err(), Fault::Unsupported("每色不是 8 位"));
}

#[test]
fn a_jpeg_of_thousands_of_tiny_segments_is_refused() {
    let file = jpeg(&street(3, 64, 48), 80);
    let some = with_segments(&file, &vec![(0xE5, b"x".as_slice()); 1_000]);
    assert!(analyse(&some).is_ok());
    let many = with_segments(&file, &vec![(0xE5, b"x".as_slice()); 20_000]);
    assert_eq!(analyse(&many).unwrap_err(), Fault::Unsupported("数据段过多"));
}

#[test]
fn a_large_picture_of_many_scans_is_refused_before_it_is_decoded() {
    let mut file = jpeg(&street(3, 64, 48), 80);
    let frame = file.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    file[frame + 1] = 0xC2;
    file[frame + 5..frame + 9].copy_from_slice(&[0x1B, 0x58, 0x1B, 0x58]);
    let scan = file.windows(2).position(|w| w == [0xFF, 0xDA]).unwrap();
    let again = file[scan..file.len() - 2].to_vec();
    file.truncate(file.len() - 2);
    (0..15).for_each(|_| file.extend(&again));
    file.extend([0xFF, 0xD9]);
    assert_eq!(analyse(&file).unwrap_err(), Fault::Unsupported("扫描次数过多"));
}

fn anomalies(block: &[u8]) -> Vec<Anomaly> {
    analyse(&with_exif(&jpeg(&street(1, 16, 16), 80), block)).unwrap().facts.meta.anomalies
}

#[test]
fn directories_that_loop_end() {
    let mut itself = block(&[orientation(1)]);
    itself[22..26].copy_from_slice(&8u32.to_le_bytes());
    assert_eq!(anomalies(&itself), [Anomaly::ExifDamaged]);
    // Exif, GPS and interoperability pointers back to the first directory.
    for tag in [0x8769u16, 0x8825, 0xA005] {
        let mut child = b"II\x2A\0\x08\0\0\0\x01\0".to_vec();
        child.extend(tag.to_le_bytes());
        child.extend(b"\x04\0\x01\0\0\0\x08\0\0\0\0\0\0\0");
        assert!(anomalies(&child).len() <= 1);
    }
}

#[test]
fn a_block_built_to_exhaust_its_reader_is_not_read() {
    // Five thousand pointers, each to another offset inside the list itself: 25 million entries when followed.
    let mut block = b"II\x2A\0\x08\0\0\0\x88\x13".to_vec();
    for i in 0..5_000u32 {
        block.extend(0x8769u16.to_le_bytes());
        block.extend(b"\x04\0\x01\0\0\0");
        block.extend((10 + 12 * i).to_le_bytes());
    }
    assert_eq!(anomalies(&block), [Anomaly::ExifRefused]);

    let plain = png(&[9; 12], 4, 3, image::ExtendedColorType::L8);
    let large = vec![0; 300_000];
    let chunk = [&300_000u32.to_be_bytes(), b"eXIf".as_slice(), &large, &[0; 4]].concat();
    let facts = analyse(&[&plain[..33], &chunk, &plain[33..]].concat()).unwrap().facts;
    assert_eq!(facts.meta.anomalies, [Anomaly::ExifRefused]);
}

#[test]
fn every_fault_has_a_code_and_tells_a_citizen_what_to_do() {
    let faults = [
        Fault::Empty,
        Fault::NotAPicture,
        Fault::Heic(Box::default()),
        Fault::TooLarge { width: 1, height: 2 },
        Fault::Truncated,
        Fault::Unsupported("算术编码"),
        Fault::Broken("inner".to_owned()),
    ];
    let codes: std::collections::BTreeSet<_> = faults.iter().map(Fault::code).collect();
    assert_eq!(codes.len(), faults.len());
    assert!(faults.iter().all(|f| f.message().contains("请") && !f.message().contains("inner")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn random_bytes_behind_any_signature_are_an_answer_not_a_panic(
        tail in prop::collection::vec(any::<u8>(), 0..2_000),
        head in prop::sample::select(vec![
            b"".as_slice(), b"\xFF\xD8\xFF\xE1", b"\x89PNG\r\n\x1a\n\0\0\0\x0DIHDR", b"RIFF\x20\0\0\0WEBPVP8 ",
            b"\0\0\0\x18ftypheic",
        ]),
    ) {
        let _any_answer_will_do = analyse(&[head, tail.as_slice()].concat());
        let _any_answer_will_do = Scene::from_bytes(&tail);
    }

    #[test]
    fn a_mutated_jpeg_is_an_answer_not_a_panic(changes in prop::collection::vec((0usize..6_000, any::<u8>()), 1..12)) {
        let mut fields = gps([(36, 1); 3], "N", [(120, 1); 3], "E");
        fields.extend([orientation(6), text(exif::Tag::DateTimeOriginal, "2026:02:16 09:30:00")]);
        let mut file = with_exif(&jpeg(&street(9, 96, 64), 60), &block(&fields));
        let length = file.len();
        changes.iter().for_each(|&(at, byte)| file[at % length] = byte);
        if let Ok(analysis) = analyse(&file) {
            prop_assert!(decode(&analysis.thumb).width() <= 320);
        }
    }

    #[test]
    fn a_mutated_exif_block_is_an_answer_not_a_panic(changes in prop::collection::vec((0usize..400, any::<u8>()), 1..8)) {
        let mut fields = gps([(36, 1); 3], "N", [(120, 1); 3], "E");
        fields.extend([orientation(6), text(exif::Tag::DateTimeOriginal, "2026:02:16 09:30:00")]);
        let mut block = block(&fields);
        let length = block.len();
        changes.iter().for_each(|&(at, byte)| block[at % length] = byte);
        let meta = crate::photo::meta::read(Some(&block), (32, 24));
        prop_assert!((1..=8).contains(&meta.orientation));
    }
}
