//! What happens later: the small closed list of jobs that a decision may ask for. It says what, never how.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumDiscriminants, EnumString, VariantArray};

use crate::id::{PhotoId, TicketId};
use crate::time::Moment;

/// Work to be done by the worker after the change that asked for it is on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, EnumDiscriminants)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[strum_discriminants(
    name(JobKind),
    derive(Display, EnumString, VariantArray, Hash),
    strum(serialize_all = "snake_case")
)]
pub enum Job {
    /// Decode a picture once and store everything later decisions need.
    AnalysePhoto { photo: PhotoId },
    /// Find place, category, duplicates and units of a received ticket.
    Triage { ticket: TicketId },
    /// Compare the photographs before and after; `round` counts the submissions of a fix.
    VerifyProof { ticket: TicketId, round: u32 },
    /// Write and send the notices that one event of a ticket causes.
    Notify { ticket: TicketId, seq: u64, audience: Audience },
    /// Send one stored notice through WeChat.
    Deliver { notice: String },
    /// Put the 回头看 of a closed ticket on somebody's list.
    Recheck { ticket: TicketId },
    /// Open the new ticket for a problem that came back (回弹).
    OpenRelapse { ticket: TicketId },
    /// Tell the unit that the deadline is near or over.
    WatchDeadline { ticket: TicketId },
    /// Climb the ladder of 督办 of one ticket (提醒 → 督办单 → 主要负责人 → 党组).
    Climb { ticket: TicketId },
    /// See that a filed ticket gets a unit (补位).
    WatchGap { ticket: TicketId },
    /// End an 案前提示 whose time ran out.
    EndPrompt { ticket: TicketId },
    /// Do what the calendar asks for: papers, programmes, freezes, draws, in order, each once.
    Tick {},
    /// Fold the changes of the roll-ups into them.
    FoldTally {},
    /// Push one event to one subscriber.
    Push { delivery: String },
    /// Remove stored pictures that no row names.
    SweepBlobs {},
}

impl Job {
    /// The key under which a second identical job is dropped while the first still waits.
    pub fn dedup(&self) -> Option<String> {
        match self {
            Self::AnalysePhoto { photo } => Some(format!("analyse:{photo}")),
            Self::Triage { ticket } => Some(format!("triage:{ticket}")),
            Self::VerifyProof { ticket, round } => Some(format!("verify:{ticket}:{round}")),
            Self::Notify { ticket, seq, audience } => Some(format!("notify:{ticket}:{seq}:{audience}")),
            Self::Deliver { notice } => Some(format!("deliver:{notice}")),
            Self::Recheck { ticket } => Some(format!("recheck:{ticket}")),
            Self::OpenRelapse { ticket } => Some(format!("relapse:{ticket}")),
            Self::WatchDeadline { ticket } => Some(format!("deadline:{ticket}")),
            Self::Climb { ticket } => Some(format!("climb:{ticket}")),
            Self::WatchGap { ticket } => Some(format!("gap:{ticket}")),
            Self::EndPrompt { ticket } => Some(format!("prompt:{ticket}")),
            Self::Tick {} => Some("tick".into()),
            Self::FoldTally {} => Some("tally".into()),
            Self::Push { delivery } => Some(format!("push:{delivery}")),
            Self::SweepBlobs {} => Some("sweep".into()),
        }
    }
}

/// Who is told of an event.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Display, EnumString, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Audience {
    /// Everyone who reported or follows the problem.
    Followers,
    /// The leading unit's responsible person and head.
    Lead,
    /// The assisting unit's head.
    Assist,
    /// The dispatchers.
    Desk,
    /// The inspectors.
    Inspectors,
    /// Whoever the event reported it up to.
    Superior,
    /// The heads of the units of its meeting and of its parts.
    Parties,
    /// Every handler of the leading unit (a red order is copied to them).
    Handlers,
}

/// A job with the moment before which it must not run (`None`: at once).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub job: Job,
    pub at: Option<Moment>,
}
