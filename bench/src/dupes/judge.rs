//! What the replay is judged by: staff's marks, and labels that people put on a sample. It refuses to count a pair that
//! nobody could decide as right.

use std::collections::{HashMap, HashSet};

use domain::dedupe::words::likeness;
use domain::dedupe::{Verdict, wilson};
use domain::geo::datum::distance_m;
use domain::time::HOUR_MS;

use super::fit::is_marked;
use super::replay::Said;
use super::stream::Row;
use crate::Outcome;
use crate::measure::Dice;
use crate::report::{Goal, Report};

/// From this probability on a candidate is worth a line on a dispatcher's page.
const HINT: f64 = 0.01;
/// What the sample was labelled as; kept with its reasons beside the source.
const LABELS: &str = include_str!("../../labels/boston311.csv");
/// Made pairs of sentences as citizens write them.
const WORDS: &str = include_str!("../../labels/sentences.csv");

/// Counts over a part of the stream.
#[derive(Default)]
pub struct Tally {
    pub reports: u32,
    /// Reports that staff linked with an earlier one of the stream.
    pub duplicates: u32,
    /// Of these found as the first suggestion, among the first three, and by the plain rule anywhere.
    pub first: u32,
    pub in_three: u32,
    pub plain: u32,
    /// Found only because the closed ticket is shown as a relapse.
    pub by_relapse: u32,
    pub hinted: u32,
    pub asks: u32,
    pub merges: u32,
    pub plain_any: u32,
}

impl Tally {
    /// Counts; a suggestion is right when it is in the family of the report: the parent, or another duplicate of it. A report
    /// that was merged before stands for what it was merged into.
    pub fn of(rows: &[Row], said: &[Said]) -> Self {
        let families = families(rows, said);
        let mut tally = Self::default();
        for one in said {
            tally.reports += 1;
            let best = one.ranked.first().map(|(_, score)| score);
            let verdict = best.map_or(Verdict::Separate, |score| score.verdict);
            tally.hinted += u32::from(best.is_some_and(|score| score.probability >= HINT));
            tally.asks += u32::from(verdict == Verdict::Ask);
            tally.merges += u32::from(verdict == Verdict::Merge);
            tally.plain_any += u32::from(!one.plain.is_empty());
            let family = &families[&one.row];
            if !family.iter().any(|&other| other < one.row) {
                continue;
            }
            tally.duplicates += 1;
            let place = one.ranked.iter().position(|(old, _)| family.contains(old));
            tally.first += u32::from(place == Some(0));
            let shown = place.is_some_and(|place| place < 3);
            let relapse = one.relapse.is_some_and(|old| family.contains(&old));
            tally.in_three += u32::from(shown || relapse);
            tally.by_relapse += u32::from(!shown && relapse);
            tally.plain += u32::from(one.plain.iter().any(|old| family.contains(old)));
        }
        tally
    }
}

/// The staff's families of every row; what the replay merged into a row of the family belongs to it.
fn families(rows: &[Row], said: &[Said]) -> HashMap<usize, HashSet<usize>> {
    let head = |mut i: usize| {
        for _ in 0..8 {
            match rows[i].parent {
                Some(parent) => i = parent,
                None => break,
            }
        }
        i
    };
    let mut members: HashMap<usize, HashSet<usize>> = HashMap::new();
    for i in 0..rows.len() {
        members.entry(head(i)).or_default().insert(i);
    }
    let merged: HashMap<usize, usize> = said
        .iter()
        .filter_map(|one| {
            let (old, score) = one.ranked.first()?;
            (score.verdict == Verdict::Merge).then_some((one.row, *old))
        })
        .collect();
    let told = |i: usize| -> HashSet<usize> {
        let family = &members[&head(i)];
        let also = family.iter().filter(|&&m| m != i).filter_map(|m| merged.get(m).copied());
        family.iter().copied().filter(|&m| m != i).chain(also).collect()
    };
    said.iter()
        .map(|one| (one.row, if members[&head(one.row)].len() > 1 { told(one.row) } else { HashSet::new() }))
        .collect()
}

/// One tenth of the probabilities of each report's first candidate.
pub struct Bin {
    pub predicted: f64,
    pub pairs: u32,
    pub marks: u32,
    /// The share of marks divided by the share of duplicates that staff mark.
    pub observed: f64,
    pub low: f64,
    pub high: f64,
}

/// The reliability table.
pub fn bins(rows: &[Row], said: &[Said], marked: f64) -> Vec<Bin> {
    let mut sums = [(0_u32, 0_u32, 0.0_f64); 10];
    for (p, mark) in predictions(rows, said) {
        let sum = &mut sums[((p * 10.0) as usize).min(9)];
        *sum = (sum.0 + 1, sum.1 + u32::from(mark), sum.2 + p);
    }
    let up = |share: f64| (share / marked).min(1.0);
    let filled = sums.into_iter().filter(|sum| sum.0 > 0);
    filled
        .map(|(pairs, marks, sum)| {
            let (low, high) = wilson(marks, pairs);
            Bin {
                predicted: sum / f64::from(pairs),
                pairs,
                marks,
                observed: up(share(marks, pairs)),
                low: up(low),
                high: up(high),
            }
        })
        .collect()
}

