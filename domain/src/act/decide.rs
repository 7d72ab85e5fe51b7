//! What may be done with an issued act, and what it becomes. It refuses to end what only the party group may end, and to
//! let one person both write and release an exposure.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumDiscriminants, EnumString, VariantArray};

use super::rules::{MOVES, Step};
use super::{Act, ActKind, ActState, Appeal, Echo, Signed, private_data};
use crate::actor::{Actor, Role};
use crate::id::PhotoId;
use crate::time::Moment;

/// One request to change an act; the JSON form is the body of `POST /v1/acts/{id}/actions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, EnumDiscriminants)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
#[strum_discriminants(
    name(Move),
    derive(Display, EnumString, VariantArray, Hash, PartialOrd, Ord, Serialize, Deserialize),
    strum(serialize_all = "snake_case"),
    serde(rename_all = "snake_case"),
    doc = "The name of a request, without its data."
)]
pub enum ActAction {
    /// A person makes a proposal count.
    Confirm {
        #[serde(default)]
        words: String,
    },
    /// Somebody else than its writer lets it out, having looked at every picture for faces.
    Publish {
        #[serde(default)]
        no_faces: Vec<PhotoId>,
    },
    /// The unit has received it (签收).
    Receipt {},
    /// What became of what was exposed.
    Echo {
        #[serde(default)]
        words: String,
        #[serde(default)]
        photo_ids: Vec<PhotoId>,
        #[serde(default)]
        no_faces: Vec<PhotoId>,
    },
    /// The unit objects.
    Appeal {
        #[serde(default)]
        reason: String,
    },
    /// The objection is turned down; granting it is a revocation.
    Dismiss {
        #[serde(default)]
        reason: String,
    },
    /// A credit record is repaired before its time.
    Repair {
        #[serde(default)]
        words: String,
    },
    /// The party group lets it go, recording what it resolved.
    Release {
        #[serde(default)]
        words: String,
    },
    /// It is done.
    Resolve {
        #[serde(default)]
        words: String,
    },
    /// It was wrong.
    Revoke {
        #[serde(default)]
        reason: String,
    },
}

impl Move {
    /// The Chinese word on the button.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Confirm => "确认",
            Self::Publish => "审核发布",
            Self::Receipt => "签收",
            Self::Echo => "回音",
            Self::Appeal => "申诉",
            Self::Dismiss => "驳回申诉",
            Self::Repair => "信用修复",
            Self::Release => "党组解除",
            Self::Resolve => "办结",
            Self::Revoke => "撤销",
        }
    }
}

/// Why nothing happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActRefusal {
    /// This role never does that.
    Role { what: String, role: Role },
    /// It is addressed to somebody else.
    NotAddressed,
    /// The same person can't do both.
    SamePerson(String),
    /// Its state doesn't allow that.
    State { state: ActState, action: Move },
    /// Something is missing or doesn't fit.
    Lacking { field: &'static str, reason: String },
    /// The district doesn't do that.
    Off(String),
}

impl ActRefusal {
    pub(super) fn lacking(field: &'static str, reason: impl Into<String>) -> Self {
        Self::Lacking { field, reason: reason.into() }
    }

    /// The Chinese sentence.
    pub fn message(&self) -> String {
        match self {
            Self::Role { what, role } => format!("{}无权{what}", role.label()),
            Self::NotAddressed => "该措施不是发给您或您的单位的".into(),
            Self::SamePerson(what) => what.clone(),
            Self::State { state, action } => format!("{}的措施不能{}", state.label(), action.label()),
            Self::Lacking { reason, .. } | Self::Off(reason) => reason.clone(),
        }
    }
}

/// What the actor may do with the act now.
pub fn allowed_actions(act: &Act, actor: &Actor) -> Vec<Move> {
    let mut list: Vec<Move> =
        MOVES.iter().filter(|step| fits(step, act, actor).is_ok()).map(|s| s.action).collect();
    list.retain(|action| is_possible(act, *action));
    list.dedup();
    list
}

/// What the act becomes.
///
/// # Errors
/// Why not; the act stays as it is.
pub fn decide(act: &Act, action: &ActAction, actor: &Actor, now: Moment) -> Result<Act, ActRefusal> {
    let name = Move::from(action);
    let mut refusal =
        ActRefusal::Role { what: format!("对“{}”{}", act.kind.label(), name.label()), role: actor.role };
    let rows = MOVES.iter().filter(|step| step.action == name && concerns(step, act.kind));
    let fitting =
        rows.filter(|step| step.roles.contains(&actor.role)).any(|step| match fits(step, act, actor) {
            Ok(()) => true,
            Err(why) => {
                refusal = why;
                false
            }
        });
    if !fitting {
        return Err(refusal);
    }
    if !is_possible(act, name) {
        return Err(ActRefusal::State { state: act.state, action: name });
    }
    let mut after = act.clone();
    after.version += 1;
    change(&mut after, action, actor, now)?;
    Ok(after)
}

fn concerns(step: &Step, kind: ActKind) -> bool {
    step.kinds.is_empty() || step.kinds.contains(&kind)
}

