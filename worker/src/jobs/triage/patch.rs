//! 图斑: a suspected patch is a case only after its locality looked at it. It asks the unit of the area and refuses to file
//! anything before the answer.

use domain::actor::Role;
use domain::geo::grid::Layer;
use domain::id::AccountId;
use domain::ticket::Ticket;
use domain::ticket::action::{Action, ActionKind};
use store::repo::district::block_of;
use store::repo::people;

use super::{Case, Halt, Pen};
use crate::jobs::notify::post;
use crate::letter::Letter;

/// Whether it is a patch that nobody has verified.
pub(super) fn waits(case: &Case) -> bool {
    case.ticket.source.is_patch() && !case.knows(ActionKind::Verify)
}

/// Asks the unit of the area to look, and tells its people.
pub(super) async fn ask(pen: &mut Pen<'_>, case: &Case, ticket: &Ticket) -> Result<(), Halt> {
    let area = ticket.grids.get(&Layer::Area);
    let block = area.and_then(|area| block_of(&case.books, area));
    let note = match block {
        Some(block) => format!("疑似图斑，请{}到现场核实：属实、不属实或已审批", block.name),
        None => "疑似图斑，请到现场核实：属实、不属实或已审批".to_owned(),
    };
    let asked = pen.apply(&ticket.id, Action::AskVerify { note: note.clone() }).await?;
    let Some(block) = block else { return Ok(()) };
    let people =
        people::accounts_of_department(&mut *pen.tx, &block.code, &[Role::UnitHead, Role::Handler]).await?;
    let to: Vec<AccountId> = people.into_iter().map(|account| account.id).collect();
    let letter = Letter::new("图斑待甄别", format!("{note}。线索：{}", ticket.words));
    post(pen.context, pen.tx, &to, &ticket.id, asked.version, &letter).await?;
    Ok(())
}
