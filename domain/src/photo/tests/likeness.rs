use image::imageops::{FilterType, flip_horizontal, resize, rotate90, rotate180, rotate270};
use image::{Rgb, RgbImage};

use super::drawing::*;
use crate::photo::hash::{Orientation, SAME_BITS, hamming, orient};
use crate::photo::scene::{MAX_POINTS, MAYBE_SCENE_INLIERS, SAME_SCENE_INLIERS, compare};
use crate::photo::{Analysis, Facts, Scene, analyse};

fn look(picture: &RgbImage, quality: u8) -> Analysis {
    analyse(&jpeg(picture, quality)).unwrap()
}

pub fn expose(picture: &RgbImage, gain: f32) -> RgbImage {
    let mut out = picture.clone();
    out.pixels_mut().for_each(|p| p.0 = p.0.map(|c| (f32::from(c) * gain) as u8));
    out
}

/// The same view through a camera moved a little: scaled, turned and shifted around the middle.
pub fn retake(picture: &RgbImage, scale: f32, angle: f32, shift: f32) -> RgbImage {
    let (w, h) = (picture.width() as f32, picture.height() as f32);
    let (sin, cos) = angle.sin_cos();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let (dx, dy) = ((x as f32 - w / 2.0) / scale, (y as f32 - h / 2.0) / scale);
        let (sx, sy) = (w / 2.0 + dx * cos - dy * sin + shift, h / 2.0 + dx * sin + dy * cos + shift / 2.0);
        image::imageops::interpolate_bilinear(picture, sx.clamp(0.0, w - 1.0), sy.clamp(0.0, h - 1.0))
            .unwrap_or(Rgb([0; 3]))
    })
}

/// Replaces the middle `share` of the area by something else.
fn mend(picture: &RgbImage, share: f64, seed: u64) -> RgbImage {
    let mut out = picture.clone();
    let side = share.sqrt();
    let (w, h) = ((f64::from(out.width()) * side) as u32, (f64::from(out.height()) * side) as u32);
    let patch = street(seed, w, h);
    let (left, top) = ((out.width() - w) / 2, (out.height() - h) / 2);
    image::imageops::replace(&mut out, &patch, left.into(), top.into());
    out
}

#[test]
fn a_picture_sent_again_looks_the_same_and_another_does_not() {
    let original = street(1, 1200, 900);
    let prints = look(&original, 90).facts.prints;
    let small = resize(&original, 480, 360, FilterType::Triangle);
    let again = [look(&original, 30), look(&small, 80), look(&expose(&original, 0.7), 80)];
    for copy in &again {
        let bits = hamming(&prints.phash, &copy.facts.prints.phash);
        assert!(bits <= SAME_BITS / 2, "{bits} bits");
    }
    for seed in 2..30 {
        let other = look(&street(seed, 640, 480), 85).facts.prints;
        let bits = prints.distance(&other);
        assert!(bits > SAME_BITS && !prints.looks_like(&other), "drawing {seed}: {bits} bits");
    }
}

#[test]
fn a_mirrored_or_turned_copy_is_recognised() {
    let original = street(1, 800, 600);
    let prints = look(&original, 90).facts.prints;
    let copies =
        [flip_horizontal(&original), rotate90(&original), rotate180(&original), rotate270(&original)];
    for (i, copy) in copies.iter().enumerate() {
        let other = look(copy, 70).facts.prints;
        assert!(hamming(&prints.phash, &other.phash) > SAME_BITS, "copy {i} must need its own hash");
        assert!(prints.distance(&other) <= SAME_BITS / 2, "copy {i}: {} bits", prints.distance(&other));
        assert!(other.distance(&prints) <= SAME_BITS / 2, "copy {i} the other way");
    }
    let clockwise = look(&rotate90(&original), 90).facts.prints;
    let turned = orient(&prints.phash, Orientation { mirrored: false, quarters: 1 });
    assert!(hamming(&turned, &clockwise.phash) < SAME_BITS / 2, "a quarter turns clockwise");
}

#[test]
fn pictures_of_nothing_do_not_look_like_each_other() {
    let black = look(&RgbImage::new(640, 480), 90);
    let noisy = |seed| {
        let mut dice = Dice::new(seed);
        look(&RgbImage::from_fn(640, 480, |_, _| Rgb([6 + dice.below(5) as u8; 3])), 90)
    };
    let (a, b) = (noisy(1), noisy(2));
    assert!(black.facts.prints.is_flat() && a.facts.prints.is_flat() && b.facts.prints.is_flat());
    assert!(!black.facts.prints.looks_like(&black.facts.prints));
    assert!(!a.facts.prints.looks_like(&b.facts.prints));
    assert!(compare(&a.scene, &b.scene).inliers < MAYBE_SCENE_INLIERS);
    let night = look(&expose(&street(3, 640, 480), 0.15), 85);
    assert!(!night.facts.prints.is_flat(), "a dark street is not nothing: {}", night.facts.prints.detail);
}