fn fits(step: &Step, act: &Act, actor: &Actor) -> Result<(), ActRefusal> {
    if !concerns(step, act.kind) || !step.roles.contains(&actor.role) {
        let what = format!("对“{}”{}", act.kind.label(), step.action.label());
        return Err(ActRefusal::Role { what, role: actor.role });
    }
    let unit = act.unit.is_some() && act.unit == actor.department;
    if step.addressee && !unit && act.person.as_ref() != Some(&actor.account) {
        return Err(ActRefusal::NotAddressed);
    }
    if step.other && act.by.account == actor.account {
        return Err(ActRefusal::SamePerson(format!("须由提出人以外的人{}", step.action.label())));
    }
    if !step.from.contains(&act.state) {
        return Err(ActRefusal::State { state: act.state, action: step.action });
    }
    Ok(())
}

/// What the facts of the act say beside its state.
fn is_possible(act: &Act, action: Move) -> bool {
    let pending = act.body.appeal.as_ref().is_some_and(|appeal| appeal.answer.is_none());
    match action {
        Move::Receipt => act.receipt.is_none(),
        Move::Echo => act.body.echo.is_none(),
        Move::Appeal => act.body.appeal.is_none(),
        Move::Dismiss => pending,
        _ => true,
    }
}

fn change(act: &mut Act, action: &ActAction, actor: &Actor, now: Moment) -> Result<(), ActRefusal> {
    let sign = |words: &str| Signed {
        account: actor.account.clone(),
        name: actor.name.clone(),
        at: now,
        words: words.trim().to_owned(),
    };
    match action {
        ActAction::Confirm { words } => {
            act.body.confirmed = Some(sign(words));
            open(act, now);
        }
        ActAction::Publish { no_faces } => {
            check_public("words", &act.words)?;
            check_public("title", act.body.title.as_deref().unwrap_or_default())?;
            check_faces(&act.body.photo_ids, no_faces)?;
            act.body.confirmed = Some(sign(""));
            open(act, now);
        }
        ActAction::Receipt {} => {
            act.receipt = Some(sign(""));
            if act.state == ActState::Open {
                act.state = ActState::Received;
            }
        }
        ActAction::Echo { words, photo_ids, no_faces } => {
            said("words", words)?;
            check_public("words", words)?;
            if photo_ids.is_empty() {
                return Err(ActRefusal::lacking("photo_ids", "回音至少要有一张整改后的照片"));
            }
            check_faces(photo_ids, no_faces)?;
            act.body.echo =
                Some(Echo { words: words.trim().to_owned(), photo_ids: photo_ids.clone(), at: now });
        }
        ActAction::Appeal { reason } => {
            said("reason", reason)?;
            act.body.appeal = Some(Appeal { by: sign(reason), answer: None });
        }
        ActAction::Dismiss { reason } => {
            said("reason", reason)?;
            if let Some(appeal) = &mut act.body.appeal {
                appeal.answer = Some(sign(reason));
            }
        }
        ActAction::Repair { words } => {
            said("words", words)?;
            act.body.repaired = Some(sign(words));
            end(act, ActState::Released, now);
        }
        ActAction::Release { words } => {
            said("words", words)?;
            act.body.resolution = Some(sign(words));
            end(act, ActState::Released, now);
        }
        ActAction::Resolve { words } => {
            said("words", words)?;
            act.body.resolution = Some(sign(words));
            end(act, ActState::Resolved, now);
        }
        ActAction::Revoke { reason } => {
            said("reason", reason)?;
            if let Some(appeal) = act.body.appeal.as_mut().filter(|appeal| appeal.answer.is_none()) {
                appeal.answer = Some(sign(reason));
            }
            act.body.resolution = Some(sign(reason));
            end(act, ActState::Revoked, now);
        }
    }
    Ok(())
}

fn open(act: &mut Act, now: Moment) {
    act.state = ActState::Open;
    act.issued_at = Some(now);
}

fn end(act: &mut Act, state: ActState, now: Moment) {
    act.state = state;
    act.ended_at = Some(now);
}

fn said(field: &'static str, words: &str) -> Result<(), ActRefusal> {
    if words.trim().is_empty() { Err(ActRefusal::lacking(field, "须写明内容")) } else { Ok(()) }
}

/// What goes before the public names nobody.
fn check_public(field: &'static str, words: &str) -> Result<(), ActRefusal> {
    match private_data(words) {
        Some((what, at)) => {
            Err(ActRefusal::lacking(field, format!("第{}个字起疑似{what}，公开内容不得含个人信息", at + 1)))
        }
        None => Ok(()),
    }
}

/// Every picture was looked at.
fn check_faces(photos: &[PhotoId], no_faces: &[PhotoId]) -> Result<(), ActRefusal> {
    match photos.iter().position(|photo| !no_faces.contains(photo)) {
        Some(at) => {
            Err(ActRefusal::lacking("no_faces", format!("须逐张确认照片中没有人脸：第{}张未确认", at + 1)))
        }
        None => Ok(()),
    }
}
