//! Draws papers up at their time from what happened, and fixes at the cut-off who is missing. Papers that only show
//! figures are frozen at once, with their ranking. It refuses to draw one up twice, and to write people's words for them.

use std::collections::BTreeMap;

use domain::act::{ActKind, ActState};
use domain::actor::Actor;
use domain::config::Config;
use domain::id::DepartmentCode;
use domain::paper::{Body, CategoryCauses, Line, PaperKind, Papers, Tracked, UnitWork, Words, Work};
use domain::rhythm::{Occasion, Rhythm, Span};
use domain::ticket::event::{By, Unit};
use domain::time::Moment;
use serde_json::json;
use store::Tx;
use store::repo::acts::{self, NewAct};
use store::repo::boards;
use store::repo::district::Books;
use store::repo::ledger::{self, Deed};
use store::repo::papers::{self, NewPaper};

use crate::outcome::{JobError, Judge as _};
use crate::{Context, now};

/// What the name of a cut-off ends with.
const CUT_OFF: &str = "_due";
/// The names of the cut-offs, as far as there are any.
const CUT_OFFS: &[&str] = &["daily_due", "weekly_due", "monthly_plan_due"];
/// Most open decisions that are looked through for the weekly papers.
const MOST_TRACKED: u32 = 500;

/// When papers are drawn up and when they are due.
pub(super) fn rhythms(config: &Config) -> Vec<(&'static str, Rhythm)> {
    let mut all = Vec::new();
    for (kind, times) in &config.papers.times {
        let name: &'static str = kind.into();
        all.push((name, times.draft));
        let cut_off = CUT_OFFS.iter().find(|cut_off| cut_off.strip_suffix(CUT_OFF) == Some(name));
        all.extend(cut_off.copied().zip(times.due));
    }
    all
}

/// Draws the papers of one kind up, or looks who is missing.
pub(super) async fn on(
    context: &Context,
    tx: &mut Tx,
    name: &str,
    occasion: &Occasion,
    late: bool,
) -> Result<(), JobError> {
    let books = context.desk.books.get(&context.stores.pool).await?;
    let kind: PaperKind = name.strip_suffix(CUT_OFF).unwrap_or(name).parse().abort()?;
    let desk = Desk { books: &books, papers: &books.config.papers, kind, occasion, late, now: now() };
    if !desk.papers.is_owed(kind, &desk.span(), &books.calendar) {
        return Ok(());
    }
    match (name.ends_with(CUT_OFF), kind.is_of_units()) {
        (true, _) => desk.look_who_is_missing(tx).await,
        (false, true) => desk.draw_up_for_units(tx).await,
        (false, false) => desk.draw_up_for_district(tx).await,
    }
}

/// One occasion with everything that its papers are made of.
struct Desk<'a> {
    books: &'a Books,
    papers: &'a Papers,
    kind: PaperKind,
    occasion: &'a Occasion,
    late: bool,
    now: Moment,
}

