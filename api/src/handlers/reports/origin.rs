//! Where a report came from beside its source: what each source must say and may say, in one table. It refuses what does
//! not belong to a source instead of dropping it.

use domain::ticket::event::{Machine, Origin, Patrol, Source};
use domain::time::{DAY_MS, Moment};
use serde::Deserialize;

use crate::error::{ApiError, ApiResult};
use crate::handlers::tickets::action::check_text;

/// Most characters of a name.
const MOST_NAME: usize = 100;
/// Most characters of a machine's or a programme's code.
const MOST_CODE: usize = 64;
/// The farthest deadline that is believed to be one.
const FARTHEST_MS: i64 = 5 * 366 * DAY_MS;

/// The `origin` of a report.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OriginBody {
    /// The original sender in a work group, the caller of a hotline, the proposer of a motion.
    sender: Option<String>,
    /// The authority that assigned it, or the programme on air that showed it.
    authority: Option<String>,
    aired_at: Option<Moment>,
    deadline: Option<Moment>,
    reply_due: Option<Moment>,
    patrol: Option<Patrol>,
    new_build: bool,
    /// The round, campaign or flight.
    programme: Option<String>,
    machine: Option<Machine>,
}

/// One field of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Sender,
    Authority,
    AiredAt,
    Deadline,
    ReplyDue,
    Patrol,
    NewBuild,
    Programme,
    Machine,
}

use Field::{AiredAt, Authority, Deadline, NewBuild, Programme, ReplyDue, Sender};

/// What a source must say and what it may say besides.
const fn manners(source: Source) -> (&'static [Field], &'static [Field]) {
    match source {
        Source::Assigned => (&[Authority], &[Sender, Deadline, ReplyDue, NewBuild]),
        Source::Media => (&[Authority, AiredAt], &[Deadline, NewBuild]),
        Source::Proposal => (&[Sender, ReplyDue], &[Authority, Deadline, NewBuild]),
        Source::WechatGroup => (&[Sender], &[NewBuild]),
        Source::Petition | Source::Hotline | Source::Platform | Source::Integration => {
            (&[], &[Sender, Authority, Deadline, ReplyDue, NewBuild])
        }
        Source::Console => (&[], &[Sender, NewBuild]),
        Source::Station => (&[], &[Sender, NewBuild, Programme]),
        Source::Patrol | Source::Inspection => (&[], &[Field::Patrol, NewBuild, Programme]),
        Source::SelfCheck | Source::Drone | Source::Satellite => (&[], &[NewBuild, Programme]),
        Source::Visit | Source::Simulation | Source::Crew => (&[], &[Programme]),
        Source::Camera => (&[Field::Machine], &[]),
        Source::MiniProgram | Source::H5 | Source::Relapse => (&[], &[]),
    }
}

impl Field {
    const ALL: [Self; 9] =
        [Sender, Authority, AiredAt, Deadline, ReplyDue, Self::Patrol, NewBuild, Programme, Self::Machine];

    const fn path(self) -> &'static str {
        match self {
            Sender => "origin.sender",
            Authority => "origin.authority",
            AiredAt => "origin.aired_at",
            Deadline => "origin.deadline",
            ReplyDue => "origin.reply_due",
            Self::Patrol => "origin.patrol",
            NewBuild => "origin.new_build",
            Programme => "origin.programme",
            Self::Machine => "origin.machine",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Sender => "原发送人、来电人或提出人",
            Authority => "交办单位或播出栏目",
            AiredAt => "播出时间",
            Deadline => "交办期限",
            ReplyDue => "正式答复期限",
            Self::Patrol => "采集方式",
            NewBuild => "新增违建标记",
            Programme => "巡访、专项或巡飞编号",
            Self::Machine => "抓拍信息",
        }
    }
}

impl OriginBody {
    const fn has(&self, field: Field) -> bool {
        match field {
            Sender => self.sender.is_some(),
            Authority => self.authority.is_some(),
            AiredAt => self.aired_at.is_some(),
            Deadline => self.deadline.is_some(),
            ReplyDue => self.reply_due.is_some(),
            Field::Patrol => self.patrol.is_some(),
            NewBuild => self.new_build,
            Programme => self.programme.is_some(),
            Field::Machine => self.machine.is_some(),
        }
    }

    /// Checks it against the manners of its source.
    pub fn read(self, source: Source, now: Moment) -> ApiResult<Origin> {
        let (must, may) = manners(source);
        for field in Field::ALL {
            if must.contains(&field) && !self.has(field) {
                return Err(ApiError::bad_field(
                    field.path(),
                    format!("来源为“{}”时须写明{}", source.label(), field.label()),
                ));
            }
            if self.has(field) && !must.contains(&field) && !may.contains(&field) {
                return Err(ApiError::bad_field(
                    field.path(),
                    format!("来源为“{}”时不能带{}", source.label(), field.label()),
                ));
            }
        }
        self.check_times(now)?;
        let machine = self.machine.map(check_machine).transpose()?;
        Ok(Origin {
            sender: named(Sender, self.sender, MOST_NAME)?,
            authority: named(Authority, self.authority, MOST_NAME)?,
            programme: named(Programme, self.programme, MOST_CODE)?,
            aired_at: self.aired_at,
            deadline: self.deadline,
            reply_due: self.reply_due,
            patrol: self.patrol,
            new_build: self.new_build,
            machine,
            ..Origin::default()
        })
    }

    fn check_times(&self, now: Moment) -> ApiResult<()> {
        for (field, at) in [(Deadline, self.deadline), (ReplyDue, self.reply_due)] {
            if at.is_some_and(|at| at <= now || at.since(now) > FARTHEST_MS) {
                return Err(ApiError::bad_field(field.path(), format!("{}须在今后五年之内", field.label())));
            }
        }
        match self.aired_at {
            Some(at) if at > now || now.since(at) > FARTHEST_MS => {
                Err(ApiError::bad_field(AiredAt.path(), "播出时间须在过去五年之内"))
            }
            _ => Ok(()),
        }
    }
}

/// A name without blanks around it; a name of blanks alone is none.
fn named(field: Field, given: Option<String>, most: usize) -> ApiResult<Option<String>> {
    let Some(given) = given else { return Ok(None) };
    check_text(field.path(), &given, most)?;
    match given.trim() {
        "" => Err(ApiError::bad_field(field.path(), format!("{}不能为空", field.label()))),
        text => Ok(Some(text.to_owned())),
    }
}

fn check_machine(machine: Machine) -> ApiResult<Machine> {
    for (field, text) in
        [("origin.machine.camera", &machine.camera), ("origin.machine.offence", &machine.offence)]
    {
        check_text(field, text, MOST_CODE)?;
        if text.is_empty() {
            return Err(ApiError::bad_field(field, "不能为空"));
        }
    }
    if !(0.0..=1.0).contains(&machine.confidence) {
        return Err(ApiError::bad_field("origin.machine.confidence", "须为 0 到 1"));
    }
    Ok(machine)
}

#[cfg(test)]
#[path = "origin_tests.rs"]
mod tests;
