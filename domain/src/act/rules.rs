//! Two tables: which kind of act who may issue and what must come with it, and what may be done with an issued one.

use super::decide::Move::{self, *};
use super::{ActKind, ActState, CreditRule, Particulars};
use crate::actor::Role::{self, *};
use crate::id::{AccountId, DepartmentCode, TicketId};
use crate::ladder::UnitLadder;
use crate::time::{DAY_MS, Moment};

use super::decide::ActRefusal;

/// What an act is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Ticket,
    Unit,
    /// A ticket or a unit.
    Either,
    /// A unit, inside an accountability file.
    File,
    /// A unit, inside a file or on its own.
    UnitOrFile,
    /// Somebody named in the particulars.
    Subject,
}

/// What must come with an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    Reason,
    Due,
    Reached,
    Points,
    Item,
    Badge,
    Gravity,
    LegalBasis,
    Expiry,
    Photos,
    /// The rung before it within its days.
    Rung,
}

/// One kind of act.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    pub kind: ActKind,
    pub prefix: &'static str,
    pub target: Target,
    pub issuers: &'static [Role],
    pub needs: &'static [Need],
    /// The state in which a person's act begins.
    pub first: ActState,
}

const DESK: &[Role] = &[Dispatcher, Coordinator, Leader, Command, System];
const VOICE: &[Role] = &[Dispatcher, Coordinator, Leader, Command];
const COMMAND: &[Role] = &[Coordinator, Leader, Command, System];
const ABOVE: &[Role] = &[Leader, Command, System];
const SHOW: &[Role] = &[Publicity, Dispatcher, Coordinator];
const RECORD: &[Role] = &[Coordinator, Command];

const fn row(
    kind: ActKind,
    prefix: &'static str,
    target: Target,
    issuers: &'static [Role],
    needs: &'static [Need],
    first: ActState,
) -> Rule {
    Rule { kind, prefix, target, issuers, needs, first }
}

/// The table of kinds, in the order of [`ActKind`].
#[rustfmt::skip]
pub const ACTS: &[Rule] = &[
    row(ActKind::Reminder, "提醒", Target::Ticket, DESK, &[], ActState::Open),
    row(ActKind::Warning, "预警", Target::Ticket, DESK, &[], ActState::Open),
    row(ActKind::Slip, "督办", Target::Ticket, DESK, &[Need::Due], ActState::Open),
    row(ActKind::Phone, "电督", Target::Ticket, VOICE, &[Need::Reached], ActState::Open),
    row(ActKind::Head, "报责", Target::Ticket, DESK, &[Need::Reason], ActState::Open),
    row(ActKind::PartyGroup, "党组", Target::Ticket, DESK, &[], ActState::Open),
    row(ActKind::Circular, "通报", Target::Either, COMMAND, &[], ActState::Open),
    row(ActKind::Exposure, "曝光", Target::Ticket, SHOW, &[Need::Photos], ActState::Draft),
    row(ActKind::Talk, "约谈", Target::UnitOrFile, ABOVE, &[Need::Rung], ActState::Open),
    row(ActKind::Efficiency, "效能", Target::Unit, ABOVE, &[Need::Rung], ActState::Open),
    row(ActKind::Discipline, "纪检", Target::Unit, &[Command, System], &[Need::Rung], ActState::Open),
    row(ActKind::Accountability, "问责", Target::Unit, COMMAND, &[], ActState::Open),
    row(ActKind::Downgrade, "降档", Target::File, RECORD, &[], ActState::Open),
    row(ActKind::BonusCut, "扣奖", Target::File, RECORD, &[], ActState::Open),
    row(ActKind::Personal, "追究", Target::File, &[Command], &[Need::Gravity], ActState::Open),
    row(ActKind::Pursuit, "追责", Target::Unit, RECORD, &[Need::Item, Need::Points], ActState::Open),
    row(ActKind::Deduction, "扣分", Target::UnitOrFile, RECORD, &[Need::Points], ActState::Open),
    row(ActKind::TitleRemoved, "摘牌", Target::UnitOrFile, RECORD, &[], ActState::Open),
    row(ActKind::Commend, "表彰", Target::Unit, RECORD, &[], ActState::Open),
    row(ActKind::Recommend, "推荐", Target::Unit, RECORD, &[], ActState::Open),
    row(ActKind::Promote, "晋档", Target::Unit, RECORD, &[], ActState::Open),
    row(ActKind::Badge, "标识", Target::Unit, RECORD, &[Need::Badge], ActState::Open),
    row(ActKind::Credit, "信用", Target::Subject, RECORD, &[Need::LegalBasis, Need::Expiry], ActState::Proposed),
    row(ActKind::PenaltyNotice, "处罚", Target::Subject, RECORD, &[Need::LegalBasis, Need::Expiry], ActState::Draft),
];

