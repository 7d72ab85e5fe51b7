//! Files that are not the pictures they claim to be, and pictures that lie.

use std::time::{Duration, Instant};

use demo::client::{Client, Picture, text};
use serde_json::{Value, json};
use tests::{City, pictures, street};

use crate::chinese::{is_chinese, refused};
use crate::files::{Fraction, black_png, gps_block, heic, looping_block, with_exif};

/// Bytes by which the server may grow over one hostile picture.
const MOST_GROWTH_KB: u64 = 300 * 1024;

/// Uploads and waits until the worker has looked at it.
async fn examined(who: &Client, bytes: Vec<u8>) -> Value {
    let id = who.photo(&Picture::new(bytes)).await.expect("the file is taken in");
    let began = Instant::now();
    loop {
        let photo = who.get(&format!("/v1/photos/{id}")).await.expect("an answer").ok().expect("the photo");
        if text(&photo, "/state") != "pending" {
            return photo;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "nobody looks at the picture: {photo}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The picture could not be read, and a citizen is told what to do.
fn broken(photo: &Value, code: &str) {
    assert_eq!((text(photo, "/state"), text(photo, "/fault/code")), ("broken", code), "{photo}");
    let message = text(photo, "/fault/message");
    assert!(is_chinese(message) && message.contains('请'), "{message}");
}

#[tokio::test]
async fn a_file_is_judged_by_its_bytes_and_not_by_its_name() {
    let city = City::start().await;
    let citizen = city.citizen(1).await;
    let mut page = Picture::new(
        b"<html>this says it is a picture and is none, for more than sixty-four bytes</html>".to_vec(),
    );
    page.file_name = "photo.jpg".to_owned();
    refused(&citizen.upload(&page).await.expect("an answer"), 415, 41501);
    refused(&citizen.upload(&Picture::new(b"hello".to_vec())).await.expect("an answer"), 415, 41501);
    refused(&citizen.upload(&Picture::new(Vec::new())).await.expect("an answer"), 400, 40005);
    let iphone = citizen.upload(&Picture::new(heic())).await.expect("an answer");
    refused(&iphone, 415, 41501);
    assert!(iphone.message.contains("HEIC") && iphone.message.contains("兼容性最佳"), "{}", iphone.message);
    // A PNG under a JPEG's name and type is what its bytes say.
    let photo = examined(&citizen, black_png(64)).await;
    assert_eq!((text(&photo, "/format"), text(&photo, "/state")), ("png", "ready"), "{photo}");
    city.finish().await;
}

#[tokio::test]
async fn a_picture_that_was_cut_short_or_scribbled_on_is_broken_and_says_so() {
    let city = City::start().await;
    let citizen = city.citizen(1).await;
    let whole = pictures::heap();
    broken(&examined(&citizen, whole[..whole.len() / 2].to_vec()).await, "photo_truncated");
    let scribbled = [&whole[..4], &vec![0x5A; 5000][..]].concat();
    let photo = examined(&citizen, scribbled).await;
    assert_eq!(text(&photo, "/state"), "broken", "{photo}");
    // Who reports with it is asked for another picture.
    let report = street::heap_report(street::here(), 15.0, &[text(&photo, "/id").to_owned()]);
    let answer = citizen.report(&report, "with-a-broken-picture").await.expect("an answer");
    refused(&answer, 422, 42200);
    assert!(answer.message.contains("请重新上传"), "{}", answer.message);
    city.finish().await;
}

#[tokio::test]
async fn a_hundred_kilobytes_of_nine_hundred_megapixels_do_not_hurt_the_server() {
    let mut city = City::start().await;
    let citizen = city.citizen(1).await;
    // A first picture, so that what any picture takes is in the figure before.
    examined(&citizen, pictures::heap()).await;
    let process = city.api().id().expect("the server runs");
    let before = peak_kb(process);
    let bomb = black_png(30_000);
    assert!((90_000..130_000).contains(&bomb.len()), "{}", bomb.len());
    broken(&examined(&citizen, bomb).await, "photo_too_large");
    let grown = peak_kb(process).saturating_sub(before);
    assert!(grown < MOST_GROWTH_KB, "the server grew by {grown} kB");
    assert_eq!(text(&examined(&citizen, pictures::cleared()).await, "/state"), "ready");
    city.finish().await;
}

/// The most memory that a process ever held.
fn peak_kb(process: u32) -> u64 {
    let status =
        std::fs::read_to_string(format!("/proc/{process}/status")).expect("Linux tells about processes");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[tokio::test]
async fn a_position_that_cannot_be_is_an_unknown_position() {
    let city = City::start().await;
    let citizen = city.citizen(1).await;
    let (north, east): ([Fraction; 3], [Fraction; 3]) =
        ([(36, 1), (21, 1), (0, 1)], [(120, 1), (27, 1), (0, 1)]);
    let cases = [
        (gps_block([(213, 1), (0, 1), (0, 1)], east), "position_out_of_range"),
        (gps_block([(0, 1); 3], [(0, 1); 3]), "position_zero"),
        (gps_block([(36, 0), (21, 0), (0, 0)], east), "position_unreadable"),
        (gps_block(north, [(0, 0); 3]), "position_unreadable"),
    ];
    for (block, anomaly) in cases {
        let photo = examined(&citizen, with_exif(&pictures::heap(), &block)).await;
        assert_eq!(text(&photo, "/state"), "ready", "{photo}");
        assert_eq!(photo["facts"]["has_position"], json!(false), "{anomaly}: {photo}");
        assert_eq!(text(&photo, "/facts/anomalies/0/kind"), anomaly, "{photo}");
        assert!(is_chinese(text(&photo, "/facts/anomalies/0/label")), "{photo}");
    }
    let loops = examined(&citizen, with_exif(&pictures::heap(), &looping_block())).await;
    assert_eq!(
        (text(&loops, "/state"), &loops["facts"]["has_position"]),
        ("ready", &json!(false)),
        "{loops}"
    );
    let true_place = examined(&citizen, with_exif(&pictures::heap(), &gps_block(north, east))).await;
    assert_eq!(true_place["facts"]["has_position"], json!(true), "{true_place}");
    city.finish().await;
}
