//! What a task found: deductions by item, answers by question. It refuses items and questions that the programme doesn't
//! have, and half-answered questionnaires.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::check::{Fault, hundredths};
use super::{Part, Programme};
use crate::id::{PhotoId, TicketId};

/// Most of one deduction in one task.
const MOST_COUNT: u32 = 1000;
/// Most pictures of one task.
const MOST_PHOTOS: usize = 9;

/// How often a deduction item was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// The item's code.
    pub code: String,
    /// 1 to 1,000.
    pub count: u32,
    /// What exactly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What a done task brings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TaskResult {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub photo_ids: Vec<PhotoId>,
    pub note: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deductions: Vec<Count>,
    /// Score by question, for the questionnaire of a 模拟测评.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, u32>,
    /// The ticket that the finding became.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<TicketId>,
}

/// A result in figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scored {
    /// Hundredths of points lost.
    pub deducted: i64,
    /// Sum of the answers' scores, and of the best ones.
    pub score: i64,
    pub full_score: i64,
}

/// Counts a result by the programme's items and questions; without a programme there are none of either.
pub fn judge(
    programme: Option<&Programme>,
    part: Option<Part>,
    result: &TaskResult,
) -> Result<Scored, Fault> {
    if result.photo_ids.len() > MOST_PHOTOS {
        return Err(Fault::at("photo_ids", format!("最多 {MOST_PHOTOS} 张照片")));
    }
    let deducted = deducted(programme, &result.deductions)?;
    let (score, full_score) = answered(programme, part, &result.answers)?;
    Ok(Scored { deducted, score, full_score })
}

fn deducted(programme: Option<&Programme>, counts: &[Count]) -> Result<i64, Fault> {
    let items = programme.map_or(&[][..], |programme| &programme.deductions);
    let (mut sum, mut seen) = (0_i64, BTreeSet::new());
    for (at, Count { code, count, .. }) in counts.iter().enumerate() {
        let place = |field: &str| format!("deductions.{at}.{field}");
        let Some(item) = items.iter().find(|item| item.code == *code) else {
            return Err(Fault::at(place("code"), format!("没有这个扣分项：{code}")));
        };
        if !seen.insert(code) {
            return Err(Fault::at(place("code"), format!("扣分项重复：{code}")));
        }
        if !(1..=MOST_COUNT).contains(count) {
            return Err(Fault::at(place("count"), format!("须为 1 到 {MOST_COUNT}")));
        }
        sum += hundredths(item.points).unwrap_or(0) * i64::from(*count);
    }
    Ok(sum)
}

fn answered(
    programme: Option<&Programme>,
    part: Option<Part>,
    answers: &BTreeMap<String, u32>,
) -> Result<(i64, i64), Fault> {
    let questions = match (programme, part) {
        (Some(programme), Some(Part::Survey)) => &programme.questions[..],
        _ => &[],
    };
    if let Some(code) = answers.keys().find(|code| !questions.iter().any(|question| question.code == **code))
    {
        return Err(Fault::at(format!("answers.{code}"), "没有这个问题"));
    }
    let (mut score, mut full) = (0, 0);
    for question in questions {
        let place = || format!("answers.{}", question.code);
        let Some(&answer) = answers.get(&question.code) else {
            return Err(Fault::at(place(), "这个问题还没有回答"));
        };
        if answer > question.most {
            return Err(Fault::at(place(), format!("须为 0 到 {}", question.most)));
        }
        score += i64::from(answer);
        full += i64::from(question.most);
    }
    Ok((score, full))
}
