//! The checks of time, place, scene and reuse. Each looks at every after-photo and reports the worst it found, except
//! the scene: one picture that shows the place is enough, the others may be close-ups. It refuses to soften a figure.

use std::borrow::Cow;

use super::{Check, CheckName, Claim, Earlier, Outcome, Pair, Shot, Thresholds};
use crate::evidence::{EXIF_ACCURACY_M, spell_gap};
use crate::geo::datum::distance_m;
use crate::photo::change::{Change, Finding as Found};
use crate::reuse::Kind;
use crate::time::{MINUTE_MS, Moment};

/// What one photograph or one pair gave; of several the worst outcome counts, then the greatest strain.
pub(super) struct Finding {
    pub outcome: Outcome,
    pub strain: f64,
    pub measure: Option<f64>,
    pub threshold: f64,
    pub text: String,
}

impl Finding {
    fn unmeasured(threshold: f64, text: String) -> Self {
        Self { outcome: Outcome::Doubt, strain: f64::INFINITY, measure: None, threshold, text }
    }

    /// Makes it the result of the check `name`.
    pub(super) fn named(self, name: CheckName, unit: &'static str) -> Check {
        let Self { outcome, measure, threshold, text, .. } = self;
        Check { name, outcome, measure, threshold, unit: Cow::Borrowed(unit), text }
    }
}

/// The worst finding; of equals the first.
pub(super) fn worst(findings: impl Iterator<Item = Finding>) -> Option<Finding> {
    findings.reduce(|a, b| {
        let worse = b.outcome.cmp(&a.outcome).then(b.strain.total_cmp(&a.strain)).is_gt();
        if worse { b } else { a }
    })
}

/// `第2张处置后照片`.
pub(super) fn nth_after(index: usize) -> String {
    format!("第{}张处置后照片", index + 1)
}

pub(super) fn taken_after_dispatch(claim: &Claim<'_>, t: &Thresholds) -> Check {
    let threshold = -minutes(t.early_ms);
    let findings = claim.after.iter().enumerate().map(|(i, shot)| dated(i, shot, claim, t));
    worst(findings)
        .unwrap_or_else(|| Finding {
            outcome: Outcome::Fail,
            ..Finding::unmeasured(threshold, "没有处置后照片".to_owned())
        })
        .named(CheckName::TakenAfterDispatch, "分钟")
}

fn dated(index: usize, shot: &Shot<'_>, claim: &Claim<'_>, t: &Thresholds) -> Finding {
    let (who, exif, threshold) = (nth_after(index), shot.facts.meta.taken_at, -minutes(t.early_ms));
    let dispatched = claim.dispatched_at.short();
    let Some(at) = shot.captured_at.or(exif) else {
        return Finding::unmeasured(
            threshold,
            format!("{who}没有拍摄时间，无法证明摄于派单（{dispatched}）之后"),
        );
    };
    let offset = at.since(claim.dispatched_at);
    let (outcome, text) = match doubtful_time(at, exif, claim, t) {
        _ if offset < -t.early_ms => {
            let (gap, tolerated) = (spell_gap(offset), t.early_ms / MINUTE_MS);
            (
                Outcome::Fail,
                format!("{who}摄于 {}，比派单（{dispatched}）早{gap}（容许 {tolerated} 分钟）", at.short()),
            )
        }
        Some(why) => (Outcome::Doubt, format!("{who}{why}")),
        None if offset < 0 => {
            let (gap, tolerated) = (spell_gap(offset), t.early_ms / MINUTE_MS);
            (Outcome::Pass, format!("{who}摄于派单前{gap}，在容许的 {tolerated} 分钟之内"))
        }
        None => (Outcome::Pass, format!("{who}摄于派单（{dispatched}）后{}", spell_gap(offset))),
    };
    Finding { outcome, strain: -(offset as f64), measure: Some(minutes(offset)), threshold, text }
}

