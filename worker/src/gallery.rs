//! The stored pictures of a ticket as plain values for the judges: who is still waited for, who can be read, what each
//! witnesses. It refuses to decode anything.

use std::time::Duration;

use domain::evidence::Witness;
use domain::photo::{Facts, Look, Scene};
use domain::proof::Shot;
use domain::reuse::Picture;
use domain::time::Moment;
use store::repo::photos::{Photo, PhotoState};

/// The time between two looks whether a picture is analysed.
const LOOK_MS: i64 = 200;
const SLOWEST_LOOK_MS: i64 = 5_000;

/// When to look again, while a picture uploaded within `patience` still waits for its analysis: soon for a new one,
/// seldom for an old one.
pub(crate) fn look_again(photos: &[Photo], now: Moment, patience: Duration) -> Option<Moment> {
    let age = |photo: &Photo| now.since(photo.uploaded_at);
    let pending = photos.iter().filter(|photo| photo.state == PhotoState::Pending).map(age);
    let youngest = pending.min().filter(|age| u128::from(age.unsigned_abs()) < patience.as_millis())?;
    Some(now.plus_ms((youngest / 8).clamp(LOOK_MS, SLOWEST_LOOK_MS)))
}

/// What a readable picture shows.
pub(crate) fn seen(photo: &Photo) -> Option<(&Facts, &Scene)> {
    photo.facts.as_ref().zip(photo.scene.as_ref())
}

/// A readable picture as the search for reuse sees it.
pub(crate) fn picture(photo: &Photo) -> Option<Picture<'_>> {
    let (facts, scene) = seen(photo)?;
    Some(Picture { sha256: &photo.sha256, prints: &facts.prints, scene })
}

/// What the picture's own EXIF says, also that of a HEIC file.
pub(crate) fn witness(photo: &Photo) -> Witness {
    photo
        .meta
        .as_ref()
        .map_or_else(Witness::default, |meta| Witness { position: meta.position, taken_at: meta.taken_at })
}

/// When it was taken: by the request, else by the camera.
pub(crate) fn captured_at(photo: &Photo) -> Option<Moment> {
    photo.captured_at.or_else(|| photo.meta.as_ref()?.taken_at)
}

/// A readable picture as the proof sees it, `look` being how it looks.
pub(crate) fn shot<'a>(photo: &'a Photo, look: Option<&'a Look>) -> Option<Shot<'a>> {
    let (facts, scene) = seen(photo)?;
    let (place, accuracy_m) = match photo.at {
        Some(at) => (Some(at), photo.accuracy_m),
        None => (facts.meta.position, facts.meta.accuracy_m),
    };
    Some(Shot {
        id: &photo.id,
        sha256: &photo.sha256,
        facts,
        scene,
        look,
        region: photo.region,
        captured_at: photo.captured_at.or(facts.meta.taken_at),
        place,
        accuracy_m,
        channel: photo.channel,
    })
}

/// Why pictures can't be read, one Chinese sentence each, named as `what` and numbered in their order.
pub(crate) fn faults(photos: &[Photo], what: &str) -> Vec<String> {
    let unread = photos.iter().enumerate().filter(|(_, photo)| seen(photo).is_none());
    unread.map(|(i, photo)| format!("第{}张{what}{}", i + 1, explain(photo.fault.as_deref()))).collect()
}

fn explain(fault: Option<&str>) -> &'static str {
    match fault {
        Some("photo_empty") => "是空文件",
        Some("photo_not_a_picture") => "不是照片",
        Some("photo_heic") => "是 HEIC 格式，无法打开",
        Some("photo_too_large") => "像素过大，无法打开",
        Some("photo_truncated") => "没有传完整",
        Some("photo_unsupported") => "编码方式少见，无法打开",
        Some("photo_too_slow") => "分析超时，无法打开",
        Some("photo_missing") => "的文件已丢失",
        Some(_) => "已损坏，无法打开",
        None => "尚未分析完成",
    }
}
