//! What a citizen earns by reporting (随手拍积分): who is owed what for one ticket, from the facts of its reports alone, and
//! how a month is capped. It refuses to pay: it counts, and says why.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::Check;
use crate::id::{AccountId, ReportId};
use crate::time::Moment;

/// The largest figure that a rule may name.
const MOST: i64 = 100_000;

/// The points of each reason (积分规则).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PointsRule {
    pub enabled: bool,
    /// For the first report of a problem that was filed.
    pub first: i64,
    /// For every further report of the same problem.
    pub further: i64,
    /// On top for the first report when the problem is struck off.
    pub closed: i64,
    /// For a report that turned out to be false; 0 or less.
    pub false_report: i64,
    /// What counts of a month at most.
    pub monthly_cap: i64,
}

impl Default for PointsRule {
    fn default() -> Self {
        Self { enabled: true, first: 10, further: 2, closed: 5, false_report: -5, monthly_cap: 200 }
    }
}

impl Check for PointsRule {
    fn check(&self) -> Result<(), String> {
        let gains = [("first", self.first), ("further", self.further), ("closed", self.closed)];
        for (name, value) in gains.into_iter().chain([("monthly_cap", self.monthly_cap)]) {
            if !(0..=MOST).contains(&value) {
                return Err(format!("{name}：须为 0 到 {MOST}"));
            }
        }
        match self.false_report {
            value if (-MOST..=0).contains(&value) => Ok(()),
            _ => Err(format!("false_report：须为 -{MOST} 到 0")),
        }
    }
}

word! {
    /// Why points are due.
    Reason {
        First "首报立案",
        Further "同一问题再次上报",
        Closed "问题销号",
        FalseReport "虚假上报",
    }
}

impl Reason {
    /// Why an entry stands in the ledger; `taken_back` when the reason no longer holds.
    pub fn sentence(self, taken_back: bool) -> &'static str {
        match (self, taken_back) {
            (Self::First, false) => "您最先上报的问题已立案",
            (Self::First, true) => "该问题不再立案，或更早的上报并入，首报积分冲回",
            (Self::Further, false) => "您上报的问题与他人的上报是同一问题，已立案",
            (Self::Further, true) => "该问题不再立案，或并案关系变化，再次上报积分冲回",
            (Self::Closed, false) => "您最先上报的问题已销号",
            (Self::Closed, true) => "该问题重开或首报变化，销号积分冲回",
            (Self::FalseReport, false) => "您上报的问题经核实为虚假",
            (Self::FalseReport, true) => "虚假上报的认定已撤销，扣分退回",
        }
    }
}

/// How a ticket stands, as far as points go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Not filed, taken back, or the same problem as another ticket: nothing is due here.
    Nothing,
    /// Filed and still worked on.
    Filed,
    /// Struck off.
    Closed,
    /// Not taken up because it was false.
    False,
}

/// One report that ended in the ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub report: ReportId,
    /// The reporter, when a citizen; nobody else earns.
    pub citizen: Option<AccountId>,
    pub received_at: Moment,
}

/// What one account is owed for one ticket for one reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Credit {
    pub account: AccountId,
    pub reason: Reason,
    pub points: i64,
}

/// What is due for a ticket with these reports. The earliest report is the first, whoever sent it; of two of the same
/// millisecond the one with the lower id. Nobody earns twice for one problem.
pub fn due(rule: &PointsRule, standing: Standing, reports: &[Sent]) -> Vec<Credit> {
    let mut order: Vec<&Sent> = reports.iter().collect();
    order.sort_by(|a, b| (a.received_at, &a.report).cmp(&(b.received_at, &b.report)));
    let Some((first, further)) = order.split_first() else { return Vec::new() };
    let credit = |account: &AccountId, reason, points| Credit { account: account.clone(), reason, points };
    let winner = first.citizen.as_ref();
    match standing {
        Standing::Nothing => Vec::new(),
        Standing::False => winner
            .map(|account| credit(account, Reason::FalseReport, rule.false_report))
            .into_iter()
            .collect(),
        Standing::Filed | Standing::Closed => {
            let mut credits: Vec<Credit> =
                winner.map(|account| credit(account, Reason::First, rule.first)).into_iter().collect();
            if let (Standing::Closed, Some(account)) = (standing, winner) {
                credits.push(credit(account, Reason::Closed, rule.closed));
            }
            for account in further.iter().filter_map(|sent| sent.citizen.as_ref()) {
                if !credits.iter().any(|credit| credit.account == *account) {
                    credits.push(credit(account, Reason::Further, rule.further));
                }
            }
            credits.sort();
            credits
        }
    }
}

/// The entries that bring a ticket's ledger (`kept`: net points by account and reason) to what is due. What is still due
/// keeps the points of the day on which it was earned, also when the rule changed since.
pub fn corrections(kept: &BTreeMap<(AccountId, Reason), i64>, due: &[Credit]) -> Vec<Credit> {
    let held = |account: &AccountId, reason| {
        kept.iter().find(|((who, why), _)| who == account && *why == reason).map_or(0, |(_, points)| *points)
    };
    let is_due = |account: &AccountId, reason| {
        due.iter().any(|credit| credit.account == *account && credit.reason == reason)
    };
    let back = kept
        .iter()
        .filter(|((account, reason), points)| **points != 0 && !is_due(account, *reason))
        .map(|((account, reason), points)| Credit {
            account: account.clone(),
            reason: *reason,
            points: -points,
        });
    let new =
        due.iter().filter(|credit| credit.points != 0 && held(&credit.account, credit.reason) == 0).cloned();
    back.chain(new).collect()
}