#[test]
fn a_mended_place_is_the_same_scene() {
    for seed in 1..6 {
        let before = street(seed, 1280, 960);
        let after = expose(&retake(&mend(&before, 0.45, seed + 100), 1.08, 0.06, 25.0), 0.8);
        let found = compare(&look(&before, 85).scene, &look(&after, 75).scene);
        assert!(found.inliers >= SAME_SCENE_INLIERS, "drawing {seed}: {found:?}");
        assert!((found.scale - 1.08).abs() < 0.03 && (found.angle + 0.06).abs() < 0.03, "{found:?}");
        assert!(found.still * 4 < found.matches, "a retake moves: {found:?}");
    }
}

#[test]
fn the_same_place_at_dusk_is_the_same_scene() {
    let before = street(1, 1280, 960);
    let dusk = expose(&retake(&before, 1.05, -0.05, 10.0), 0.15);
    let found = compare(&look(&before, 85).scene, &look(&dusk, 80).scene);
    assert!(found.inliers >= SAME_SCENE_INLIERS, "{found:?}");
}

#[test]
fn another_place_is_not_the_same_scene() {
    let scenes: Vec<Scene> = (1..13).map(|seed| look(&street(seed, 800, 600), 85).scene).collect();
    for (i, a) in scenes.iter().enumerate() {
        for b in &scenes[..i] {
            let found = compare(a, b);
            assert!(found.inliers < MAYBE_SCENE_INLIERS, "{found:?}");
        }
    }
}

#[test]
fn a_stamp_of_the_camera_app_does_not_make_two_places_one() {
    let stamp = street(77, 320, 120);
    let stamped = |seed| {
        let mut picture = street(seed, 1280, 960);
        image::imageops::replace(&mut picture, &stamp, 40, 800);
        look(&picture, 85).scene
    };
    let found = compare(&stamped(1), &stamped(2));
    assert!(found.inliers < MAYBE_SCENE_INLIERS, "{found:?}");
    let mut same = retake(&street(1, 1280, 960), 1.1, 0.0, 30.0);
    image::imageops::replace(&mut same, &stamp, 40, 800);
    let found = compare(&stamped(1), &look(&same, 85).scene);
    assert!(found.inliers >= SAME_SCENE_INLIERS, "{found:?}");
}

#[test]
fn a_picture_made_from_the_other_stands_still() {
    let before = street(4, 1280, 960);
    let found = compare(&look(&before, 85).scene, &look(&mend(&before, 0.1, 50), 70).scene);
    assert!(found.inliers >= SAME_SCENE_INLIERS && found.still * 10 > found.matches * 9, "{found:?}");
}

#[test]
fn a_scene_survives_its_bytes_and_nothing_else_is_read() {
    let scene = look(&street(5, 1280, 960), 85).scene;
    let bytes = scene.to_bytes();
    assert!(!scene.points.is_empty() && scene.points.len() <= MAX_POINTS && bytes.len() <= 48_000);
    assert_eq!(Scene::from_bytes(&bytes), Some(scene));
    assert_eq!(Scene::from_bytes(&bytes[..bytes.len() - 1]), None);
    for (at, value) in [(0, 9), (6, 255), (7 + 1, 255), (7 + 4, 200)] {
        let mut bad = bytes.clone();
        bad[at] = value;
        assert_eq!(Scene::from_bytes(&bad), None, "byte {at}");
    }
    let empty = look(&RgbImage::new(30, 30), 80).scene;
    assert_eq!(Scene::from_bytes(&empty.to_bytes()), Some(empty));
}

#[test]
fn facts_survive_json_and_hashes_are_hexadecimal() {
    let facts = look(&street(6, 320, 240), 85).facts;
    let json = serde_json::to_value(&facts).unwrap();
    assert_eq!(json["prints"]["phash"].as_str().map(str::len), Some(64));
    assert_eq!(serde_json::from_value::<Facts>(json.clone()).unwrap(), facts);
    let mut bad = json;
    bad["prints"]["phash"] = "+".repeat(64).into();
    assert!(serde_json::from_value::<Facts>(bad).is_err());
}

#[test]
fn the_mirrored_scene_is_that_of_the_mirrored_picture() {
    let picture = street(3, 800, 600);
    let (scene, mirrored) = (look(&picture, 90).scene, look(&flip_horizontal(&picture), 90).scene);
    let found = compare(&mirrored, &scene.mirrored());
    assert!(found.inliers >= 100 && found.still * 10 > found.matches * 9, "{found:?}");
    let map = found.map.unwrap();
    for at in [[100.0, 100.0], [320.0, 240.0], [600.0, 400.0]] {
        let [x, y] = map.apply(at).unwrap();
        assert!((x - at[0]).hypot(y - at[1]) < 2.0, "{at:?} goes to {x}, {y}");
    }
    assert_eq!(scene.mirrored().mirrored(), scene);
}