impl Desk<'_> {
    fn span(&self) -> Span {
        self.kind.span_at(self.occasion)
    }

    fn due_at(&self) -> Option<Moment> {
        self.papers.times.get(&self.kind)?.due.map(|due| due.due_in(&self.span()))
    }

    fn blank(&self, work: Work, words: Words) -> Body {
        let (from, until) = self.papers.window(self.kind, self.occasion, &self.books.calendar);
        Body {
            from,
            until,
            as_of: self.now,
            words,
            work,
            units: Vec::new(),
            events: Vec::new(),
            meeting_at: None,
            tracked: Vec::new(),
            standings: None,
            causes: Vec::new(),
        }
    }

    async fn draw_up_for_units(&self, tx: &mut Tx) -> Result<(), JobError> {
        let window = self.papers.window(self.kind, self.occasion, &self.books.calendar);
        let mut work = ledger::work(&mut *tx, window, self.now).await?;
        let mut events = ledger::newest(&mut *tx, window, self.papers.most_events).await?;
        let mut tracked = self.tracked(tx).await?;
        let owing = self.books.departments.values().filter(|unit| self.papers.owed_by.contains(&unit.kind));
        for unit in owing {
            let code = &unit.code;
            let work = work.remove(code).unwrap_or_default();
            let mut body = self.blank(work, work.words());
            body.events = events.remove(code).into_iter().flatten().map(|deed| self.line(deed)).collect();
            body.tracked = tracked.remove(code).unwrap_or_default();
            body.meeting_at = (self.kind == PaperKind::Weekly).then(|| self.papers.meeting(&self.span()));
            self.draw_up(tx, Some(code), &body).await?;
        }
        Ok(())
    }

    async fn draw_up_for_district(&self, tx: &mut Tx) -> Result<(), JobError> {
        let span = self.span();
        let window = (span.begins(), span.ends());
        let work = ledger::work(&mut *tx, window, self.now).await?;
        let sum = Work::sum(work.values());
        let mut body = self.blank(sum, sum.words());
        body.units = work.into_iter().map(|(code, work)| UnitWork { unit: self.unit(code), work }).collect();
        if self.kind == PaperKind::RootCauses {
            let causes = ledger::causes(&mut *tx, window).await?;
            body.causes = causes
                .into_iter()
                .map(|(category, causes)| {
                    let name = self.books.categories.get(&category).map(|row| row.name.clone());
                    CategoryCauses { name: name.unwrap_or_else(|| category.to_string()), category, causes }
                })
                .collect();
        } else {
            let standings = boards::standings(&mut *tx, self.books, &span, self.occasion.due).await?;
            body.standings = Some(serde_json::to_value(standings).abort()?);
        }
        self.draw_up(tx, None, &body).await
    }

    async fn draw_up(&self, tx: &mut Tx, unit: Option<&DepartmentCode>, body: &Body) -> Result<(), JobError> {
        let frozen_by = self.kind.is_frozen_at_once().then(|| By::from(&Actor::system()));
        let (kind, span, due_at, late) = (self.kind, self.span(), self.due_at(), self.late);
        let paper = NewPaper { kind, span, unit, due_at, late, frozen_by, body };
        papers::draw_up(tx, &paper, self.now).await?;
        Ok(())
    }

    /// Notes which units have not handed in, and reminds each of them.
    async fn look_who_is_missing(&self, tx: &mut Tx) -> Result<(), JobError> {
        let span = self.span();
        let missing = papers::mark_missing(tx, self.kind, &span).await?;
        let (kind, label, title) = (self.kind, self.kind.label(), span.title());
        for unit in missing {
            let reminder = NewAct {
                kind: ActKind::Reminder,
                ticket: None,
                unit: Some(unit.clone()),
                person: None,
                parent: None,
                words: format!("{title}{label}到时限未报送，请立即补报"),
                by: By::from(&Actor::system()),
                due_at: None,
                state: ActState::Open,
                slot: format!("paper:{kind}:{}:{unit}", span.key()),
                body: json!({}),
            };
            acts::issue(tx, &reminder, self.now).await?;
        }
        Ok(())
    }

    /// Open decisions by unit, for the papers on which they are talked over.
    async fn tracked(&self, tx: &mut Tx) -> Result<BTreeMap<DepartmentCode, Vec<Tracked>>, JobError> {
        let mut all: BTreeMap<DepartmentCode, Vec<Tracked>> = BTreeMap::new();
        if self.kind == PaperKind::Daily {
            return Ok(all);
        }
        for decision in papers::open_decisions(tx, MOST_TRACKED).await? {
            if let Some(unit) = decision.unit.clone() {
                let papers::Decision { id, words, unit: of, due_at, .. } = decision;
                all.entry(unit).or_default().push(Tracked { id, words, unit: of, due_at });
            }
        }
        Ok(all)
    }

    fn line(&self, deed: Deed) -> Line {
        let category = deed.category.and_then(|code| self.books.categories.get(&code));
        Line {
            at: deed.at,
            label: deed.action.map_or("上报", |action| action.label()).to_owned(),
            ticket: deed.ticket,
            number: deed.number,
            category: category.map(|row| row.name.clone()),
        }
    }

    fn unit(&self, code: DepartmentCode) -> Unit {
        let name = self.books.departments.get(&code).map(|row| row.name.clone());
        Unit { name: name.unwrap_or_else(|| code.to_string()), code }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::VariantArray as _;

    #[test]
    fn every_paper_with_a_time_limit_has_its_cut_off() {
        let config = Config::default();
        let names: Vec<_> = rhythms(&config).into_iter().map(|(name, _)| name).collect();
        for kind in PaperKind::VARIANTS {
            let name: &'static str = kind.into();
            assert!(names.contains(&name), "{kind}");
            let due = format!("{name}{CUT_OFF}");
            assert_eq!(names.iter().any(|n| **n == due), kind.is_of_units(), "{due}");
        }
    }
}