/// What counts of a month in which so many points were earned.
pub fn counted(rule: &PointsRule, earned: i64) -> i64 {
    earned.min(rule.monthly_cap)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sent(report: &str, citizen: &str, ms: i64) -> Sent {
        let citizen = Some(AccountId::new(citizen)).filter(|account| !account.as_str().is_empty());
        Sent { report: ReportId::new(report), citizen, received_at: Moment::from_ms(ms) }
    }

    fn spoken(credits: &[Credit]) -> Vec<(String, Reason, i64)> {
        credits.iter().map(|c| (c.account.to_string(), c.reason, c.points)).collect()
    }

    #[test]
    fn the_earliest_report_is_the_first_whatever_the_order_of_the_merges() {
        let rule = PointsRule::default();
        let reports = [sent("r3", "b", 30), sent("r1", "a", 10), sent("r2", "b", 20)];
        let expected = [("a".to_owned(), Reason::First, 10), ("b".to_owned(), Reason::Further, 2)];
        assert_eq!(spoken(&due(&rule, Standing::Filed, &reports)), expected);
        let same = [sent("r2", "b", 10), sent("r1", "a", 10)];
        assert_eq!(spoken(&due(&rule, Standing::Filed, &same)), expected);
    }

    #[test]
    fn a_patrol_that_came_first_leaves_citizens_the_further_points_and_nobody_the_bonus() {
        let reports = [sent("r1", "", 1), sent("r2", "a", 2)];
        let due = due(&PointsRule::default(), Standing::Closed, &reports);
        assert_eq!(spoken(&due), [("a".to_owned(), Reason::Further, 2)]);
    }

    #[test]
    fn a_false_report_costs_its_first_reporter_alone() {
        let reports = [sent("r1", "a", 1), sent("r2", "b", 2)];
        let due = due(&PointsRule::default(), Standing::False, &reports);
        assert_eq!(spoken(&due), [("a".to_owned(), Reason::FalseReport, -5)]);
    }

    #[test]
    fn points_above_the_cap_are_earned_and_not_counted() {
        let rule = PointsRule::default();
        assert_eq!([150, 200, 230, -5].map(|earned| counted(&rule, earned)), [150, 200, 200, -5]);
    }

    #[test]
    fn a_change_of_the_rule_does_not_touch_what_was_earned_before() {
        let kept = BTreeMap::from([((AccountId::new("a"), Reason::First), 10)]);
        let dearer = PointsRule { first: 20, ..PointsRule::default() };
        let reports = [sent("r1", "a", 1)];
        assert_eq!(corrections(&kept, &due(&dearer, Standing::Filed, &reports)), []);
        let closed = corrections(&kept, &due(&dearer, Standing::Closed, &reports));
        assert_eq!(spoken(&closed), [("a".to_owned(), Reason::Closed, 5)]);
    }

    #[test]
    fn wrong_rules_are_refused_by_name() {
        let check = |rule: PointsRule| rule.check().unwrap_err();
        assert!(check(PointsRule { first: -1, ..PointsRule::default() }).starts_with("first"));
        assert!(check(PointsRule { false_report: 1, ..PointsRule::default() }).starts_with("false_report"));
        assert!(check(PointsRule { monthly_cap: -1, ..PointsRule::default() }).starts_with("monthly_cap"));
    }

    fn standings() -> impl Strategy<Value = Standing> {
        prop_oneof![
            Just(Standing::Nothing),
            Just(Standing::Filed),
            Just(Standing::Closed),
            Just(Standing::False)
        ]
    }

    proptest! {
        /// Whatever a ticket goes through, its ledger ends at what is due at the end.
        #[test]
        fn the_ledger_ends_at_what_is_due(
            steps in proptest::collection::vec((standings(), proptest::collection::vec((0u8..4, 0i64..5), 0..5)), 1..8)
        ) {
            let rule = PointsRule::default();
            let mut ledger: BTreeMap<(AccountId, Reason), i64> = BTreeMap::new();
            for (standing, reports) in steps {
                let reports: Vec<Sent> = reports
                    .iter()
                    .enumerate()
                    .map(|(at, (who, ms))| sent(&format!("r{at}"), ["", "a", "b", "c"][usize::from(*who)], *ms))
                    .collect();
                let owed = due(&rule, standing, &reports);
                for change in corrections(&ledger, &owed) {
                    *ledger.entry((change.account, change.reason)).or_default() += change.points;
                }
                let net: Vec<Credit> = ledger
                    .iter()
                    .filter(|(_, points)| **points != 0)
                    .map(|((account, reason), points)| Credit { account: account.clone(), reason: *reason, points: *points })
                    .collect();
                prop_assert_eq!(net, owed.clone());
                prop_assert!(corrections(&ledger, &owed).is_empty());
            }
        }
    }
}
