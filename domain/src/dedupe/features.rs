//! The parts of a likeness: each measure shaped into a value from −1 to 1 and a Chinese sentence. It refuses to add them up.

use super::{Feature, Kinship, Measures, NEAR_M, Thresholds};
use crate::evidence::spell_gap;
use crate::photo::scene::{MAYBE_SCENE_INLIERS, SAME_SCENE_INLIERS};
use crate::time::DAY_MS;

/// Two fixes closer than this are the same point of a map or an address book; two walks of a phone never are; metres.
const SAME_POINT_M: f64 = 0.5;
/// Sightings closer in time than this are simultaneous; milliseconds.
const AT_ONCE_MS: f64 = 10_000.0;
/// At this gap a second sending from one point is even odds to be a second thing; milliseconds.
const RESENT_MS: f64 = 30_000.0;
/// So much of their characters any two complaints have in common.
const CHANCE_WORDS: f64 = 0.3;
/// With so many rivals a place says nothing any more (a square, a city hall, a default point).
const CROWD: f64 = 20.0;

/// Everything that speaks for or against, in the order in which it is shown.
pub fn features(m: &Measures, t: &Thresholds) -> Vec<Feature> {
    vec![
        near(m, t),
        twice(m, t),
        kin(m, t),
        soon(m, t),
        crowded(m, t),
        duty(m, t),
        alike(m, t),
        said(m, t),
        teller(m, t),
    ]
}

fn feature(name: &str, label: &str, value: f64, weight: f64, text: String) -> Feature {
    let value = if value.is_finite() { value.clamp(-1.0, 1.0) } else { -1.0 };
    Feature { name: name.to_owned(), label: label.to_owned(), value, weight, text }
}

/// Full agreement well inside the scale, none on it, full disagreement far outside; the scale grows with the accuracies.
fn near(m: &Measures, t: &Thresholds) -> Feature {
    let scale = NEAR_M + m.slack_m / 2.0;
    let value = 2.0 / (1.0 + (m.distance_m / scale).powi(4)) - 1.0;
    let text = format!("相距 {:.0} 米（两处定位误差合计 {:.0} 米）", m.distance_m, m.slack_m);
    feature("distance", "距离", value, t.weights.distance, text)
}

fn kin(m: &Measures, t: &Thresholds) -> Feature {
    let (value, text) = match m.kinship {
        Kinship::Same => (1.0, "类别相同"),
        Kinship::Family => (0.4, "大类相同，小类不同"),
        Kinship::Different => (-1.0, "类别不同"),
        Kinship::Unknown => (0.0, "至少一方类别未定"),
    };
    feature("category", "类别", value, t.weights.category, text.to_owned())
}

/// The logarithm of the gap, since a minute beside an hour says as much as a day beside a month: 1 at once, −1 after the window.
fn soon(m: &Measures, t: &Thresholds) -> Feature {
    let window = f64::from(t.window_days.max(1)) * DAY_MS as f64;
    let grown = |ms: f64| (ms / AT_ONCE_MS).ln_1p();
    let value = 1.0 - 2.0 * grown(m.gap_ms as f64) / grown(window);
    feature("time", "时间", value, t.weights.time, format!("相隔{}", spell_gap(m.gap_ms)))
}

/// What comes from one point of a map within seconds was sent twice; a minute later the point says no more than its distance.
fn twice(m: &Measures, t: &Thresholds) -> Feature {
    let same = m.distance_m < SAME_POINT_M;
    let value = if same { 1.0 / (1.0 + (m.gap_ms as f64 / RESENT_MS).powi(2)) } else { 0.0 };
    let text = match same {
        true => format!("定位点完全相同，相隔{}", spell_gap(m.gap_ms)),
        false => "定位点不同".to_owned(),
    };
    feature("twice", "连续重复提交", value, t.weights.twice, text)
}

/// The more of the kind around, the less any one of them is meant.
fn crowded(m: &Measures, t: &Thresholds) -> Feature {
    let value = -(f64::from(m.rivals).ln_1p() / CROWD.ln_1p());
    let text = match m.rivals {
        0 => "附近没有其他同类在办案件".to_owned(),
        n => format!("附近另有 {n} 件同类在办案件"),
    };
    feature("crowd", "同类密度", value, t.weights.crowd, text)
}

/// A patrol that enters two things in one place has seen two things.
fn duty(m: &Measures, t: &Thresholds) -> Feature {
    let text = if m.on_duty { "双方均为巡查发现" } else { "并非双方均为巡查发现" };
    feature("duty", "来源", f64::from(u8::from(m.on_duty)), t.weights.duty, text.to_owned())
}

/// Pictures can agree; a picture from elsewhere says nothing, since a wide change of viewpoint looks the same.
fn alike(m: &Measures, t: &Thresholds) -> Feature {
    let by_bits = m.bits.map_or(0.0, |bits| {
        let span = f64::from(t.unlike_bits.saturating_sub(t.same_bits).max(1));
        (f64::from(t.unlike_bits) - f64::from(bits)) / span
    });
    let floor = f64::from(MAYBE_SCENE_INLIERS) - 1.0;
    let by_scene =
        m.inliers.map_or(0.0, |n| (f64::from(n) - floor) / (f64::from(SAME_SCENE_INLIERS) - floor));
    let text = match (m.bits, m.inliers) {
        (None, None) => "至少一方没有照片可比".to_owned(),
        (bits, inliers) => {
            let bits = bits.map(|b| format!("照片指纹相差 {b}/256 位"));
            let inliers = inliers.map(|n| format!("画面对上 {n} 处特征"));
            [bits, inliers].into_iter().flatten().collect::<Vec<_>>().join("，")
        }
    };
    let value = by_bits.max(by_scene).clamp(0.0, 1.0).sqrt();
    feature("look", "画面", value, t.weights.look, text)
}

/// Only what goes beyond chance counts: different problems of one street share as many words as two descriptions of one.
fn said(m: &Measures, t: &Thresholds) -> Feature {
    let (value, text) = match m.words {
        None => (0.0, "至少一方没有文字描述".to_owned()),
        Some(j) => {
            (((j - CHANCE_WORDS) / (1.0 - CHANCE_WORDS)).max(0.0), format!("描述用词重合 {:.0}%", j * 100.0))
        }
    };
    feature("words", "描述", value, t.weights.words, text)
}

fn teller(m: &Measures, t: &Thresholds) -> Feature {
    let (value, text) = match m.same_reporter {
        Some(true) => (1.0, "同一人上报"),
        Some(false) => (0.0, "不同的人上报"),
        None => (0.0, "上报人不详"),
    };
    feature("reporter", "上报人", value, t.weights.reporter, text.to_owned())
}