/// The row of a kind.
pub fn rule(kind: ActKind) -> &'static Rule {
    ACTS.iter().find(|rule| rule.kind == kind).expect("every kind has a row; a test walks them all")
}

/// One row of what may be done with an act: by whom, on which kinds (all when empty), in which states.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    pub action: Move,
    pub kinds: &'static [ActKind],
    pub from: &'static [ActState],
    pub roles: &'static [Role],
    /// The asker must belong to the unit addressed, or be the person addressed.
    pub addressee: bool,
    /// The asker must be another person than the issuer.
    pub other: bool,
}

const fn step(
    action: Move,
    kinds: &'static [ActKind],
    from: &'static [ActState],
    roles: &'static [Role],
    addressee: bool,
    other: bool,
) -> Step {
    Step { action, kinds, from, roles, addressee, other }
}

const UNIT: &[Role] = &[Handler, UnitHead, Crew];
const LIVE: &[ActState] = &[ActState::Open, ActState::Received, ActState::Effective];
const ANY: &[ActState] =
    &[ActState::Proposed, ActState::Draft, ActState::Open, ActState::Received, ActState::Effective];

/// The table of moves.
#[rustfmt::skip]
pub const MOVES: &[Step] = &[
    step(Confirm, &[], &[ActState::Proposed], RECORD, false, true),
    step(Confirm, &[], &[ActState::Proposed], &[Leader], false, true),
    step(Publish, &[ActKind::Exposure], &[ActState::Draft], SHOW, false, true),
    step(Publish, &[ActKind::PenaltyNotice], &[ActState::Draft], RECORD, false, true),
    step(Receipt, &[], &[ActState::Open, ActState::Effective], UNIT, true, false),
    step(Echo, &[ActKind::Exposure], LIVE, SHOW, false, false),
    step(Appeal, &[], LIVE, UNIT, true, false),
    step(Appeal, &[ActKind::Credit], LIVE, RECORD, false, false),
    step(Dismiss, &[], LIVE, &[Coordinator, Command, Leader], false, true),
    step(Repair, &[ActKind::Credit], LIVE, RECORD, false, false),
    // What only the party group may end is in no other row.
    step(Release, &[ActKind::PartyGroup], LIVE, &[Command], false, false),
    step(Resolve, &[
        ActKind::Reminder, ActKind::Warning, ActKind::Slip, ActKind::Phone, ActKind::Head, ActKind::Circular,
        ActKind::Talk, ActKind::Efficiency, ActKind::Discipline, ActKind::Accountability, ActKind::Pursuit,
        ActKind::Exposure, ActKind::PenaltyNotice,
    ], LIVE, &[Dispatcher, Coordinator, Leader, Command], false, false),
    step(Revoke, &[
        ActKind::Reminder, ActKind::Warning, ActKind::Slip, ActKind::Phone, ActKind::Head, ActKind::Circular,
        ActKind::Exposure, ActKind::Talk, ActKind::Efficiency, ActKind::Discipline, ActKind::Accountability,
        ActKind::Downgrade, ActKind::BonusCut, ActKind::Personal, ActKind::Pursuit, ActKind::Deduction,
        ActKind::TitleRemoved, ActKind::Commend, ActKind::Recommend, ActKind::Promote, ActKind::Badge,
        ActKind::Credit, ActKind::PenaltyNotice,
    ], ANY, RECORD, false, false),
];

/// Whether the role reads every act; units read those addressed to them, and nobody else any.
pub fn reads_all(role: Role, kind: ActKind) -> bool {
    match kind {
        // What is held against a person is not for everybody who works here.
        ActKind::Credit | ActKind::Personal => {
            matches!(role, Coordinator | Command | Leader | Oversight | System)
        }
        _ => matches!(
            role,
            Dispatcher
                | Inspector
                | Leader
                | Command
                | Coordinator
                | Publicity
                | Institution
                | Oversight
                | Admin
                | System
        ),
    }
}

/// An act as somebody asks for it, with what the store knows of its surroundings.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub kind: ActKind,
    pub ticket: Option<&'a TicketId>,
    pub unit: Option<&'a DepartmentCode>,
    pub person: Option<&'a AccountId>,
    /// The kind and state of the file that it names.
    pub parent: Option<(ActKind, ActState)>,
    pub due_at: Option<Moment>,
    pub body: &'a Particulars,
    /// The unit's acts so far: kind and when issued, newest last.
    pub before: &'a [(ActKind, Moment)],
}

/// Whether this role ever issues this kind.
///
/// # Errors
/// The refusal.
pub fn check_role(kind: ActKind, role: Role) -> Result<(), ActRefusal> {
    match rule(kind).issuers.contains(&role) {
        true => Ok(()),
        false => Err(ActRefusal::Role { what: format!("发出“{}”", kind.label()), role }),
    }
}

