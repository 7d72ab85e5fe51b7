//! Is it a camera's picture, as far as a file can tell? Named hints of generation, editing, screenshots, stripped and
//! contradicting data, each with its weight, are put together. It refuses to fail anybody: metadata is easily lost by honest means, so the worst answer is a doubt.

use super::checks::{Finding, nth_after, worst};
use super::{Check, CheckName, Claim, Outcome, Shot, Thresholds};
use crate::photo::{Format, Trace};
use crate::sun::altitude_deg;

/// Names that picture editors leave in the software tag, lower case.
const EDITORS: [&str; 22] = [
    "photoshop",
    "lightroom",
    "gimp",
    "snapseed",
    "picsart",
    "meitu",
    "美图",
    "醒图",
    "xingtu",
    "vsco",
    "faceu",
    "b612",
    "canva",
    "pixelmator",
    "affinity",
    "acdsee",
    "光影",
    "paint.net",
    "imagemagick",
    "黄油相机",
    "capcut",
    "剪映",
];

/// Sides in pixels (short, long) of widely sold phone screens; a camera's sensor has none of these.
const SCREENS: [(u32, u32); 24] = [
    (640, 1136),
    (750, 1334),
    (720, 1520),
    (720, 1600),
    (720, 1612),
    (828, 1792),
    (1080, 2160),
    (1080, 2220),
    (1080, 2280),
    (1080, 2310),
    (1080, 2316),
    (1080, 2340),
    (1080, 2376),
    (1080, 2388),
    (1080, 2400),
    (1080, 2412),
    (1125, 2436),
    (1170, 2532),
    (1179, 2556),
    (1206, 2622),
    (1242, 2688),
    (1284, 2778),
    (1290, 2796),
    (1440, 3200),
];

/// The sun is surely down below this height, degrees, and no street lamp reaches this exposure value.
const NIGHT_DEG: f64 = -8.0;
const DAYLIGHT_EV: f64 = 12.0;

const SUNLESS: f64 = 0.4;
const EDITED: f64 = 0.6;
const SCREEN_SIZE: f64 = 0.5;
const NOT_JPEG: f64 = 0.4;
const STRIPPED: f64 = 0.5;
const ANOMALY: f64 = 0.2;

pub(super) fn from_camera(claim: &Claim<'_>, t: &Thresholds) -> Check {
    let findings = claim.after.iter().enumerate().map(|(i, shot)| weigh(i, shot, t));
    worst(findings)
        .unwrap_or_else(|| Finding {
            outcome: Outcome::Doubt,
            strain: 0.0,
            measure: None,
            threshold: t.suspicion,
            text: "没有处置后照片".to_owned(),
        })
        .named(CheckName::FromCamera, "分")
}

fn weigh(index: usize, shot: &Shot<'_>, t: &Thresholds) -> Finding {
    let hints = hints(shot);
    // Independent hints: what is left of the trust after each of them.
    let trust: f64 = hints.iter().map(|(weight, _)| 1.0 - weight).product();
    let sum = ((1.0 - trust) * 100.0).round() / 100.0;
    let outcome = if sum >= t.suspicion { Outcome::Doubt } else { Outcome::Pass };
    let listed =
        hints.iter().map(|(weight, text)| format!("{text}（{weight}）")).collect::<Vec<_>>().join("、");
    let text = match (hints.is_empty(), outcome) {
        (true, _) => format!("{}未见编辑或截屏痕迹（可疑度 0，门槛 {}）", nth_after(index), t.suspicion),
        (false, Outcome::Pass) => {
            format!("{}{listed}，可疑度 {sum:.2}，低于门槛 {}", nth_after(index), t.suspicion)
        }
        (false, _) => format!("{}{listed}，可疑度 {sum:.2}，达到门槛 {}", nth_after(index), t.suspicion),
    };
    Finding { outcome, strain: sum, measure: Some(sum), threshold: t.suspicion, text }
}

fn hints(shot: &Shot<'_>) -> Vec<(f64, String)> {
    let (facts, meta) = (shot.facts, &shot.facts.meta);
    let mut found = Vec::new();
    if let Some(software) = meta.software.as_deref().filter(|s| is_editor(s)) {
        let brief: String = software.chars().take(40).collect();
        found.push((EDITED, format!("经图片编辑软件处理（{brief}）")));
    }
    if is_screen(facts.width, facts.height) {
        found.push((SCREEN_SIZE, format!("尺寸与手机屏幕相同（{}×{}）", facts.width, facts.height)));
    }
    if facts.format != Format::Jpeg {
        found.push((NOT_JPEG, "不是相机常用的 JPEG 格式".to_owned()));
    }
    let bare = meta.taken_at.is_none() && meta.make.is_none() && meta.model.is_none();
    if bare && shot.channel.carries_exif() {
        found.push((STRIPPED, "缺少应有的拍摄信息".to_owned()));
    }
    let expected = shot.channel.carries_exif();
    let counts = |trace: &&Trace| **trace != Trace::Progressive || expected;
    // The software tag and XMP are two witnesses of one edit.
    let told = |trace: &&Trace| **trace == Trace::Edited && found.iter().any(|(weight, _)| *weight == EDITED);
    let traces: Vec<_> = meta.traces.iter().filter(counts).filter(|trace| !told(trace)).collect();
    found.extend(traces.into_iter().map(|trace| (trace.weight(), trace.label().to_owned())));
    found.extend(sunless(shot));
    found.extend(meta.anomalies.iter().map(|a| (ANOMALY, a.label().to_owned())));
    found
}

/// Settings of full daylight at a time of night, by the picture's own time and place.
fn sunless(shot: &Shot<'_>) -> Option<(f64, String)> {
    let meta = &shot.facts.meta;
    let (ev, at, when) = (meta.brightness_ev?, meta.position.or(shot.place)?, meta.taken_at?);
    let height = altitude_deg(at, when);
    (height < NIGHT_DEG && ev >= DAYLIGHT_EV)
        .then(|| (SUNLESS, format!("拍摄时太阳在地平线下 {:.0}°，曝光却是白天的亮度（EV {ev:.0}）", -height)))
}

fn is_editor(software: &str) -> bool {
    let software = software.to_lowercase();
    EDITORS.iter().any(|name| software.contains(name))
}

fn is_screen(width: u32, height: u32) -> bool {
    SCREENS.contains(&(width.min(height), width.max(height)))
}
