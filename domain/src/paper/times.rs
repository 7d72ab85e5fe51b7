//! When papers are written, as a rule that a city may set. It refuses times outside their span and papers that are due
//! before they are drawn up.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::PaperKind;
use crate::clock::calendar::Calendar;
use crate::config::Check;
use crate::import::DepartmentKind;
use crate::rhythm::{Occasion, Rhythm, Span, SpanKind};
use crate::time::Moment;

/// When a paper is drawn up and when it is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaperTimes {
    /// When the machine draws it up.
    pub draft: Rhythm,
    /// Until when it is to be handed in; without it nothing is late.
    #[serde(default)]
    pub due: Option<Rhythm>,
}

/// Days of a campaign, during which the weekly meeting is in the evening.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    /// Its first day.
    pub first: NaiveDate,
    /// Its last day.
    pub last: NaiveDate,
}

/// Which papers are written when and by whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Papers {
    /// The papers that are written; a kind that is left out is not.
    pub times: BTreeMap<PaperKind, PaperTimes>,
    /// The sorts of unit that owe their own papers.
    pub owed_by: Vec<DepartmentKind>,
    /// Whether a daily paper is owed on working days only.
    pub daily_on_working_days: bool,
    /// The day of the weekly meeting in the week after (1 is Monday), and its minute of the day.
    pub meeting_day: u16,
    /// Minute of the day outside a campaign.
    pub meeting_minute: u16,
    /// Minute of the day during a campaign.
    pub campaign_meeting_minute: u16,
    /// The campaign.
    pub campaign: Option<Campaign>,
    /// The most events that a unit's paper lists.
    pub most_events: u32,
}

impl Default for Papers {
    fn default() -> Self {
        use PaperKind as K;
        let times = |kind: K, draft: (u16, u16), due: Option<(u16, u16)>| {
            let rhythm = |(day, minute)| Rhythm::new(kind.span(), day, minute);
            (kind, PaperTimes { draft: rhythm(draft), due: due.map(rhythm) })
        };
        let just_after_midnight = (1, 10);
        Self {
            times: BTreeMap::from([
                times(K::Daily, (1, 16 * 60 + 30), Some((1, 17 * 60))),
                times(K::Weekly, (5, 15 * 60), Some((5, 18 * 60))),
                times(K::MonthlyPlan, (1, 8 * 60), Some((5, 17 * 60))),
                times(K::WeeklySummary, (1, 8 * 60), None),
                times(K::HalfMonthly, (1, 8 * 60), None),
                times(K::Monthly, just_after_midnight, None),
                times(K::MonthlyRanking, just_after_midnight, None),
                times(K::RootCauses, just_after_midnight, None),
                times(K::Quarterly, just_after_midnight, None),
                times(K::HalfYearly, just_after_midnight, None),
                times(K::Yearly, just_after_midnight, None),
            ]),
            owed_by: vec![DepartmentKind::Block, DepartmentKind::Line],
            daily_on_working_days: true,
            meeting_day: 1,
            meeting_minute: 14 * 60 + 30,
            campaign_meeting_minute: 19 * 60,
            campaign: None,
            most_events: 30,
        }
    }
}

impl Papers {
    /// Whether the paper of this kind is owed for `span`.
    pub fn is_owed(&self, kind: PaperKind, span: &Span, calendar: &Calendar) -> bool {
        kind != PaperKind::Daily || !self.daily_on_working_days || calendar.is_working_day(span.first)
    }

    /// The stretch of time whose events a paper drawn up at `occasion` is filled from. Those of units follow on one
    /// another: from the last one's drawing up to this one's, so that no event is in none or in two.
    pub fn window(&self, kind: PaperKind, occasion: &Occasion, calendar: &Calendar) -> (Moment, Moment) {
        let Some(times) = self.times.get(&kind).filter(|_| kind.is_of_units()) else {
            let span = kind.span_at(occasion);
            return (span.begins(), span.ends());
        };
        let mut before = occasion.span.previous();
        // The longest holiday is shorter; a calendar without a working day must not hold up anything.
        for _ in 0..31 {
            if self.is_owed(kind, &before, calendar) {
                break;
            }
            before = before.previous();
        }
        (times.draft.due_in(&before), occasion.due)
    }

    /// When the weekly meeting on `week` is held: in the week after, in the evening during a campaign.
    pub fn meeting(&self, week: &Span) -> Moment {
        let evening = self.campaign.is_some_and(|campaign| {
            let day = Rhythm::new(SpanKind::Week, self.meeting_day, 0).due_in(&week.next()).date();
            campaign.first <= day && day <= campaign.last
        });
        let minute = if evening { self.campaign_meeting_minute } else { self.meeting_minute };
        Rhythm::new(SpanKind::Week, self.meeting_day, minute).due_in(&week.next())
    }
}

impl Check for Papers {
    fn check(&self) -> Result<(), String> {
        for (kind, times) in &self.times {
            times.check(*kind).map_err(|fault| format!("times.{kind}.{fault}"))?;
        }
        for (name, minute) in [
            ("meeting_minute", self.meeting_minute),
            ("campaign_meeting_minute", self.campaign_meeting_minute),
        ] {
            let meeting = Rhythm::new(SpanKind::Week, self.meeting_day, minute);
            meeting.check().map_err(|fault| format!("meeting_day、{name}：{fault}"))?;
        }
        if self.campaign.is_some_and(|campaign| campaign.first > campaign.last) {
            return Err("campaign：first 不能晚于 last".into());
        }
        if !(1..=200).contains(&self.most_events) {
            return Err("most_events：须为 1 至 200".into());
        }
        Ok(())
    }
}

impl PaperTimes {
    fn check(&self, kind: PaperKind) -> Result<(), String> {
        let place = |rhythm: &Rhythm| (if rhythm.day == 0 { u16::MAX } else { rhythm.day }, rhythm.minute);
        for (name, rhythm) in [("draft", Some(&self.draft)), ("due", self.due.as_ref())] {
            let Some(rhythm) = rhythm else { continue };
            rhythm.check().map_err(|fault| format!("{name}.{fault}"))?;
            if rhythm.every != kind.span() {
                return Err(format!("{name}.every：{}按{}写", kind.label(), kind.span().label()));
            }
        }
        match &self.due {
            Some(due) if place(due) <= place(&self.draft) => Err("due：须晚于 draft".into()),
            Some(_) if !kind.is_of_units() => Err(format!("due：{}没有报送时限", kind.label())),
            _ => Ok(()),
        }
    }
}
