//! The table of what is done with a paper, by whom and in which state. It refuses what has no row, and names the role, the
//! reach or the state that is in the way.

use strum::VariantArray as _;

use super::{PaperAction, PaperKind, PaperState};
use crate::actor::{Actor, Role};
use crate::id::DepartmentCode;

/// One row of the table: from which states an action leads where, and who may do it.
struct Step {
    action: PaperAction,
    from: &'static [PaperState],
    to: Option<PaperState>,
    /// On a unit's paper: those of the unit itself.
    own: &'static [Role],
    /// On a unit's paper: those who stand above units.
    above: &'static [Role],
    /// On the district's paper.
    district: &'static [Role],
}

use PaperState::{Draft, Filed, Frozen, Signed};
use Role::{Command, Coordinator, Dispatcher, Handler, Leader, System, UnitHead};

const STEPS: &[Step] = &[
    Step {
        action: PaperAction::Amend,
        from: &[Draft],
        to: None,
        own: &[Handler, UnitHead],
        above: &[],
        district: &[Dispatcher, Coordinator],
    },
    Step {
        action: PaperAction::File,
        from: &[Draft],
        to: Some(Filed),
        own: &[Handler, UnitHead],
        above: &[],
        district: &[Dispatcher, Coordinator],
    },
    Step {
        action: PaperAction::Sign,
        from: &[Filed],
        to: Some(Signed),
        own: &[UnitHead],
        above: &[],
        district: &[Leader, Command],
    },
    Step {
        action: PaperAction::Decide,
        from: &[Draft, Filed, Signed],
        to: None,
        own: &[UnitHead],
        above: &[Dispatcher, Coordinator, Command, Leader],
        district: &[Dispatcher, Coordinator, Command, Leader],
    },
    Step {
        action: PaperAction::FinishDecision,
        from: &[Draft, Filed, Signed, Frozen],
        to: None,
        own: &[Handler, UnitHead],
        above: &[Dispatcher, Coordinator, Command],
        district: &[Dispatcher, Coordinator, Command],
    },
    Step {
        action: PaperAction::Freeze,
        from: &[Draft, Filed, Signed],
        to: Some(Frozen),
        own: &[],
        above: &[Dispatcher, System],
        district: &[Dispatcher, System],
    },
];

/// Why an action on a paper was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PaperRefusal {
    /// The role has no such right on this paper.
    #[error("{}无权{}该{}", role.label(), action.label(), kind.label())]
    Role { role: Role, action: PaperAction, kind: PaperKind },
    /// It is another unit's paper.
    #[error("这是其他单位的{}", .0.label())]
    Reach(PaperKind),
    /// Not in this state.
    #[error("{}状态的{}不能{}", state.label(), kind.label(), action.label())]
    State { state: PaperState, action: PaperAction, kind: PaperKind },
}

/// Whose paper it is and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing<'a> {
    /// Which paper.
    pub kind: PaperKind,
    /// The unit that owes it; none when it is the district's.
    pub unit: Option<&'a DepartmentCode>,
    /// Where it stands.
    pub state: PaperState,
}

/// Where the paper stands after `action`; who may not is told before what can't be.
pub fn step(paper: Standing<'_>, action: PaperAction, actor: &Actor) -> Result<PaperState, PaperRefusal> {
    let Standing { kind, unit, state } = paper;
    let step = STEPS.iter().find(|step| step.action == action);
    let Some(step) = step else { return Err(PaperRefusal::State { state, action, kind }) };
    let own = unit.is_some() && actor.department.as_ref() == unit;
    let above = if unit.is_some() { step.above } else { step.district };
    let role = actor.role;
    if !above.contains(&role) {
        match unit {
            Some(_) if step.own.contains(&role) && !own => return Err(PaperRefusal::Reach(kind)),
            Some(_) if step.own.contains(&role) => {}
            _ => return Err(PaperRefusal::Role { role, action, kind }),
        }
    }
    if step.from.contains(&state) {
        Ok(step.to.unwrap_or(state))
    } else {
        Err(PaperRefusal::State { state, action, kind })
    }
}

/// What `actor` may do now.
pub fn allowed(paper: Standing<'_>, actor: &Actor) -> Vec<PaperAction> {
    PaperAction::VARIANTS.iter().copied().filter(|action| step(paper, *action, actor).is_ok()).collect()
}