/// Whether this role may issue this act as it is asked for.
///
/// # Errors
/// The refusal, with the field at fault.
pub fn check_new(
    asked: &Asked<'_>,
    role: Role,
    ladder: &UnitLadder,
    credit: &CreditRule,
    now: Moment,
) -> Result<(), ActRefusal> {
    check_role(asked.kind, role)?;
    let rule = rule(asked.kind);
    if asked.kind == ActKind::Credit {
        check_credit(asked.body, credit, now)?;
    }
    check_target(asked, rule.target)?;
    if asked.due_at.is_some_and(|due| due <= now) {
        return Err(ActRefusal::lacking("due_at", "期限须晚于现在"));
    }
    rule.needs.iter().try_for_each(|need| check_need(asked, *need, ladder, now))
}

fn check_credit(body: &Particulars, credit: &CreditRule, now: Moment) -> Result<(), ActRefusal> {
    if !credit.enabled {
        return Err(ActRefusal::Off("本区未启用信用记录（规则 credit.enabled）".into()));
    }
    if body.natural_person && !credit.natural_persons {
        return Err(ActRefusal::Off("本区未对自然人启用信用记录（规则 credit.natural_persons）".into()));
    }
    let last = now.plus_ms(i64::from(credit.most_days) * DAY_MS);
    if body.expires_at.is_some_and(|end| end > last) {
        return Err(ActRefusal::lacking("expires_at", format!("信用记录最多保留 {} 天", credit.most_days)));
    }
    Ok(())
}

fn check_target(asked: &Asked<'_>, target: Target) -> Result<(), ActRefusal> {
    let in_file = match asked.parent {
        None => false,
        Some((ActKind::Accountability, state)) if state.is_open() => true,
        Some(_) => return Err(ActRefusal::lacking("parent", "须为一份未办结的问责档案")),
    };
    let named = |given: bool, field, what: &str| {
        if given { Ok(()) } else { Err(ActRefusal::lacking(field, format!("须写明{what}"))) }
    };
    let none = |given: bool, field, why: &str| {
        if given { Err(ActRefusal::lacking(field, why.to_owned())) } else { Ok(()) }
    };
    match target {
        Target::Ticket => {
            named(asked.ticket.is_some(), "ticket_id", "案件")?;
            none(in_file, "parent", "该措施针对案件，不入问责档案")
        }
        Target::Either => named(asked.ticket.is_some() || asked.unit.is_some(), "department", "案件或单位"),
        Target::Unit => {
            named(asked.unit.is_some(), "department", "单位")?;
            none(in_file, "parent", "该措施不入问责档案")
        }
        Target::UnitOrFile => named(asked.unit.is_some(), "department", "单位"),
        Target::File => {
            named(in_file, "parent", "所属的问责档案")?;
            named(asked.unit.is_some() || asked.person.is_some(), "department", "单位或责任人")
        }
        Target::Subject => {
            let known =
                asked.unit.is_some() || asked.body.subject.as_ref().is_some_and(|s| !s.trim().is_empty());
            named(known, "subject", "当事人或单位")
        }
    }
}

fn check_need(asked: &Asked<'_>, need: Need, ladder: &UnitLadder, now: Moment) -> Result<(), ActRefusal> {
    let body = asked.body;
    let filled = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
    let (fine, field, why) = match need {
        Need::Reason => (
            body.reason.is_some(),
            "reason",
            "须写明原因：passive 消极应付、stalled 推诿拖延、ineffective 整改不力",
        ),
        Need::Due => (asked.due_at.is_some(), "due_at", "须写明办理期限"),
        Need::Reached => (filled(&body.reached), "reached", "须写明接听电话的人"),
        Need::Points => {
            (body.points.is_some_and(|points| (1..=1000).contains(&points)), "points", "须为 1 到 1000 分")
        }
        Need::Item => (filled(&body.item), "item", "须写明失分的测评项目"),
        Need::Badge => (filled(&body.badge), "badge", "须写明标识"),
        Need::LegalBasis => (filled(&body.legal_basis), "legal_basis", "须写明法律依据"),
        Need::Expiry => {
            (body.expires_at.is_some_and(|end| end > now), "expires_at", "须写明晚于现在的到期时间")
        }
        Need::Photos => (!body.photo_ids.is_empty(), "photo_ids", "至少要有一张照片"),
        Need::Gravity => {
            let known = body.gravity.as_ref().is_some_and(|word| ladder.gravity.contains(word));
            return if known {
                Ok(())
            } else {
                Err(ActRefusal::lacking("gravity", format!("取值须为 {}", ladder.gravity.join("、"))))
            };
        }
        Need::Rung if asked.parent.is_some() => return Ok(()),
        Need::Rung => {
            return ladder
                .admits(asked.kind, asked.before, now)
                .map_err(|why| ActRefusal::lacking("kind", why));
        }
    };
    if fine { Ok(()) } else { Err(ActRefusal::lacking(field, why)) }
}
