use domain::dedupe::{self, Sighting};
use domain::geo::datum::Wgs84;
use domain::id::PhotoId;
use domain::photo::{Analysis, analyse, hash::hamming};
use domain::proof::{self, Channel, CheckName, Claim, Outcome, Shot, verify};
use domain::time::{HOUR_MS, Moment};

use super::*;

const NOON: Moment = Moment::from_ms(1_790_000_000_000);
const SPOT: Wgs84 = Wgs84 { lon: 120.447, lat: 36.389 };

/// What the server knows of a picture that came through the mini-program.
fn seen(picture: &RgbImage) -> Analysis {
    analyse(&wechat_compressed(picture).unwrap()).unwrap()
}

fn judge(before: &Analysis, after: &Analysis) -> proof::Verdict {
    let ids = [PhotoId::from("before"), PhotoId::from("after")];
    let claim = Claim {
        before: vec![taken(&ids[0], before, NOON)],
        after: vec![taken(&ids[1], after, NOON.plus_ms(2 * HOUR_MS))],
        dispatched_at: NOON.plus_ms(HOUR_MS),
        submitted_at: NOON.plus_ms(2 * HOUR_MS),
        spot: SPOT,
        spot_accuracy_m: 20.0,
        earlier: Vec::new(),
    };
    verify(&claim, &proof::Thresholds::default())
}

fn taken<'a>(id: &'a PhotoId, seen: &'a Analysis, at: Moment) -> Shot<'a> {
    Shot {
        id,
        sha256: id.as_str(),
        facts: &seen.facts,
        scene: &seen.scene,
        look: Some(&seen.look),
        region: None,
        captured_at: Some(at),
        place: Some(SPOT),
        accuracy_m: Some(15.0),
        channel: Channel::MiniProgram,
    }
}

#[test]
fn a_true_fix_of_a_drawn_place_is_proven_and_a_lie_is_not() {
    for seed in [1, 2, 3] {
        let before = seen(&heap_before(seed, WECHAT));
        let fixed = judge(&before, &seen(&after(seed, WECHAT)));
        assert_eq!(fixed.outcome, Outcome::Pass, "seed {seed}: {:?}", fixed.reasons());

        let resent = analyse(&encode_jpeg(&heap_before(seed, (600, 800)), 60, None).unwrap()).unwrap();
        let reused = judge(&before, &resent);
        assert_eq!(reused.outcome, Outcome::Fail);
        assert!(reused.reasons()[0].contains("处置后照片就是处置前照片"), "{:?}", reused.reasons());

        let elsewhere = judge(&before, &seen(&other_place(seed, WECHAT)));
        assert_eq!(elsewhere.outcome, Outcome::Doubt, "seed {seed}");
        assert_eq!(elsewhere.check(CheckName::SameScene).unwrap().outcome, Outcome::Doubt);
        assert_eq!(elsewhere.check(CheckName::Changed).unwrap().outcome, Outcome::Doubt);
        assert_eq!(elsewhere.reasons().len(), 2);
    }
}

#[test]
fn the_second_citizens_picture_of_the_heap_is_enough_to_merge_without_a_word() {
    let (first, second) = (seen(&heap_before(7, WECHAT)), seen(&heap_before_other_angle(7, WECHAT)));
    let other = seen(&other_place(7, WECHAT));
    let twelve_metres_north = Wgs84 { lat: SPOT.lat + 12.0 / 111_195.0, ..SPOT };
    let score = |new: &Analysis| {
        let new = sighting(new, twelve_metres_north, NOON.plus_ms(HOUR_MS));
        dedupe::score(&new, &sighting(&first, SPOT, NOON), &dedupe::Thresholds::default()).verdict
    };
    assert_eq!(score(&second), dedupe::Verdict::Merge);
    assert_eq!(score(&other), dedupe::Verdict::Ask);
}

fn sighting(seen: &Analysis, at: Wgs84, seen_at: Moment) -> Sighting<'_> {
    Sighting {
        at,
        accuracy_m: 20.0,
        category: Some("0101"),
        seen_at,
        open: true,
        prints: std::slice::from_ref(&seen.facts.prints),
        scenes: std::slice::from_ref(&seen.scene),
        words: "",
        reporter: None,
        on_duty: false,
    }
}

#[test]
fn a_seed_is_a_place_and_the_same_picture_for_ever() {
    let picture = heap_before(5, (120, 160));
    assert_eq!(picture, heap_before(5, (120, 160)));
    assert_ne!(picture, heap_before(6, (120, 160)));
}

#[test]
fn a_phone_picture_stands_upright_and_says_where_and_when_whatever_its_orientation() {
    let picture = heap_before(4, (300, 400));
    let plain = analyse(&encode_jpeg(&picture, 88, None).unwrap()).unwrap();
    for orientation in 1..=8 {
        let fields = ExifFields { orientation, ..ExifFields::phone(NOON, Some((SPOT.lon, -SPOT.lat))) };
        let seen = analyse(&encode_jpeg(&picture, 88, Some(&fields)).unwrap()).unwrap().facts;
        assert_eq!((seen.width, seen.height, u16::from(seen.meta.orientation)), (300, 400, orientation));
        assert_eq!((seen.meta.taken_at, seen.meta.make.as_deref()), (Some(NOON), Some("Demo")));
        let position = seen.meta.position.unwrap();
        assert!(
            (position.lon - SPOT.lon).abs() < 1e-7 && (position.lat + SPOT.lat).abs() < 1e-7,
            "{position:?}"
        );
        assert_eq!(seen.meta.anomalies, []);
        let apart = hamming(&seen.prints.phash, &plain.facts.prints.phash);
        assert!(apart <= 8, "orientation {orientation}: {apart} bits");
    }
}

#[test]
fn a_messenger_shrinks_a_twelve_megapixel_picture_and_strips_what_it_says() {
    let picture = heap_before(2, PHONE);
    assert_eq!(picture.dimensions(), PHONE);
    let bytes = wechat_compressed(&picture).unwrap();
    let facts = analyse(&bytes).unwrap().facts;
    assert_eq!((facts.width, facts.height), WECHAT);
    assert_eq!((facts.meta.taken_at, facts.meta.position, facts.meta.make), (None, None, None));
    assert!(bytes.len() < 700_000, "{} bytes", bytes.len());
}

#[test]
fn a_picture_without_pixels_is_not_written() {
    assert!(encode_jpeg(&RgbImage::new(0, 0), 80, None).is_err());
}
