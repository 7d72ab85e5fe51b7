//! What units settle together on a ticket: findings on the spot, meetings, parts, plans, escalations and root causes. It
//! refuses to know who may ask for them.

use serde::{Deserialize, Deserializer, Serialize};

use super::event::{Person, Unit};
use crate::geo::datum::CoordType;
use crate::id::{DepartmentCode, PhotoId};
use crate::time::Moment;

word! {
    /// What was found on the spot (属实, 不属实, 已审批).
    Finding {
        Real "属实",
        NotReal "不属实",
        /// Allowed by a permit (已审批).
        Approved "已审批",
    }
}

/// Reads a finding; histories written before there were three of them say whether it was real.
pub(super) fn finding<'de, D: Deserializer<'de>>(from: D) -> Result<Finding, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Word(Finding),
        Real(bool),
    }
    Ok(match Written::deserialize(from)? {
        Written::Word(finding) => finding,
        Written::Real(true) => Finding::Real,
        Written::Real(false) => Finding::NotReal,
    })
}

word! {
    /// Why such a problem could come about (根因): a hole in the rules, a block in the middle, or poor execution below.
    Cause {
        Policy "制度缺失",
        Middle "中层梗阻",
        Grassroots "基层落实不力",
    }
}

/// A point as somebody gave it, with its kind.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenPoint {
    pub longitude: f64,
    pub latitude: f64,
    pub coord_type: CoordType,
    /// Metres; 50 when nothing is said.
    #[serde(default)]
    pub accuracy: Option<f64>,
}

/// A meeting of the parties, at a table or on the spot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Meeting {
    pub parties: Vec<Unit>,
    pub on_site: bool,
    pub at: Moment,
    /// Who was on the spot, and when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub present: Vec<(DepartmentCode, Moment)>,
}

/// One unit's part as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartAsked {
    pub unit: DepartmentCode,
    pub task: String,
}

/// One unit's part of a joint operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    pub unit: Unit,
    pub task: String,
    pub done_at: Option<Moment>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<PhotoId>,
}

/// One step of a plan as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Milestone {
    pub name: String,
    pub due_at: Moment,
}

/// One step of a plan and when it was reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stone {
    pub name: String,
    pub due_at: Moment,
    pub reached_at: Option<Moment>,
}

/// How a problem that takes time is put right (限期整改).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub text: String,
    pub milestones: Vec<Stone>,
}

/// One level up (逐级上报): 1 the unit's head, 2 the chief of the area, 3 the leader in charge, 4 the chief leader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    pub level: u8,
    pub person: Person,
    pub at: Moment,
}

#[cfg(test)]
mod tests {
    use crate::ticket::event::Change;

    use super::*;

    #[test]
    fn a_finding_of_an_older_history_is_still_read() {
        for (real, finding) in
            [("true", Finding::Real), ("false", Finding::NotReal), ("\"approved\"", Finding::Approved)]
        {
            let name = if real.starts_with('"') { "finding" } else { "real" };
            let text = format!(r#"{{"change":"verified","{name}":{real},"photos":[]}}"#);
            let read: Change = serde_json::from_str(&text).unwrap();
            assert!(matches!(read, Change::Verified { finding: found, .. } if found == finding), "{text}");
        }
    }
}
