//! The clock's arithmetic in Chinese, for the person it judges. It refuses figures that don't add up: minutes are
//! cut off a running sum, so that every printed addition holds as printed.

use super::interval::IntervalKind;
use super::limit::Limit;
use super::reckon::{ClockState, PauseReason, Reckoning};
use crate::time::{HOUR_MS, MINUTE_MS};
use strum::VariantArray as _;

/// At most so many addends are printed in one line.
const ADDENDS: usize = 8;

/// The arithmetic of `clock`, which was started with `limit`, one statement a line; nothing for an idle clock.
pub fn explain(clock: &Reckoning, limit: Limit) -> Vec<String> {
    if clock.state == ClockState::Idle {
        return Vec::new();
    }
    let (base, allowed) = (minutes(clock.limit_ms), minutes(clock.allowed_ms));
    let mut lines = vec![format!("时限 {} = {base} 分", limit.label())];
    if allowed != base {
        lines.push(format!(
            "延期 {} 分，共 {base} 分 + {} 分 = {allowed} 分",
            allowed - base,
            allowed - base
        ));
    }
    if let Some(cap) = clock.cap_at {
        lines.push(format!("上级交办时限 {}，与时限取早者，暂停与延期均不顺延", cap.short()));
    }
    lines.push(used_line(clock));
    for &why in PauseReason::VARIANTS {
        lines.extend(pause_line(clock, why));
    }
    lines.push(balance_line(clock, allowed, minutes(clock.used_ms)));
    lines.push(due_line(clock));
    lines.push(format!("总历时 {}（含非工作时间与暂停）", spell(clock.total_ms)));
    lines
}

fn used_line(clock: &Reckoning) -> String {
    let mut sum = 0;
    let counted = clock.intervals.iter().filter(|i| i.kind == IntervalKind::Counted);
    let parts: Vec<String> = counted
        .map(|interval| {
            let before = minutes(sum);
            sum += interval.counted_ms;
            format!("{} 分", minutes(sum) - before)
        })
        .collect();
    let total = minutes(clock.used_ms);
    match parts.len() {
        0 | 1 => format!("已用 {total} 分"),
        2..=ADDENDS => format!("已用 {} = {total} 分", parts.join(" + ")),
        n => format!("已用 {total} 分（共 {n} 段，见明细）"),
    }
}

fn pause_line(clock: &Reckoning, why: PauseReason) -> Option<String> {
    let paused = clock.intervals.iter().filter(|i| i.kind == IntervalKind::Paused { why });
    let (count, ms) = paused.fold((0, 0), |(n, ms), i| (n + 1, ms + i.to.since(i.from)));
    (count > 0).then(|| format!("{}暂停 {count} 次，共 {}，不计入", why.label(), spell(ms)))
}

fn balance_line(clock: &Reckoning, allowed: i64, used: i64) -> String {
    match (clock.late, clock.late_since) {
        (true, Some(since)) if is_capped(clock) => {
            format!("超过上级交办时限（自 {} 起，自然时间 {}）", since.short(), spell(clock.late_ms))
        }
        (true, Some(since)) => {
            let over = used - allowed;
            let natural = spell(clock.late_ms);
            format!(
                "超期 {used} 分 − {allowed} 分 = {over} 分（自 {} 起，自然时间 {natural}）",
                since.short()
            )
        }
        _ => format!("剩余 {allowed} 分 − {used} 分 = {} 分", allowed - used),
    }
}

/// Whether the authority's deadline is the one in force.
fn is_capped(clock: &Reckoning) -> bool {
    clock.cap_at.is_some() && clock.cap_at == clock.due_at
}

fn due_line(clock: &Reckoning) -> String {
    match (clock.state, clock.due_at) {
        (_, Some(due)) if is_capped(clock) => format!("到期 {}（上级交办时限）", due.short()),
        (ClockState::Paused, _) => "到期 暂停中，恢复后重新推算".to_owned(),
        (_, Some(due)) => format!("到期 {}", due.short()),
        (_, None) => "到期 在二十年之后".to_owned(),
    }
}

const fn minutes(ms: i64) -> i64 {
    ms.div_euclid(MINUTE_MS)
}

/// A length of time in Chinese: `2小时30分`, `45分`, `12秒`; below a second `0分`.
pub(super) fn spell(ms: i64) -> String {
    let ms = ms.max(0);
    let parts = [(ms / HOUR_MS, "小时"), (ms % HOUR_MS / MINUTE_MS, "分"), (ms % MINUTE_MS / 1000, "秒")];
    let text: String = parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n}{unit}")).collect();
    if text.is_empty() { "0分".to_owned() } else { text }
}
