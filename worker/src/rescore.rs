//! History's automatic decisions made again with today's code or a draft of the rules, from stored values: no picture is
//! decoded. It shows what would differ and changes nothing; it reads a page of tickets at a time.

mod part;

use std::collections::BTreeMap;

use domain::classify::Suggesting;
use domain::explain::Subject;
use domain::id::TicketId;
use domain::time::Moment;
use domain::{dedupe, proof};
use serde::Deserialize;
use store::Stores;
use store::desk::Desk;
use store::repo::{grounds, tickets};

use crate::outcome::JobError;
use crate::{Context, Settings};

/// Tickets read at a time.
const PAGE: i64 = 200;

/// What is to be made again.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Only tickets opened since.
    pub since: Moment,
    /// Differences that are told one by one.
    pub limit: usize,
    pub parts: Vec<Subject>,
    /// The bounds to decide by.
    pub settings: Settings,
    /// Draft costs of duplicates, else the district's.
    pub dedupe: Option<dedupe::Costs>,
    /// The rule of guessing to decide by; the district's own without one.
    pub guess: Option<Suggesting>,
}

impl Default for Plan {
    fn default() -> Self {
        let parts = vec![Subject::Place, Subject::Category, Subject::Duplicates, Subject::Proof];
        let since = Moment::from_ms(0);
        Self { since, limit: 20, parts, settings: Settings::default(), dedupe: None, guess: None }
    }
}

/// A draft of the rules; what it leaves out stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    dedupe: Option<dedupe::Costs>,
    proof: Option<proof::Thresholds>,
    guess: Option<Suggesting>,
}

impl Plan {
    /// Takes bounds from a draft, JSON with `dedupe`, `proof` and `guess`.
    ///
    /// # Errors
    /// A Chinese sentence with the place of the fault.
    pub fn draft(&mut self, text: &str) -> Result<(), String> {
        let draft: Draft =
            serde_json::from_str(text).map_err(|error| format!("草案规则格式有误：{error}"))?;
        self.dedupe = draft.dedupe.or(self.dedupe);
        self.settings.proof = draft.proof.unwrap_or(self.settings.proof);
        self.guess = draft.guess.or(self.guess);
        Ok(())
    }
}

/// One decision then and now.
#[derive(Debug, Clone, PartialEq)]
pub struct Again {
    pub subject: Subject,
    pub ticket: TicketId,
    /// Number, or id before it had one.
    pub name: String,
    pub before: String,
    pub after: String,
    /// Whether the ticket would go elsewhere.
    pub differs: bool,
    /// Why, in Chinese.
    pub reason: String,
}

/// What came out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Findings {
    pub tickets: u64,
    /// Decisions by subject, verdict then and verdict now.
    pub counts: BTreeMap<(Subject, String, String), u64>,
    /// The first that differ.
    pub first: Vec<Again>,
}

/// Decides again, page by page; `progress` is told the tickets seen so far.
///
/// # Errors
/// The store can't be read.
pub async fn run(
    stores: Stores,
    desk: Desk,
    plan: Plan,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Findings, JobError> {
    let context = Context::new(stores, desk, plan.settings.clone());
    let pool = &context.stores.pool;
    let mut findings = Findings::default();
    let mut after = String::new();
    loop {
        let page = grounds::page(pool, plan.since, &after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(findings) };
        after = last.to_string();
        for id in &page {
            let Some(ticket) = tickets::get(pool, id).await? else { continue };
            findings.tickets += 1;
            for subject in &plan.parts {
                let again = part::decide(&context, &plan, *subject, &ticket).await?;
                again.into_iter().for_each(|one| findings.take(one, plan.limit));
            }
        }
        progress(findings.tickets);
    }
}

impl Findings {
    fn take(&mut self, again: Again, limit: usize) {
        let key = (again.subject, again.before.clone(), again.after.clone());
        *self.counts.entry(key).or_default() += 1;
        if again.differs && self.first.len() < limit {
            self.first.push(again);
        }
    }

    /// The table and the first differences, in Chinese.
    pub fn text(&self) -> String {
        let mut text =
            format!("重算 {} 件案件；没有改动任何数据\n\n判定 | 原结论 | 新结论 | 数量\n", self.tickets);
        for ((subject, before, after), count) in &self.counts {
            let mark = if before == after { "" } else { "  ← 不同" };
            text.push_str(&format!("{} | {before} | {after} | {count}{mark}\n", subject.label()));
        }
        if self.first.is_empty() {
            text.push_str("\n没有案件会有不同的结论\n");
        } else {
            text.push_str(&format!("\n会有不同结论的案件（前 {} 件）\n", self.first.len()));
        }
        for one in &self.first {
            let Again { subject, name, before, after, reason, .. } = one;
            text.push_str(&format!("{name} {}：{before} → {after}；{reason}\n", subject.label()));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(before: &str, after: &str) -> Again {
        Again {
            subject: Subject::Duplicates,
            ticket: "t1".into(),
            name: "JM-2026-000001".into(),
            before: before.into(),
            after: after.into(),
            differs: before != after,
            reason: "相似度 80.0% → 90.0%".into(),
        }
    }

    #[test]
    fn the_table_counts_all_and_tells_the_first_that_differ() {
        let mut findings = Findings { tickets: 3, ..Findings::default() };
        for (before, after) in [("另立", "另立"), ("待人工判断", "并案"), ("待人工判断", "并案")]
        {
            findings.take(again(before, after), 1);
        }
        let text = findings.text();
        assert!(text.contains("重复 | 待人工判断 | 并案 | 2  ← 不同"), "{text}");
        assert!(text.contains("重复 | 另立 | 另立 | 1\n"), "{text}");
        assert_eq!(findings.first.len(), 1);
        assert!(text.contains("JM-2026-000001 重复：待人工判断 → 并案；相似度 80.0% → 90.0%"), "{text}");
    }

    #[test]
    fn a_draft_changes_what_it_names_and_refuses_what_nobody_knows() {
        let mut plan = Plan::default();
        plan.draft(r#"{"dedupe":{"wrong_merge":50.0},"guess":{"mode":"off"}}"#).unwrap();
        assert_eq!(plan.dedupe.map(|costs| costs.wrong_merge), Some(50.0));
        assert_eq!(plan.settings.proof, proof::Thresholds::default());
        assert!(plan.guess.is_some());
        assert!(plan.draft(r#"{"colour":1}"#).unwrap_err().contains("colour"));
    }
}