fn doubtful_time(at: Moment, exif: Option<Moment>, claim: &Claim<'_>, t: &Thresholds) -> Option<String> {
    let ahead = at.since(claim.submitted_at);
    if ahead > t.late_ms {
        let tolerated = t.late_ms / MINUTE_MS;
        return Some(format!("的拍摄时间比提交时间晚{}（容许 {tolerated} 分钟）", spell_gap(ahead)));
    }
    let gap = exif?.since(at);
    (gap.unsigned_abs() > t.time_gap_ms.unsigned_abs()).then(|| {
        let limit = t.time_gap_ms / MINUTE_MS;
        format!("自带的时间与上报的拍摄时间相差{}，超过 {limit} 分钟", spell_gap(gap))
    })
}

fn minutes(ms: i64) -> f64 {
    (ms as f64 / MINUTE_MS as f64 * 10.0).round() / 10.0
}

pub(super) fn inside_fence(claim: &Claim<'_>, t: &Thresholds) -> Check {
    let findings = claim.after.iter().enumerate().flat_map(|(i, shot)| located(i, shot, claim, t));
    worst(findings)
        .unwrap_or_else(|| Finding::unmeasured(t.fence_m, "没有处置后照片".to_owned()))
        .named(CheckName::InsideFence, "米")
}

/// The request's place and the one inside the file; either outside the fence is a doubt.
fn located(index: usize, shot: &Shot<'_>, claim: &Claim<'_>, t: &Thresholds) -> Vec<Finding> {
    let meta = &shot.facts.meta;
    let places = [(shot.place, shot.accuracy_m, "拍摄位置"), (meta.position, meta.accuracy_m, "自带的定位")];
    let found: Vec<Finding> = places
        .into_iter()
        .filter_map(|(place, accuracy, what)| Some((place?, accuracy.unwrap_or(EXIF_ACCURACY_M), what)))
        .map(|(place, accuracy, what)| {
            let slack = capped(accuracy, t) + capped(claim.spot_accuracy_m, t);
            let (metres, limit) = (distance_m(place, claim.spot), t.fence_m + slack);
            let inside = metres <= limit;
            let (outcome, verb) = if inside { (Outcome::Pass, "不超过") } else { (Outcome::Doubt, "超过") };
            let text = format!(
                "{}{what}距案件位置 {metres:.0} 米，{verb} {limit:.0} 米（围栏 {:.0} 米加定位误差 {slack:.0} 米）",
                nth_after(index),
                t.fence_m
            );
            let measure = metres.is_finite().then_some((metres * 10.0).round() / 10.0);
            Finding { outcome, strain: metres, measure, threshold: limit, text }
        })
        .collect();
    match found.is_empty() {
        true => {
            let text = format!("{}没有位置，无法证明摄于现场（围栏 {:.0} 米）", nth_after(index), t.fence_m);
            vec![Finding::unmeasured(t.fence_m, text)]
        }
        false => found,
    }
}

fn capped(accuracy_m: f64, t: &Thresholds) -> f64 {
    if accuracy_m >= 0.0 { accuracy_m.min(t.accuracy_cap_m) } else { 0.0 }
}

pub(super) fn same_scene(claim: &Claim<'_>, pairs: &[Pair], t: &Thresholds) -> Check {
    let threshold = f64::from(t.scene_inliers);
    let finding = match pairs.iter().max_by_key(|p| p.inliers) {
        None if claim.before.is_empty() => Finding::unmeasured(threshold, "没有处置前照片可比".to_owned()),
        None => Finding::unmeasured(threshold, "没有处置后照片可比".to_owned()),
        Some(p) => {
            let (n, limit) = (p.inliers, t.scene_inliers);
            let (outcome, text) = if n >= limit {
                let which = format!("{}与第{}张处置前照片", nth_after(p.after), p.before + 1);
                (Outcome::Pass, format!("{which}对上 {n} 处特征，达到 {limit} 处"))
            } else {
                (Outcome::Doubt, format!("与处置前照片最多对上 {n} 处特征，不足 {limit} 处，看不出是同一处"))
            };
            Finding { outcome, strain: 0.0, measure: Some(f64::from(n)), threshold, text }
        }
    };
    finding.named(CheckName::SameScene, "处")
}

