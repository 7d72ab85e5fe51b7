//! What the machine would do with a ticket that came to a person: one action, complete, for the first doubt that it can
//! answer. It refuses to propose what the asker may not do, and has no opinion where it has no ground.

use std::collections::BTreeMap;

use super::Ticket;
use super::action::{Action, ActionKind};
use super::attention::Attention;
use super::state::State;
use crate::classify::Guide;
use crate::geo::grid::{Candidate, Layer};
use crate::id::{CategoryCode, TicketId};
use crate::import::{CategoryRow, StandardRow};

/// Most characters of a reason, as at the door.
const MOST_REASON: usize = 500;

/// What to do and on what ground.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    pub action: Action,
    /// One Chinese sentence.
    pub sentence: String,
}

/// What may be filed as what.
#[derive(Debug, Clone, Copy)]
pub struct Catalogue<'a> {
    pub categories: &'a BTreeMap<CategoryCode, CategoryRow>,
    /// The standards of a category, the usual one first.
    pub standards: &'a BTreeMap<CategoryCode, Vec<StandardRow>>,
    pub guide: &'a Guide,
}

/// The machine's answer to the first doubt that it can answer with one of the `allowed` actions.
pub fn propose(ticket: &Ticket, allowed: &[ActionKind], catalogue: Catalogue<'_>) -> Option<Proposal> {
    let answers = ticket.attention.iter().filter_map(|doubt| answer(ticket, doubt, catalogue));
    answers.into_iter().find(|proposal| allowed.contains(&ActionKind::from(&proposal.action)))
}

fn answer(ticket: &Ticket, doubt: &Attention, catalogue: Catalogue<'_>) -> Option<Proposal> {
    match doubt {
        Attention::Border { layer, candidates } => placed(*layer, candidates),
        Attention::Duplicate { ticket: twin, probability, .. } => Some(merged(twin, *probability)),
        Attention::DoubtfulProof { reasons } => Some(redone(reasons)),
        Attention::Dispute { reason } => ruled(ticket, reason),
        Attention::NoCategory { .. } => filed(ticket, catalogue),
        Attention::Relapsed { note } => Some(Proposal {
            action: Action::Reopen { reason: shortened(&format!("回弹：{note}")) },
            sentence: "重开，由原单位继续处置".into(),
        }),
        _ => None,
    }
}

fn placed(layer: Layer, candidates: &[Candidate]) -> Option<Proposal> {
    let best = candidates.iter().max_by(|one, other| one.likelihood.total_cmp(&other.likelihood))?;
    let ground = format!("{}「{}」（{:.0}%）", layer.label(), best.name, best.likelihood * 100.0);
    Some(Proposal {
        action: Action::ConfirmPlace {
            grids: BTreeMap::from([(layer, best.grid.clone())]),
            point: None,
            reason: shortened(&format!("采用系统建议：{ground}可能性最大")),
        },
        sentence: format!("归入可能性最大的{ground}"),
    })
}

fn merged(twin: &TicketId, probability: f64) -> Proposal {
    let sure = format!("相似度 {:.0}%", probability * 100.0);
    Proposal {
        action: Action::Merge {
            into: twin.clone(), reason: format!("采用系统建议：疑似重复，{sure}")
        },
        sentence: format!("并入疑似的同一案件（{sure}）"),
    }
}

fn redone(reasons: &[String]) -> Proposal {
    Proposal {
        action: Action::Rework { reason: shortened(&reasons.join("；")) },
        sentence: "退回返工，请按未通过的检查补拍".into(),
    }
}

fn ruled(ticket: &Ticket, reason: &str) -> Option<Proposal> {
    let State::Disputed { by, proposed, .. } = &ticket.state else { return None };
    (by != proposed).then(|| Proposal {
        action: Action::Rule {
            lead: proposed.clone(),
            assist: None,
            person: None,
            parties: vec![by.clone(), proposed.clone()],
            reason: shortened(&format!("采纳退单理由：{reason}")),
        },
        sentence: "按退单单位所指，改由其建议的单位主办".into(),
    })
}

/// As the reporter chose, else as the words say it most likely is.
fn filed(ticket: &Ticket, catalogue: Catalogue<'_>) -> Option<Proposal> {
    let hinted = ticket.category_hint.clone().map(|code| (code, "上报人所选".to_owned()));
    let guessed = || {
        let best = catalogue.guide.guess(&ticket.words).into_iter().next()?;
        Some((best.category, format!("按描述，把握 {:.0}%", best.confidence * 100.0)))
    };
    let (category, ground) = hinted.or_else(guessed)?;
    let name = &catalogue.categories.get(&category)?.name;
    let standard = catalogue.standards.get(&category)?.first()?.code.clone();
    Some(Proposal {
        sentence: format!("按「{name}」挂号立案（{ground}）"),
        action: Action::File { category, standard },
    })
}

fn shortened(text: &str) -> String {
    text.chars().take(MOST_REASON).collect()
}
