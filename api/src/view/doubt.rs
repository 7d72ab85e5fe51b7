//! Why a ticket needs a person, and what it may be the same as: each doubt with the machine's figures.

use domain::dedupe::{Feature, Score, Verdict};
use domain::geo::grid::Layer;
use domain::id::TicketId;
use domain::ticket::Ticket;
use domain::ticket::action::{Action, ActionKind};
use domain::ticket::attention::{Attention, AttentionKind};
use domain::ticket::proposal::{self, Catalogue};
use domain::ticket::state::Stage;
use serde::Serialize;
use store::repo::district::Books;
use store::repo::lists::TicketRow;

use super::place::CandidateView;

/// One doubt.
#[derive(Debug, Serialize)]
pub struct DoubtView {
    pub kind: AttentionKind,
    pub label: &'static str,
    /// Chinese, with the figures.
    pub sentence: String,
    /// The layer whose border is near.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer: Option<Layer>,
    /// Grids to choose from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<CandidateView>,
    /// The ticket that it may be the same as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket_id: Option<TicketId>,
    /// How likely that is, or how sure the machine is, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// Chinese sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

/// Another ticket that may show the same problem.
#[derive(Debug, Serialize)]
pub struct DuplicateView {
    pub ticket_id: TicketId,
    pub number: Option<String>,
    pub stage: Option<Stage>,
    pub stage_label: Option<&'static str>,
    /// 0 to 1.
    pub probability: f64,
    pub verdict: Verdict,
    pub verdict_label: &'static str,
    /// The parts of the sum; `value × weight` is what each adds.
    pub features: Vec<Feature>,
    /// Rules that held the verdict below what the probability alone would give.
    pub held: Vec<String>,
}

/// What the machine would do.
#[derive(Debug, Serialize)]
pub struct ProposalView {
    pub action: ActionKind,
    /// The word on the button.
    pub label: &'static str,
    /// What would be done and on what ground.
    pub sentence: String,
    /// The body that does it.
    pub body: Action,
}

/// What the machine would do with a ticket by whoever may take the `allowed` actions.
pub fn proposal(books: &Books, ticket: &Ticket, allowed: &[ActionKind]) -> Option<ProposalView> {
    let Books { categories, standards, guide, .. } = books;
    let found = proposal::propose(ticket, allowed, Catalogue { categories, standards, guide })?;
    let action = ActionKind::from(&found.action);
    Some(ProposalView { action, label: action.label(), sentence: found.sentence, body: found.action })
}

/// The Chinese word of a doubt.
pub const fn label(kind: AttentionKind) -> &'static str {
    match kind {
        AttentionKind::Border => "跨界",
        AttentionKind::Outside => "区外",
        AttentionKind::NoPlace => "无位置",
        AttentionKind::NoCategory => "类别不明",
        AttentionKind::Unroutable => "无责任单位",
        AttentionKind::Duplicate => "疑似重复",
        AttentionKind::DoubtfulProof => "证据存疑",
        AttentionKind::Dispute => "会商",
        AttentionKind::Contested => "质疑",
        AttentionKind::Request => "申请待批",
        AttentionKind::BrokenPhoto => "照片无法读取",
        AttentionKind::Relapsed => "回弹",
        AttentionKind::Screening => "待筛选",
        AttentionKind::Gap => "无人负责",
    }
}

/// A doubt as the desk sees it.
pub fn doubt(attention: &Attention) -> DoubtView {
    let kind = attention.kind();
    let mut view = DoubtView {
        kind,
        label: label(kind),
        sentence: attention.sentence(),
        layer: None,
        candidates: Vec::new(),
        ticket_id: None,
        probability: None,
        reasons: Vec::new(),
    };
    match attention {
        Attention::Border { layer, candidates } => {
            view.layer = Some(*layer);
            view.candidates = candidates.iter().map(Into::into).collect();
        }
        Attention::Outside { nearest, .. } => view.candidates = nearest.iter().map(Into::into).collect(),
        Attention::Duplicate { ticket, probability, reasons } => {
            view.ticket_id = Some(ticket.clone());
            view.probability = Some(*probability);
            view.reasons.clone_from(reasons);
        }
        Attention::NoCategory { guesses: reasons }
        | Attention::Unroutable { reasons }
        | Attention::DoubtfulProof { reasons }
        | Attention::Gap { reasons }
        | Attention::BrokenPhoto { reasons } => view.reasons.clone_from(reasons),
        Attention::Dispute { reason } | Attention::Contested { reason } | Attention::Request { reason } => {
            view.reasons = vec![reason.clone()];
        }
        Attention::Relapsed { note } => view.reasons = vec![note.clone()],
        Attention::Screening { confidence, .. } => view.probability = Some(*confidence),
        Attention::NoPlace => {}
    }
    view
}

/// A score with what is known of the other ticket.
pub fn duplicate(other: &TicketId, score: &Score, rows: &[TicketRow]) -> DuplicateView {
    let row = rows.iter().find(|row| row.id == *other);
    DuplicateView {
        ticket_id: other.clone(),
        number: row.and_then(|row| row.number.clone()),
        stage: row.map(|row| row.stage),
        stage_label: row.map(|row| row.stage.label()),
        probability: score.probability,
        verdict: score.verdict,
        verdict_label: match score.verdict {
            Verdict::Separate => "另立",
            Verdict::Ask => "待人工判断",
            Verdict::Merge => "并案",
        },
        features: score.features.clone(),
        held: score.held.clone(),
    }
}
