//! Why the machine decided so, with the names that people know. It refuses to weigh anything anew.

use domain::explain::{Decision, Names, Section, tell, tell_proof};
use domain::geo::address::address;
use domain::geo::grid::Layer;
use domain::id::{CategoryCode, DepartmentCode, GridCode, TicketId};
use domain::proof::Verdict;
use domain::ticket::Ticket;
use domain::time::Moment;
use serde::Serialize;
use store::StoreError;
use store::repo::district::Books;
use store::repo::lists::{self, TicketRow};
use store::repo::{grounds, tickets};
use store::sql::Pool;

/// Every automatic decision of a ticket, oldest first.
#[derive(Debug, Serialize)]
pub struct Explanation {
    pub number: Option<String>,
    pub address: String,
    pub sections: Vec<Section>,
}

/// The books and the rows of other tickets that are spoken of.
struct Known<'a> {
    books: &'a Books,
    others: Vec<TicketRow>,
}

impl Names for Known<'_> {
    fn grid(&self, layer: Layer, code: &GridCode) -> String {
        self.books.grids.get(layer, code).map_or_else(|| code.to_string(), |grid| grid.name.clone())
    }

    fn unit(&self, code: &DepartmentCode) -> String {
        self.books.departments.get(code).map_or_else(|| code.to_string(), |unit| unit.name.clone())
    }

    fn category(&self, code: &CategoryCode) -> String {
        let row = self.books.categories.get(code);
        row.map_or_else(|| code.to_string(), |category| format!("{}（{code}）", category.name))
    }

    fn ticket(&self, id: &TicketId) -> String {
        let number = self.others.iter().find(|row| row.id == *id).and_then(|row| row.number.clone());
        number.unwrap_or_else(|| id.to_string())
    }
}

/// Reads and tells what is kept of a ticket's decisions.
pub async fn explain(pool: &Pool, books: &Books, ticket: &Ticket) -> Result<Explanation, StoreError> {
    let decisions = grounds::of(pool, &ticket.id).await?;
    let verdicts = grounds::verdicts(pool, &ticket.id).await?;
    let scores = tickets::scores(pool, &ticket.id, 20).await?;
    let others: Vec<TicketId> = scores.into_iter().map(|(other, _)| other).collect();
    let others = lists::rows(pool, &others).await?;
    let address = ticket
        .place
        .map_or_else(String::new, |place| address(&books.grids.locate(place.at, place.accuracy_m)));
    let sections = sections(&decisions, &verdicts, &Known { books, others });
    Ok(Explanation { number: ticket.number.clone(), address, sections })
}

fn sections(decisions: &[Decision], verdicts: &[(i64, Verdict, Moment)], names: &dyn Names) -> Vec<Section> {
    let decided = decisions.iter().map(|decision| tell(decision, names));
    let proven = verdicts.iter().map(|(round, verdict, at)| tell_proof(*round, verdict, *at));
    let mut sections: Vec<Section> = decided.chain(proven).collect();
    sections.sort_by_key(|section| (section.at, section.subject));
    sections
}