/// Brier score and log loss of “staff marked it”, for which probability × share marked is the prediction.
pub fn losses(rows: &[Row], said: &[Said], marked: f64) -> (f64, f64) {
    let (mut brier, mut log_loss, mut n) = (0.0, 0.0, 0.0);
    for (p, mark) in predictions(rows, said) {
        let m = (p * marked).clamp(1e-6, 1.0 - 1e-6);
        let truth = f64::from(u8::from(mark));
        brier += (m - truth).powi(2);
        log_loss -= if mark { m.ln() } else { (1.0 - m).ln() };
        n += 1.0;
    }
    (brier / f64::max(n, 1.0), log_loss / f64::max(n, 1.0))
}

fn predictions(rows: &[Row], said: &[Said]) -> impl Iterator<Item = (f64, bool)> {
    said.iter().filter_map(|one| {
        let (old, score) = one.ranked.first()?;
        Some((score.probability, is_marked(rows, one.row, *old)))
    })
}

/// A part of a whole; 0 of none.
pub fn share(part: u32, whole: u32) -> f64 {
    f64::from(part) / f64::from(whole.max(1))
}

/// Holds the automatic merges against the labels.
pub fn labelled(report: &mut Report, work: &str, rows: &[Row], said: &[Said]) -> Outcome {
    let labels: HashMap<(&str, &str), &str> = LABELS
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut cells = line.split(',');
            Some(((cells.next()?, cells.next()?), cells.next()?))
        })
        .collect();
    let (mut right, mut wrong, mut open) = (0, 0, 0);
    for one in said {
        let Some((old, score)) = one.ranked.first() else { continue };
        if score.verdict != Verdict::Merge {
            continue;
        }
        match labels.get(&(rows[one.row].id.as_str(), rows[*old].id.as_str())) {
            Some(&"same") => right += 1,
            Some(&"different") => wrong += 1,
            Some(_) => open += 1,
            None => {}
        }
    }
    let all = right + wrong + open;
    let (low, high) = wilson(right, all);
    report.aim(
        work,
        format!("{right}/{all}(无法判定 {open},95% {low:.3}–{high:.3})"),
        format!("人工标注样本,不含无法判定者 {:.3}", share(right, right + wrong)),
        (all > 0).then(|| share(right, all)),
        Goal::AtLeast(0.99),
    );
    Ok(())
}

/// Draws pairs for labelling with what a person needs to read: merges, then those just below the threshold.
pub fn sample(rows: &[Row], said: &[Said], seed: u64) -> String {
    let mut dice = Dice(seed);
    let mut text = String::from(
        "report,other,probability,verdict,type,distance_m,gap_s,rivals,duty,marks,closed_after_h,other_closed_after_h\n",
    );
    for (verdict, most) in [(Verdict::Merge, 220), (Verdict::Ask, 110)] {
        let mut pairs: Vec<_> = said
            .iter()
            .filter_map(|one| Some((one, one.ranked.first()?)))
            .filter(|(_, (_, score))| score.verdict == verdict)
            .collect();
        if verdict == Verdict::Ask {
            pairs.sort_by(|(_, (_, a)), (_, (_, b))| b.probability.total_cmp(&a.probability));
            pairs.truncate(2 * most);
        }
        for last in (1..pairs.len()).rev() {
            pairs.swap(last, dice.roll(last as u64 + 1) as usize);
        }
        for (one, (old, score)) in pairs.into_iter().take(most) {
            let (new, other) = (&rows[one.row], &rows[*old]);
            let hours = |row: &Row| {
                let closed = row.closed_at.map(|at| at.since(row.seen_at) as f64 / HOUR_MS as f64);
                closed.map_or(String::new(), |hours| format!("{hours:.2}"))
            };
            text.push_str(&format!(
                "{},{},{:.3},{verdict:?},{},{:.0},{},{},{},{}{},{},{}\n",
                new.id,
                other.id,
                score.probability,
                new.kind,
                distance_m(new.at, other.at),
                new.seen_at.since(other.seen_at) / 1000,
                one.rivals(*old),
                u8::from(new.on_duty) + u8::from(other.on_duty),
                u8::from(new.marked),
                u8::from(other.marked),
                hours(new),
                hours(other),
            ));
        }
    }
    text
}

/// How often two descriptions of one problem are more alike than two of different problems described with the same words.
pub fn words(report: &mut Report) {
    let pairs: Vec<(bool, f64)> = WORDS
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut cells = line.split(',');
            let (same, a, b) = (cells.next()?, cells.next()?, cells.next()?);
            Some((same == "1", likeness(a, b).unwrap_or(0.0)))
        })
        .collect();
    let of = |same: bool| pairs.iter().filter(move |pair| pair.0 == same).map(|pair| pair.1);
    let won: f64 = of(true)
        .flat_map(|a| of(false).map(move |b| if a > b { 1.0 } else { f64::from(u8::from(a == b)) / 2.0 }))
        .sum();
    let (same, other) = (of(true).count(), of(false).count());
    report.add_alone(
        "重复:同一问题的两段话比不同问题用词更近",
        format!("{:.3}({same} 对与 {other} 对)", won / (same * other).max(1) as f64),
        "0.5 为不能区分;不同问题有意取相同用词",
    );
}
