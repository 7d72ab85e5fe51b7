//! Is it a camera's picture, as far as a file can tell? Hints of editing, of a screenshot and of stripped data are added
//! up. It refuses to fail anybody: metadata is easily lost by honest means, so the worst answer is a doubt.

use super::checks::{Finding, nth_after, worst};
use super::{Check, CheckName, Claim, Outcome, Shot, Thresholds};
use crate::photo::Format;

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

const EDITED: f64 = 0.6;
const SCREEN_SIZE: f64 = 0.5;
const NOT_JPEG: f64 = 0.3;
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
    let sum = hints.iter().fold(0.0, |sum, (weight, _)| sum + weight).min(1.0);
    let outcome = if sum >= t.suspicion { Outcome::Doubt } else { Outcome::Pass };
    let listed = hints.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("、");
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
    found.extend(meta.anomalies.iter().map(|a| (ANOMALY, a.label().to_owned())));
    found
}

fn is_editor(software: &str) -> bool {
    let software = software.to_lowercase();
    EDITORS.iter().any(|name| software.contains(name))
}

fn is_screen(width: u32, height: u32) -> bool {
    SCREENS.contains(&(width.min(height), width.max(height)))
}
