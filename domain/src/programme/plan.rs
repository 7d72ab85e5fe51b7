//! Which tasks a programme gives in one of its terms. The same term of the same programme always names the same slots, so
//! that giving them twice gives them once.

use chrono::NaiveDate;

use super::{Part, Point, Post, Programme, ProgrammeKind, TaskPlan};
use crate::id::{AccountId, DepartmentCode};
use crate::rhythm::Span;
use crate::time::Moment;

/// The key of a term that is the whole period.
const WHOLE: &str = "all";

/// A stretch of a programme in which each of its points has its turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// [`Span::key`], or `all`, or `draw-n` for an additional draw.
    pub key: String,
    /// When its tasks are due.
    pub due: Moment,
}

impl Term {
    /// The term of a programme in which `at` lies; `None` outside its period and when it is over already.
    pub fn of(programme: &Programme, at: Moment) -> Option<Self> {
        let day = at.date();
        if day < programme.first_day || (day > programme.last_day && programme.kind != ProgrammeKind::Flight)
        {
            return None;
        }
        let term = match programme.rhythm_on(day) {
            Some(rhythm) => {
                let span = Span::of(rhythm.every, day);
                let due = rhythm.due_in(&span);
                let lasts = programme.kind == ProgrammeKind::Flight;
                Self { key: span.key(), due: if lasts { due } else { due.min(end_of(programme.last_day)) } }
            }
            None => Self { key: WHOLE.to_owned(), due: end_of(programme.last_day) },
        };
        (term.due > at).then_some(term)
    }

    /// The term of the nth additional draw, due at the end of the programme.
    pub fn drawn(programme: &Programme, nth: u32) -> Self {
        Self { key: format!("draw-{nth}"), due: end_of(programme.last_day) }
    }
}

/// Midnight after a day.
fn end_of(day: NaiveDate) -> Moment {
    Moment::midnight(day.succ_opt().unwrap_or(day))
}

/// The tasks of a term over these points (drawn ones, when the programme draws; tickets, when it is about tickets).
pub fn tasks_for(id: &str, programme: &Programme, term: &Term, points: &[Point]) -> Vec<TaskPlan> {
    match programme.kind {
        ProgrammeKind::Recurring => owed_by_units(id, programme, term, points),
        ProgrammeKind::DailyInspection => at_posts(id, programme, term, points),
        ProgrammeKind::Flight => reminders(id, programme, term, points),
        _ => in_turn(id, programme, term, points),
    }
}

/// Each member takes the next point; without members the leading unit does all.
fn in_turn(id: &str, programme: &Programme, term: &Term, points: &[Point]) -> Vec<TaskPlan> {
    let mut members = programme.members.iter().cycle();
    let mut tasks = Vec::new();
    for point in points {
        for part in programme.parts() {
            let person = members.next().cloned();
            let unit = person.is_none().then(|| programme.lead.clone());
            tasks.push(task(id, programme, term, point, *part, person, unit));
        }
    }
    tasks
}

fn at_posts(id: &str, programme: &Programme, term: &Term, points: &[Point]) -> Vec<TaskPlan> {
    let posts = programme.groups.iter().flat_map(|group| &group.posts);
    let at_post = |Post { point, person }: &Post| {
        let point = points.iter().find(|known| known.code == *point)?;
        Some(task(id, programme, term, point, None, Some(person.clone()), None))
    };
    posts.filter_map(at_post).collect()
}

fn owed_by_units(id: &str, programme: &Programme, term: &Term, units: &[Point]) -> Vec<TaskPlan> {
    let times = programme.times.unwrap_or(1);
    let mut tasks = Vec::new();
    for unit in units {
        for nth in 1..=times {
            let mut owed = task(id, programme, term, unit, None, None, unit.unit.clone());
            if times > 1 {
                owed.slot = format!("{}#{nth}", owed.slot);
                owed.title = format!("{}（{nth}/{times}）", owed.title);
            }
            tasks.push(owed);
        }
    }
    tasks
}

/// The leading unit of each open ticket is reminded.
fn reminders(id: &str, programme: &Programme, term: &Term, tickets: &[Point]) -> Vec<TaskPlan> {
    let remind = |ticket: &Point| {
        let unit = ticket.unit.clone().unwrap_or_else(|| programme.lead.clone());
        task(id, programme, term, ticket, None, None, Some(unit))
    };
    tickets.iter().map(remind).collect()
}

fn task(
    id: &str,
    programme: &Programme,
    term: &Term,
    point: &Point,
    part: Option<Part>,
    person: Option<AccountId>,
    unit: Option<DepartmentCode>,
) -> TaskPlan {
    let mut slot = format!("{id}/{}/{}", term.key, point.code);
    let mut title = format!("{}：{}", programme.name, point.name);
    match part {
        Some(Part::Site) => {
            slot.push_str("/site");
            title.push_str("（实地考察）");
        }
        Some(Part::Survey) => {
            slot.push_str("/survey");
            title.push_str("（问卷调查）");
        }
        None => {}
    }
    TaskPlan {
        slot,
        subject: point.code.clone(),
        title,
        part,
        person,
        unit,
        role: None,
        about: point.unit.clone(),
        ticket: point.ticket.clone(),
        due: term.due,
    }
}
