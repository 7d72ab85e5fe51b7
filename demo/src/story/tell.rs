//! Turns what the API answers into Chinese lines. It adds no figure of its own.

use serde_json::Value;

use super::items;
use crate::client::text;

/// `挂号 …，类别 …，标准 …`.
pub(super) fn filed(ticket: &Value) -> String {
    format!(
        "挂号 {}，类别「{}」（{}），立案标准「{}」",
        text(ticket, "/number"),
        text(ticket, "/category/name"),
        text(ticket, "/category/workline_label"),
        text(ticket, "/standard/name")
    )
}

/// Who leads, who assists, who is responsible.
pub(super) fn units(ticket: &Value) -> String {
    let assist = match text(ticket, "/assist/name") {
        "" => String::new(),
        name => format!("，协办（条）「{name}」"),
    };
    format!("主办（块）「{}」{assist}，责任人 {}", text(ticket, "/lead/name"), text(ticket, "/person/name"))
}

/// The deadline and the arithmetic behind it.
pub(super) fn clock(clock: &Value) -> Vec<String> {
    let head = match text(clock, "/due_at") {
        "" => format!("计时{}", text(clock, "/state_label")),
        due => format!("期限 {}（{}）", short(due), text(clock, "/state_label")),
    };
    let lines = items(clock, "/lines").filter_map(Value::as_str).map(|line| format!("· {line}"));
    std::iter::once(head).chain(lines).collect()
}

/// The verdict and every check with measure and threshold.
pub(super) fn proof(ticket: &Value) -> Vec<String> {
    let head = format!("第 {} 次核查：{}", ticket["proof"]["round"], text(ticket, "/proof/outcome_label"));
    let checks = items(ticket, "/proof/checks").map(|check| {
        let unit = text(check, "/unit");
        let measure = match check["measure"].as_f64() {
            // A sum of nothing is -0.0.
            Some(measure) => format!("{:.1} {unit}", measure + 0.0),
            None => "无从测量".to_owned(),
        };
        let threshold = check["threshold"].as_f64().unwrap_or_default();
        format!(
            "· {}：{}（测得 {measure}，门槛 {threshold:.1} {unit}）{}",
            text(check, "/label"),
            text(check, "/outcome_label"),
            text(check, "/text")
        )
    });
    std::iter::once(head).chain(checks).collect()
}

/// The doubts that wait for a person, with the likelihood of each candidate.
pub(super) fn doubts(ticket: &Value) -> Vec<String> {
    items(ticket, "/attention")
        .flat_map(|doubt| {
            let head = format!("{}：{}", text(doubt, "/label"), text(doubt, "/sentence"));
            let candidates = items(doubt, "/candidates").map(|candidate| {
                let share = candidate["likelihood"].as_f64().unwrap_or_default() * 100.0;
                format!(
                    "· 候选 {}（{}）可能性 {share:.0}%",
                    text(candidate, "/name"),
                    text(candidate, "/code")
                )
            });
            std::iter::once(head).chain(candidates).collect::<Vec<_>>()
        })
        .collect()
}

/// The six paired steps with their times.
pub(super) fn stamps(ticket: &Value) -> String {
    let stamp = |stamp: &Value| match text(stamp, "/at") {
        "" => format!("{} —", text(stamp, "/label")),
        at => format!("{} {}", text(stamp, "/label"), clock_of(at)),
    };
    items(ticket, "/stamps").map(stamp).collect::<Vec<_>>().join(" → ")
}

/// One line of the history.
pub(super) fn step(step: &Value) -> String {
    let stage = text(step, "/stage_label");
    let sentence: String = text(step, "/sentence").chars().take(90).collect();
    format!("{} [{stage}] {sentence}", clock_of(text(step, "/at")))
}

/// `MM-DD HH:MM` of an ISO time.
pub(super) fn short(at: &str) -> String {
    match (at.get(5..10), at.get(11..16)) {
        (Some(day), Some(clock)) => format!("{day} {clock}"),
        _ => at.to_owned(),
    }
}

/// `HH:MM:SS` of an ISO time.
fn clock_of(at: &str) -> &str {
    at.get(11..19).unwrap_or(at)
}
