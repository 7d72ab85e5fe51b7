use image::RgbImage;

use super::drawing::*;
use super::likeness::{expose, retake};
use crate::photo::change::{Bounds, Finding, Region, compare};
use crate::photo::{Analysis, analyse, scene};

const W: u32 = 960;
const H: u32 = 720;
const PLACE: Region = Region { x: 0.35, y: 0.45, width: 0.3, height: 0.3 };

/// A street with something of many colours lying in [`PLACE`].
fn littered(seed: u64) -> RgbImage {
    let mut picture = street(seed, W, H);
    let patch = street(seed + 900, (W as f32 * PLACE.width) as u32, (H as f32 * PLACE.height) as u32);
    let (left, top) = ((W as f32 * PLACE.x) as i64, (H as f32 * PLACE.y) as i64);
    image::imageops::replace(&mut picture, &patch, left, top);
    picture
}

fn look(picture: &RgbImage) -> Analysis {
    analyse(&jpeg(picture, 85)).unwrap()
}

fn find(before: &RgbImage, after: &RgbImage, region: Option<&Region>) -> crate::photo::change::Change {
    let (before, after) = (look(before), look(after));
    let map = scene::compare(&before.scene, &after.scene).map.expect("the same street");
    compare(&before.look, &after.look, &map, region, &Bounds::default()).0
}

#[test]
fn a_heap_that_is_gone_is_a_change_by_another_light_and_from_another_step() {
    for seed in 1..9 {
        let after = expose(&retake(&street(seed, W, H), 1.04, 0.02, 12.0), 0.8);
        let found = find(&littered(seed), &after, Some(&PLACE));
        assert_eq!(found.finding, Finding::Changed, "drawing {seed}: {found:?}");
        assert!(found.inside > found.outside + 0.3 && found.seen > 0.9, "drawing {seed}: {found:?}");
    }
}

#[test]
fn a_heap_that_is_still_there_is_never_a_change_and_mostly_known_to_be_there() {
    let mut known = 0;
    for seed in 1..9 {
        let after = expose(&retake(&littered(seed), 0.97, -0.02, -9.0), 1.15);
        let marked = find(&littered(seed), &after, Some(&PLACE));
        assert_ne!(marked.finding, Finding::Changed, "drawing {seed}: {marked:?}");
        known += usize::from(marked.finding == Finding::Unchanged);
        let unmarked = find(&littered(seed), &after, None);
        assert_ne!(unmarked.finding, Finding::Changed, "drawing {seed}: {unmarked:?}");
    }
    assert!(known >= 4, "{known} of 8");
}

#[test]
fn a_change_in_the_middle_is_seen_without_a_mark() {
    for seed in 1..9 {
        let found = find(&littered(seed), &retake(&street(seed, W, H), 1.02, 0.01, 6.0), None);
        assert_eq!(found.finding, Finding::Changed, "drawing {seed}: {found:?}");
    }
}

#[test]
fn a_change_elsewhere_is_none_of_the_marked_part() {
    let corner = Region { x: 0.0, y: 0.0, width: 0.2, height: 0.25 };
    let found = find(&littered(4), &street(4, W, H), Some(&corner));
    assert_eq!(found.finding, Finding::Unchanged, "{found:?}");
}

#[test]
fn what_the_second_picture_does_not_show_is_not_guessed() {
    let before = littered(5);
    let upper = image::imageops::crop_imm(&street(5, W, H), 0, 0, W, H / 2).to_image();
    let (a, b) = (look(&before), look(&upper));
    let map = scene::compare(&a.scene, &b.scene).map.expect("the same street");
    let low = Region { x: 0.3, y: 0.7, width: 0.4, height: 0.3 };
    let (found, cells) = compare(&a.look, &b.look, &map, Some(&low), &Bounds::default());
    assert_eq!((found.finding, found.seen), (Finding::Unclear, 0.0));
    assert_eq!(cells.cells.len(), a.look.columns() * a.look.rows());
    assert!(cells.cells.last().unwrap().is_none() && cells.cells.iter().flatten().count() > 0);
}

#[test]
fn a_region_is_a_part_of_the_picture() {
    assert!(PLACE.is_sound() && Region::MIDDLE.is_sound());
    for (x, width) in [(-0.1, 0.5), (0.6, 0.5), (0.2, 0.0), (f32::NAN, 0.5)] {
        assert!(!Region { x, width, ..PLACE }.is_sound());
    }
}