/// One pair that shows the change is enough; pictures that can't be laid over each other show none.
pub(super) fn changed(pairs: &[Pair], t: &Thresholds) -> Check {
    let laid = || pairs.iter().filter_map(|pair| Some((pair, pair.change?)));
    let limits = |change: &Change| if change.marked { t.change.marked } else { t.change.unmarked };
    // Of two findings the one that shows more.
    let rank = |change: &Change| {
        [Found::Unclear, Found::Unchanged, Found::Changed].iter().position(|f| *f == change.finding)
    };
    let shown = laid().max_by(|(_, a), (_, b)| rank(a).cmp(&rank(b)).then(a.inside.total_cmp(&b.inside)));
    let Some((pair, change)) = shown else {
        let text = "前后照片无法对齐，看不出有什么变化".to_owned();
        return Finding::unmeasured(percent(t.change.unmarked.changed), text).named(CheckName::Changed, "%");
    };
    let part = if change.marked { "标出的问题区域" } else { "画面中部" };
    let which = format!("{}与第{}张处置前照片对齐后，{part}", nth_after(pair.after), pair.before + 1);
    let (inside, outside, limit) =
        (percent(change.inside), percent(change.outside), percent(limits(&change).changed));
    let (outcome, text) = match change.finding {
        Found::Changed => {
            (Outcome::Pass, format!("{which}有 {inside}% 变了样，达到 {limit}%（其余部分 {outside}%）"))
        }
        Found::Unchanged => {
            (Outcome::Doubt, format!("{which}只有 {inside}% 变了样，不足 {limit}%，问题可能还在"))
        }
        Found::Unclear if change.seen < t.change.seen => {
            let (seen, least) = (percent(change.seen), percent(t.change.seen));
            (Outcome::Doubt, format!("{which}只拍到 {seen}%，不足 {least}%，看不清有没有变化"))
        }
        Found::Unclear => (
            Outcome::Doubt,
            format!("{which}有 {inside}% 变了样，其余部分也有 {outside}%，看不清是不是问题没了"),
        ),
    };
    Finding { outcome, strain: 0.0, measure: Some(inside), threshold: limit, text }
        .named(CheckName::Changed, "%")
}

fn percent(share: f32) -> f64 {
    (f64::from(share) * 1000.0).round() / 10.0
}

pub(super) fn not_reused(claim: &Claim<'_>, pairs: &[Pair], t: &Thresholds) -> Check {
    let own = pairs.iter().filter_map(|p| resembles_before(p, claim, t));
    let other = claim.earlier.iter().filter_map(|e| resembles_earlier(e, claim, t));
    let nearest = pairs.iter().map(|p| p.bits.min(p.turned_bits).min(p.likeness.bits)).min().map(f64::from);
    worst(own.chain(other))
        .unwrap_or_else(|| Finding {
            outcome: Outcome::Pass,
            strain: 0.0,
            measure: nearest,
            threshold: f64::from(t.alike_bits),
            text: match nearest {
                Some(bits) => {
                    format!("不是用过的照片（最接近的指纹相差 {bits}/256 位，门槛 {} 位）", t.alike_bits)
                }
                None => "没有相同或相似的旧照片".to_owned(),
            },
        })
        .named(CheckName::NotReused, "位")
}

