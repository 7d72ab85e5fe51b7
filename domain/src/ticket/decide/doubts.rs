//! The doubts that an action puts before a person, and those that it puts to rest.

use strum::VariantArray as _;

use super::super::Ticket;
use super::super::action::{Action, ActionKind};
use super::super::attention::{Attention, AttentionKind};
use super::super::state::Stage;
use crate::proof::Outcome;

/// The doubts that an action raises.
pub(super) fn raised(ticket: &Ticket, action: &Action) -> Vec<Attention> {
    match action {
        Action::Flag { attention } => attention.clone(),
        Action::Return { reason, .. } => vec![Attention::Dispute { reason: reason.clone() }],
        Action::Contest { reason, .. } => vec![Attention::Contested { reason: reason.clone() }],
        Action::RequestExtension { reason, .. }
        | Action::RequestSuspension { reason, .. }
        | Action::Appeal { reason } => vec![Attention::Request { reason: reason.clone() }],
        Action::Judge { verdict } if verdict.outcome == Outcome::Doubt => {
            vec![Attention::DoubtfulProof { reasons: verdict.reasons() }]
        }
        Action::Recheck { holds: false, note, .. } => vec![Attention::Relapsed { note: note.clone() }],
        Action::CheckFrame { clear: false, confidence, .. } => vec![unclear(ticket, *confidence)],
        _ => Vec::new(),
    }
}

/// A machine still sees the problem: before the close the proof is in doubt, after it the problem is back.
fn unclear(ticket: &Ticket, confidence: f64) -> Attention {
    let sentence = format!("AI 复核：画面中仍有问题（置信度 {:.0}%）", confidence * 100.0);
    match ticket.stage() {
        Stage::Closed => Attention::Relapsed { note: sentence },
        _ => Attention::DoubtfulProof { reasons: vec![sentence] },
    }
}

/// The doubts that an action puts to rest, given the state that it leads to.
pub(super) fn settled(action: ActionKind, after: Stage) -> Vec<AttentionKind> {
    use AttentionKind as A;
    if matches!(after, Stage::Declined | Stage::Merged | Stage::Withdrawn) && action != ActionKind::Note {
        return A::VARIANTS.to_vec();
    }
    match action {
        ActionKind::ConfirmPlace => vec![A::Border, A::Outside, A::NoPlace],
        ActionKind::File => vec![A::NoCategory, A::BrokenPhoto, A::Screening],
        ActionKind::Dispatch | ActionKind::TakeOver => {
            vec![A::Border, A::Outside, A::NoPlace, A::Unroutable, A::Duplicate, A::Gap]
        }
        ActionKind::HandleOnSpot => vec![A::Gap],
        ActionKind::KeepSeparate => vec![A::Duplicate],
        ActionKind::Rule | ActionKind::Transfer | ActionKind::Redispatch => vec![A::Dispute, A::Request],
        ActionKind::Grant | ActionKind::Deny => vec![A::Request],
        ActionKind::SubmitFix => vec![A::Request, A::DoubtfulProof],
        ActionKind::Judge | ActionKind::Accept | ActionKind::Rework => vec![A::DoubtfulProof],
        ActionKind::Close => vec![A::DoubtfulProof, A::Duplicate],
        ActionKind::Reopen => vec![A::Contested, A::Relapsed],
        _ => Vec::new(),
    }
}
