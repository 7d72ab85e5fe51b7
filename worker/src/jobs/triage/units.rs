//! To whom it goes: rules first, then an earlier ruling on such a case, else the area leads and the line's bureau assists,
//! or the other way round where the catalogue says that the line leads.

use domain::explain::{Ground, RouteGround};
use domain::geo::grid::Layer;
use domain::id::{DepartmentCode, GridCode};
use domain::register::Register;
use domain::route::{Routing, Rule, Why};
use domain::ticket::Ticket;
use domain::ticket::action::Action;
use domain::ticket::attention::Attention;
use domain::ticket::event::Class;
use domain::ticket::refusal::Refusal;
use store::repo::district::{Books, bureau_of, routing, unit};
use store::repo::people::{self, Footing};
use store::repo::tickets::{self, Precedent};
use store::sql::On;
use store::{StoreError, Tx};

use super::{Case, Halt, Pen, place};
use crate::outcome::JobError;

/// The id of the rule that stands for a fall-back unit; it sorts before that for "the line leads".
const FALLBACK: &str = "兜底";
/// What the id of the rule begins with that stands for an earlier ruling.
const PRECEDENT: &str = "先例";

/// Hands a filed ticket to its units, or says why that is a person's to do.
pub(super) async fn dispatch(
    pen: &mut Pen<'_>,
    case: &Case,
    ticket: &Ticket,
    remark: Option<String>,
) -> Result<(), Halt> {
    let Some(class) = &ticket.class else { return Ok(()) };
    let routing = route(pen, case, ticket, class).await?;
    let grids = place::known_grids(case, ticket);
    let ground = RouteGround {
        category: class.category.clone(),
        area: grids.get(&Layer::Area).cloned(),
        bureau: bureau_of(&case.books, class.workline).map(|row| row.code.clone()),
        routing: routing.clone(),
        books: case.books.version,
    };
    pen.keep(&ticket.id, &Ground::Routing(ground)).await?;
    let (lead, assist, why) = match routing {
        Routing::Assigned { lead, assist, why } => (lead, assist, texts(why)),
        Routing::Unroutable { why } => {
            return pen.flag(ticket, vec![Attention::Unroutable { reasons: texts(why) }]).await;
        }
    };
    let reason = remark.into_iter().chain(why).collect::<Vec<_>>().join("；");
    let action = order(&case.books, class, lead, assist, reason);
    match pen.apply_as(&ticket.id, action, &domain::actor::Actor::system()).await? {
        Ok(_) => Ok(()),
        Err(Refusal::Missing { need, .. }) => {
            let reasons = vec![format!("无法派单：{}", need.label())];
            pen.flag(ticket, vec![Attention::Unroutable { reasons }]).await
        }
        Err(refusal) => Err(Halt::Failed(JobError::Abort(refusal.message()))),
    }
}

/// The order to a unit with task and duty; the desk names the leading unit's head.
pub(in crate::jobs) fn order(
    books: &Books,
    class: &Class,
    lead: DepartmentCode,
    assist: Option<DepartmentCode>,
    reason: String,
) -> Action {
    let (task, duty) = (task(class), duty(books, &lead, assist.as_ref()));
    Action::Dispatch { red: false, task, duty, reason, lead, assist, person: None }
}

/// Imported rules first, then what an earlier 会商 ruled, then who clears such things there, then the default.
async fn route(pen: &mut Pen<'_>, case: &Case, ticket: &Ticket, class: &Class) -> Result<Routing, Halt> {
    let books = &case.books;
    let grids = place::known_grids(case, ticket);
    let area = grids.get(&Layer::Area);
    let routed = |extra: &[Rule]| routing(books, &class.category, class.workline, &grids, extra);
    let usual = routed(&[]);
    let is_imported = |why: &Why| books.rules.iter().any(|rule| Some(&rule.id) == why.rule.as_ref());
    if matches!(&usual, Routing::Assigned { why, .. } if is_imported(&why[0])) {
        return Ok(usual);
    }
    let footing = Footing { at: ticket.place.map(|p| p.at), grids: &grids, unit: None, now: pen.now };
    let precedent = match area {
        Some(area) => tickets::precedent(&mut *pen.tx, &class.category, area).await?,
        None => None,
    };
    if let Some(before) = precedent.filter(|before| unit(books, &before.lead).is_some()) {
        return Ok(routed(&[by_precedent(before, class, area)]));
    }
    match fallback(pen.tx, books, class, &footing).await? {
        // One that is kept for a category is meant for it; one for everything waits until nobody else is found.
        Some((named, lead)) if named || matches!(usual, Routing::Unroutable { .. }) => {
            Ok(routed(&[Rule::weakest(FALLBACK, lead, None, "该范围的兜底责任单位")]))
        }
        _ => Ok(usual),
    }
}

fn by_precedent(before: Precedent, class: &Class, area: Option<&GridCode>) -> Rule {
    let number = before.number.unwrap_or_else(|| before.ticket.to_string());
    Rule {
        id: format!("{PRECEDENT} {number}"),
        category: Some(class.category.to_string()),
        workline: None,
        layer: Some(Layer::Area),
        grid: area.cloned(),
        lead: Some(before.lead),
        assist: None,
        note: before.reason,
    }
}

/// Who clears such things at the place when nobody else does, and whether the register names the category.
pub(in crate::jobs) async fn fallback(
    tx: &mut Tx,
    books: &Books,
    class: &Class,
    footing: &Footing<'_>,
) -> Result<Option<(bool, DepartmentCode)>, StoreError> {
    let mut entries = people::standing(&mut On::Tx(tx), Register::Fallback, footing).await?;
    entries.retain(|entry| entry.covers(class.category.as_str()));
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.category.as_ref().map_or(0, String::len)));
    let found = entries.into_iter().find_map(|entry| Some((entry.category.is_some(), entry.department?)));
    Ok(found.filter(|(_, code)| unit(books, code).is_some()))
}

fn texts(why: Vec<Why>) -> Vec<String> {
    why.into_iter().map(|why| why.text).collect()
}

fn task(class: &Class) -> String {
    format!("处置“{}”，达到“{}”", class.standard_name, class.closes_when)
}

fn duty(books: &Books, lead: &DepartmentCode, assist: Option<&DepartmentCode>) -> String {
    let name =
        |code: &DepartmentCode| unit(books, code).map_or_else(|| code.to_string(), |(unit, _)| unit.name);
    match assist {
        Some(assist) => format!("{}主办，对按期处置到位负责；{}协办，配合处置", name(lead), name(assist)),
        None => format!("{}主办，对按期处置到位负责", name(lead)),
    }
}