/// Against this ticket's before-photo: an honest retake from the same spot is alike, so only a copy fails.
fn resembles_before(p: &Pair, claim: &Claim<'_>, t: &Thresholds) -> Option<Finding> {
    let (before, after) = (claim.before.get(p.before)?, claim.after.get(p.after)?);
    let which = format!("第{}张处置前照片", p.before + 1);
    let who = nth_after(p.after);
    let copy = |how: String| format!("处置后照片就是处置前照片：{who}与{which}{how}");
    if before.sha256 == after.sha256 {
        return Some(alike(Outcome::Fail, 0, t.copy_bits, copy("文件完全相同".to_owned())));
    }
    let sure = certain(before, after);
    // What has visibly changed is no copy, however well its surroundings fit; but nobody's hand mirrors a street.
    let changed = p.change.is_some_and(|change| change.finding == Found::Changed);
    let excused = changed && !p.likeness.mirrored && p.likeness.bits > t.alike_bits;
    let told = p.likeness.kind >= Kind::Copy && !excused;
    if told && sure == Outcome::Fail {
        return Some(alike(sure, p.likeness.bits, t.copy_bits, copy(p.likeness.how())));
    }
    let (bits, turned) = (p.bits.min(p.turned_bits), if p.turned_bits < p.bits { "翻转后" } else { "" });
    let still = p.still_share();
    if bits <= t.copy_bits {
        let how = format!("{turned}指纹相差 {bits}/256 位，不超过 {} 位", t.copy_bits);
        return Some(alike(
            sure,
            bits,
            t.copy_bits,
            if sure == Outcome::Fail { copy(how) } else { too_alike(&who, &which, &how) },
        ));
    }
    let how = format!(
        "{turned}指纹相差 {bits}/256 位（门槛 {} 位），{:.0}% 的特征丝毫未动（门槛 {:.0}%）",
        t.alike_bits,
        still * 100.0,
        t.copy_share * 100.0
    );
    let unmoved = still >= t.copy_share;
    if bits <= t.own_bits && unmoved && sure == Outcome::Fail {
        return Some(alike(sure, bits, t.own_bits, copy(how)));
    }
    if bits <= t.alike_bits || unmoved {
        return Some(alike(Outcome::Doubt, bits, t.alike_bits, too_alike(&who, &which, &how)));
    }
    (p.likeness.kind >= Kind::Suspect && !excused).then(|| {
        let text = too_alike(&who, &which, &p.likeness.how());
        alike(Outcome::Doubt, p.likeness.bits, t.alike_bits, text)
    })
}

/// Against any photograph used before: the same bytes or a copy of another ticket's picture have no honest reason.
fn resembles_earlier(e: &Earlier, claim: &Claim<'_>, t: &Thresholds) -> Option<Finding> {
    let after = claim.after.get(e.after_index)?;
    if claim.before.iter().any(|b| *b.id == e.photo) {
        return None;
    }
    let who = nth_after(e.after_index);
    let which = match (&e.ticket, &e.number) {
        _ if e.same_ticket => "本案件此前用过的照片".to_owned(),
        (Some(_), Some(number)) => format!("另一案件 {number} 的照片"),
        (Some(_), None) => "另一案件的照片".to_owned(),
        (None, _) => "此前上传过的照片".to_owned(),
    };
    let (bits, how) = (e.likeness.bits, e.likeness.how());
    let outcome = match e.likeness.kind {
        Kind::SameBytes => return Some(alike(Outcome::Fail, 0, t.copy_bits, format!("{who}与{which}{how}"))),
        Kind::Copy => certain(after, after),
        Kind::Suspect => Outcome::Doubt,
        Kind::None => return None,
    };
    Some(match outcome {
        Outcome::Fail => alike(outcome, bits, t.copy_bits, format!("{who}就是{which}：{how}")),
        _ => alike(outcome, bits, t.alike_bits, too_alike(&who, &which, &how)),
    })
}

/// A fixed camera's pictures are all alike and a picture without detail is like any other: likeness alone is no proof.
fn certain(a: &Shot<'_>, b: &Shot<'_>) -> Outcome {
    let fixed = [a, b].iter().all(|s| s.channel == super::Channel::Device);
    let flat = [a, b].iter().any(|s| s.facts.prints.is_flat());
    if fixed || flat { Outcome::Doubt } else { Outcome::Fail }
}

fn too_alike(who: &str, which: &str, how: &str) -> String {
    format!("{who}与{which}过于相似：{how}")
}

fn alike(outcome: Outcome, bits: u32, limit: u32, text: String) -> Finding {
    let strain = -f64::from(bits);
    Finding { outcome, strain, measure: Some(f64::from(bits)), threshold: f64::from(limit), text }
}
