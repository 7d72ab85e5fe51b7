//! The ladder of one unit: what its troubles of a period lead to, each rung only after the one before.

use serde::{Deserialize, Serialize};

use crate::act::ActKind;
use crate::config::Check;
use crate::time::{DAY_MS, Moment};

/// The order that no city changes.
const ORDER: [ActKind; 4] = [ActKind::Circular, ActKind::Talk, ActKind::Efficiency, ActKind::Discipline];

/// What is held against a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// A ticket got late.
    Late,
    /// A problem came back.
    Relapse,
    /// A ticket of it was circulated.
    Circular,
    /// A ticket of it was exposed.
    Exposure,
}

impl Trouble {
    /// The Chinese word.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Late => "超时",
            Self::Relapse => "回弹",
            Self::Circular => "被通报",
            Self::Exposure => "被曝光",
        }
    }
}

/// One rung.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitRung {
    pub act: ActKind,
    /// The rung before must be at most so many days old; not looked at for the first.
    #[serde(default)]
    pub within_days: u32,
    /// So many troubles since the rung before …
    pub count: u32,
    /// … and in the last so many days.
    pub period_days: u32,
}

/// How accountability climbs on one unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UnitLadder {
    pub rungs: Vec<UnitRung>,
    /// How grave the pursuit of a cadre may be, the mildest first.
    pub gravity: Vec<String>,
}

impl Default for UnitLadder {
    fn default() -> Self {
        let rung = |act, within_days, count, period_days| UnitRung { act, within_days, count, period_days };
        let gravity =
            ["书面检查", "诫勉谈话", "通报批评", "停职检查", "引咎辞职", "责令辞职", "免职", "降职"];
        Self {
            rungs: vec![
                rung(ActKind::Circular, 0, 5, 30),
                rung(ActKind::Talk, 90, 5, 60),
                rung(ActKind::Efficiency, 180, 5, 90),
                rung(ActKind::Discipline, 365, 5, 180),
            ],
            gravity: gravity.map(str::to_owned).to_vec(),
        }
    }
}

impl Check for UnitLadder {
    fn check(&self) -> Result<(), String> {
        for (at, kind) in ORDER.iter().enumerate() {
            let place = at + 1;
            let Some(rung) = self.rungs.get(at) else {
                return Err(format!("第{place}级：缺少“{}”", kind.label()));
            };
            if rung.act != *kind {
                return Err(format!("第{place}级：应为“{}”，不是“{}”", kind.label(), rung.act.label()));
            }
            for (name, value, least) in [
                ("within_days", rung.within_days, u32::from(at > 0)),
                ("count", rung.count, 1),
                ("period_days", rung.period_days, 1),
            ] {
                if !(least..=3650).contains(&value) {
                    return Err(format!("第{place}级 {name}：须为 {least} 到 3650，现为 {value}"));
                }
            }
        }
        if self.rungs.len() > ORDER.len() {
            return Err(format!("第{}级：问责阶梯只有四级", ORDER.len() + 1));
        }
        match self.gravity.iter().position(|word| word.trim().is_empty()) {
            Some(at) => Err(format!("gravity 第{}项：不能为空", at + 1)),
            None if self.gravity.is_empty() => Err("gravity：至少要有一项".into()),
            None => Ok(()),
        }
    }
}

impl UnitLadder {
    /// Whether a person may issue this kind on a unit whose acts so far are these; kinds off the ladder always pass.
    ///
    /// # Errors
    /// The prerequisite that is missing.
    pub fn admits(&self, kind: ActKind, before: &[(ActKind, Moment)], now: Moment) -> Result<(), String> {
        let Some(at) = self.rungs.iter().position(|rung| rung.act == kind).filter(|at| *at > 0) else {
            return Ok(());
        };
        let (rung, lower) = (&self.rungs[at], self.rungs[at - 1].act);
        let since = now.plus_ms(-i64::from(rung.within_days) * DAY_MS);
        if before.iter().any(|(kind, issued)| *kind == lower && *issued >= since) {
            return Ok(());
        }
        let (kind, lower) = (kind.label(), lower.label());
        Err(format!("“{kind}”须在 {} 日内先有“{lower}”", rung.within_days))
    }
}

/// What is known of a unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitFacts {
    /// Its acts of the ladder, not revoked, with the moment of each; those still proposed too.
    pub issued: Vec<(ActKind, Moment)>,
    /// A proposal waits for a person.
    pub proposed: bool,
    pub troubles: Vec<(Trouble, Moment)>,
}

/// The rung that is due for a unit and the sentence that says why; `None` while a proposal waits or nothing is due.
pub fn next_for_unit<'a>(
    ladder: &'a UnitLadder,
    facts: &UnitFacts,
    now: Moment,
) -> Option<(&'a UnitRung, String)> {
    if facts.proposed {
        return None;
    }
    let days = |count: u32| now.plus_ms(-i64::from(count) * DAY_MS);
    let last = facts.issued.iter().max_by_key(|(_, at)| *at);
    let above = last.and_then(|(kind, at)| {
        let position = ladder.rungs.iter().position(|rung| rung.act == *kind)?;
        // From the top there is no further way until its own days are over.
        let next = ladder.rungs.get(position + 1).or(ladder.rungs.last())?;
        (*at >= days(next.within_days)).then_some(position + 1)
    });
    let rung = ladder.rungs.get(above.unwrap_or(0))?;
    let since = last.map_or(days(rung.period_days), |(_, at)| (*at).max(days(rung.period_days)));
    let counted: Vec<Trouble> = facts
        .troubles
        .iter()
        .filter(|(_, at)| *at > since && *at <= now)
        .map(|(trouble, _)| *trouble)
        .collect();
    (counted.len() >= rung.count as usize).then(|| (rung, sentence(rung, &counted)))
}

fn sentence(rung: &UnitRung, counted: &[Trouble]) -> String {
    let kinds = [Trouble::Late, Trouble::Relapse, Trouble::Circular, Trouble::Exposure];
    let parts: Vec<String> = kinds
        .iter()
        .map(|kind| (kind, counted.iter().filter(|trouble| *trouble == kind).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| format!("{} {count} 件", kind.label()))
        .collect();
    format!(
        "近 {} 日{}，达到{}条件（{} 件）",
        rung.period_days,
        parts.join("、"),
        rung.act.label(),
        rung.count
    )
}
