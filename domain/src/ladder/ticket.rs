//! The ladder of one ticket: how long a unit may do nothing before the next higher one is told.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, VariantArray};

use super::after_working;
use crate::clock::calendar::Calendar;
use crate::config::Check;
use crate::ticket::action::SupervisionLevel;
use crate::time::Moment;

/// The longest that a rung may wait or give, working minutes: a year of days of 7.5 hours.
const MOST_MINUTES: u32 = 250 * 450;
/// The order that no city changes.
const ORDER: [SupervisionLevel; 4] = [
    SupervisionLevel::Reminder,
    SupervisionLevel::Slip,
    SupervisionLevel::Head,
    SupervisionLevel::PartyGroup,
];

/// What must hold for a rung.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    Display,
    EnumString,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum When {
    /// The unit has not signed in since the ticket was given to it.
    NotStarted,
    /// The unit is late.
    Overdue,
    /// The unit did nothing since the rung before.
    NotEffective,
}

/// One rung.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    pub act: SupervisionLevel,
    /// Any of these is enough.
    pub when: Vec<When>,
    /// Working minutes since the dispatch, since it got late, or since the rung before, whichever is later.
    pub after_minutes: u32,
    /// Working minutes that the act gives for an answer.
    pub due_minutes: u32,
}

/// How 督办 climbs on one ticket, and when things beside its clock are called to mind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TicketLadder {
    pub rungs: Vec<Rung>,
    /// Working minutes within which the assisting unit acknowledges.
    pub assist_minutes: u32,
    /// Half months in a row with a circular after which an unsolved ticket is the party group's.
    pub consecutive: u32,
    /// Published exposures after which an unsolved ticket opens an accountability file.
    pub exposures: u32,
}

impl Default for TicketLadder {
    fn default() -> Self {
        let rung = |act, when: &[When], after_minutes, due_minutes| Rung {
            act,
            when: when.to_vec(),
            after_minutes,
            due_minutes,
        };
        let climb = [When::NotEffective, When::Overdue];
        Self {
            rungs: vec![
                rung(SupervisionLevel::Reminder, &[When::NotStarted, When::Overdue], 60, 120),
                rung(SupervisionLevel::Slip, &climb, 120, 240),
                rung(SupervisionLevel::Head, &climb, 240, 450),
                rung(SupervisionLevel::PartyGroup, &climb, 450, 900),
            ],
            assist_minutes: 120,
            consecutive: 3,
            exposures: 3,
        }
    }
}

impl Check for TicketLadder {
    fn check(&self) -> Result<(), String> {
        for (at, level) in ORDER.iter().enumerate() {
            match self.rungs.get(at) {
                None => return Err(format!("第{}级：缺少“{}”", at + 1, level.label())),
                Some(rung) if rung.act != *level => {
                    let found = rung.act.label();
                    return Err(format!("第{}级：应为“{}”，不是“{found}”", at + 1, level.label()));
                }
                Some(rung) => rung.check(at)?,
            }
        }
        if self.rungs.len() > ORDER.len() {
            return Err(format!("第{}级：督办只有四级", ORDER.len() + 1));
        }
        within("assist_minutes", self.assist_minutes, MOST_MINUTES)?;
        within("consecutive", self.consecutive, 24)?;
        within("exposures", self.exposures, 100)
    }
}

impl Rung {
    fn check(&self, at: usize) -> Result<(), String> {
        let place = |name| format!("第{}级 {name}", at + 1);
        within(&place("after_minutes"), self.after_minutes, MOST_MINUTES)?;
        within(&place("due_minutes"), self.due_minutes, MOST_MINUTES)?;
        if self.when.is_empty() {
            return Err(format!("{}：至少要有一个条件", place("when")));
        }
        if at == 0 && self.when.contains(&When::NotEffective) {
            return Err(format!("{}：首级条件只能是 not_started 或 overdue", place("when")));
        }
        let twice = (1..self.when.len()).any(|n| self.when[..n].contains(&self.when[n]));
        if twice { Err(format!("{}：条件重复", place("when"))) } else { Ok(()) }
    }
}

fn within(place: &str, value: u32, most: u32) -> Result<(), String> {
    if (1..=most).contains(&value) {
        Ok(())
    } else {
        Err(format!("{place}：须为 1 到 {most}，现为 {value}"))
    }
}

impl TicketLadder {
    /// Until when an act of this level asks for an answer.
    pub fn due(&self, level: SupervisionLevel, calendar: &Calendar, now: Moment) -> Option<Moment> {
        let rung = self.rungs.iter().find(|rung| rung.act == level)?;
        Some(after_working(calendar, now, rung.due_minutes))
    }
}

/// A rung that was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Issued {
    pub level: SupervisionLevel,
    pub at: Moment,
    /// The unit did something after it.
    pub effect: bool,
}

/// What is known of a ticket that a unit has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// When the unit got it.
    pub dispatched_at: Moment,
    /// The unit has signed in.
    pub started: bool,
    /// When it got late, or will if nothing changes.
    pub late_at: Option<Moment>,
    /// Rungs since this unit got it.
    pub issued: Vec<Issued>,
}

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next<'a> {
    /// This rung is due, for this reason.
    Issue(&'a Rung, When),
    /// Nothing before then, as things stand.
    Wait(Moment),
    /// No condition of the next rung can come true as things stand.
    Idle,
    /// The top is reached.
    Done,
}

/// The next rung.
pub fn next<'a>(ladder: &'a TicketLadder, facts: &Facts, calendar: &Calendar, now: Moment) -> Next<'a> {
    let last = facts.issued.iter().max_by_key(|issued| (issued.level, issued.at));
    let position = last.and_then(|last| ladder.rungs.iter().position(|rung| rung.act == last.level));
    let Some(rung) = ladder.rungs.get(position.map_or(0, |at| at + 1)) else { return Next::Done };
    let before = last.map_or(facts.dispatched_at, |last| last.at);
    let holds_from = |when: When| match when {
        When::NotStarted => (!facts.started).then_some(before),
        When::Overdue => facts.late_at.map(|late| late.max(before)),
        When::NotEffective => last.filter(|last| !last.effect).map(|last| last.at),
    };
    let dues = rung.when.iter().filter_map(|when| {
        holds_from(*when).map(|from| (after_working(calendar, from, rung.after_minutes), *when))
    });
    match dues.min() {
        Some((due, when)) if due <= now => Next::Issue(rung, when),
        Some((due, _)) => Next::Wait(due),
        None => Next::Idle,
    }
}
