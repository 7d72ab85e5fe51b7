//! To whom it goes: rules first, else the area leads and the line's bureau assists, or the other way round where the
//! catalogue says that the line leads.

use domain::id::DepartmentCode;
use domain::import::LeadBy;
use domain::route::{Routing, Rule, Territory, Why, assign};
use domain::ticket::Ticket;
use domain::ticket::action::Action;
use domain::ticket::attention::Attention;
use domain::ticket::event::Class;
use domain::ticket::refusal::Refusal;
use store::repo::district::{Books, block_of, bureau_of, unit};

use super::{Case, Halt, Pen, place};
use crate::outcome::JobError;

/// The id of the rule that stands for "the line leads"; it sorts behind every imported id.
const LINE_LEADS: &str = "条线主办";

/// Hands a filed ticket to its units, or says why that is a person's to do.
pub(super) async fn dispatch(
    pen: &mut Pen<'_>,
    case: &Case,
    ticket: &Ticket,
    remark: Option<String>,
) -> Result<(), Halt> {
    let Some(class) = &ticket.class else { return Ok(()) };
    let (lead, assist, why) = match route(case, ticket, class) {
        Routing::Assigned { lead, assist, why } => (lead, assist, texts(why)),
        Routing::Unroutable { why } => {
            return pen.flag(ticket, vec![Attention::Unroutable { reasons: texts(why) }]).await;
        }
    };
    let action = Action::Dispatch {
        red: false,
        task: task(class),
        duty: duty(&case.books, &lead, assist.as_ref()),
        reason: remark.into_iter().chain(why).collect::<Vec<_>>().join("；"),
        lead,
        assist,
        // The desk names the leading unit's head.
        person: None,
    };
    match pen.apply_as(&ticket.id, action, &domain::actor::Actor::system()).await? {
        Ok(_) => Ok(()),
        Err(Refusal::Missing { need, .. }) => {
            let reasons = vec![format!("无法派单：{}", need.label())];
            pen.flag(ticket, vec![Attention::Unroutable { reasons }]).await
        }
        Err(refusal) => Err(Halt::Failed(JobError::Abort(refusal.message()))),
    }
}

fn route(case: &Case, ticket: &Ticket, class: &Class) -> Routing {
    let books = &case.books;
    let grids = place::known_grids(case, ticket);
    let area = grids.get(&domain::geo::grid::Layer::Area);
    let block = area.and_then(|area| block_of(books, area)).map(|row| &row.code);
    let bureau = bureau_of(books, class.workline).map(|row| &row.code);
    let territory = Territory { area: area.map(|area| (area, block)), grids: &grids };
    let mut rules = books.rules.clone();
    let line_leads = books.categories.get(&class.category).is_some_and(|row| row.lead_by == LeadBy::Line);
    if let Some(bureau) = bureau.filter(|_| line_leads) {
        rules.push(weakest_rule(bureau, block));
    }
    assign(&class.category, class.workline.code(), &territory, bureau, &rules)
}

/// A rule without conditions, so that every imported one that fits is stronger.
fn weakest_rule(bureau: &DepartmentCode, block: Option<&DepartmentCode>) -> Rule {
    Rule {
        id: LINE_LEADS.to_owned(),
        category: None,
        workline: None,
        layer: None,
        grid: None,
        lead: Some(bureau.clone()),
        assist: block.cloned(),
        note: "该类别由行业单位主办，所在片区协办".to_owned(),
    }
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
