//! The fit of the weights: a logistic sum under a mark that staff set on a part of the duplicates only. It refuses to touch
//! what the stream does not have: pictures, words and reporters keep their reasoned weights.

use domain::dedupe::{Thresholds, Weights, features, measure};

use super::replay::{Said, is_sent_twice, replay, sighting};
use super::stream::Row;

/// Features that the stream knows, in the order of the fit.
pub const FITTED: [&str; 6] = ["distance", "twice", "category", "time", "crowd", "duty"];
const WIDTH: usize = FITTED.len() + 1;
/// Marks on pairs that have nothing to do with each other: one of the two is a duplicate of a third.
const STRAY: f64 = 0.03;
/// Steps of the ascent, and how much a weight is pulled to 0.
const STEPS: usize = 4_000;
const PULL: f64 = 0.5;

/// What a fit found.
pub struct Fitted {
    pub weights: Weights,
    /// Share of the duplicates that staff marked, by the reports that were certainly sent twice.
    pub marked: f64,
    pub pairs: usize,
}

/// Whether staff marked either of a pair; the family counts where it is known.
pub fn is_marked(rows: &[Row], new: usize, old: usize) -> bool {
    let head = |i: usize| rows[i].parent.unwrap_or(i);
    match (rows[new].parent, rows[old].parent) {
        (None, None) => rows[new].marked || rows[old].marked,
        _ => head(new) == head(old) || (rows[new].marked && rows[new].parent.is_none()),
    }
}

/// The share of certain duplicates that staff marked (Elkan and Noto 2008: the label frequency among sure positives).
pub fn share_marked(rows: &[Row], said: &[Said]) -> f64 {
    let sure = said.iter().filter_map(|one| {
        let (old, _) = one.ranked.first()?;
        is_sent_twice(&rows[one.row], &rows[*old]).then(|| is_marked(rows, one.row, *old))
    });
    let (marked, all) = sure.fold((0, 0), |(marked, all), mark| (marked + i32::from(mark), all + 1));
    if all < 30 { 0.5 } else { f64::from(marked) / f64::from(all) }
}

/// Fits bias and weights to the rows' marks, maximising Σ log P(mark) with P(mark) = c·p + stray·(1 − p).
pub fn fit(rows: &[Row], start: &Thresholds) -> Fitted {
    let said = replay(rows, start, false);
    let marked = share_marked(rows, &said);
    let mut lines: Vec<([f64; WIDTH], bool)> = Vec::new();
    for one in &said {
        for (old, _) in one.ranked.iter().take(3) {
            lines.push((values(rows, one, *old, start), is_marked(rows, one.row, *old)));
        }
    }
    let w = ascend(&lines, marked);
    let weights = Weights {
        bias: w[0],
        distance: w[1],
        twice: w[2],
        category: w[3],
        time: w[4],
        crowd: w[5],
        duty: w[6],
        ..start.weights
    };
    Fitted { weights, marked, pairs: lines.len() }
}

fn values(rows: &[Row], one: &Said, old: usize, t: &Thresholds) -> [f64; WIDTH] {
    let mut measures = measure(&sighting(&rows[one.row], true), &sighting(&rows[old], true));
    measures.rivals = one.rivals(old);
    let mut x = [1.0; WIDTH];
    for feature in features(&measures, t) {
        if let Some(at) = FITTED.iter().position(|name| *name == feature.name) {
            x[at + 1] = feature.value;
        }
    }
    x
}

/// Newton's steps with the expected information (Fisher scoring), halved until the likelihood grows.
fn ascend(lines: &[([f64; WIDTH], bool)], marked: f64) -> [f64; WIDTH] {
    let mut w = [0.0; WIDTH];
    w[0] = -2.0;
    let mut rate = 0.5;
    let mut best = likelihood(lines, &w, marked);
    for _ in 0..STEPS {
        let (slope, information) = slopes(lines, &w, marked);
        let step = solve(information, slope);
        let tried: [f64; WIDTH] = std::array::from_fn(|i| w[i] + rate * step[i]);
        let gained = likelihood(lines, &tried, marked);
        if gained > best {
            let done = gained - best < 1e-7;
            (w, best, rate) = (tried, gained, (rate * 1.5).min(1.0));
            if done {
                break;
            }
        } else {
            rate /= 2.0;
            if rate < 1e-9 {
                break;
            }
        }
    }
    w
}

fn chance(x: &[f64; WIDTH], w: &[f64; WIDTH]) -> f64 {
    1.0 / (1.0 + (-x.iter().zip(w).map(|(x, w)| x * w).sum::<f64>()).exp())
}

fn seen(p: f64, marked: f64) -> f64 {
    (marked * p + STRAY * (1.0 - p)).clamp(1e-9, 1.0 - 1e-9)
}

fn likelihood(lines: &[([f64; WIDTH], bool)], w: &[f64; WIDTH], marked: f64) -> f64 {
    let fits: f64 = lines
        .iter()
        .map(|(x, mark)| {
            let m = seen(chance(x, w), marked);
            if *mark { m.ln() } else { (1.0 - m).ln() }
        })
        .sum();
    fits - PULL / 2.0 * w[1..].iter().map(|w| w * w).sum::<f64>()
}

type Square = [[f64; WIDTH]; WIDTH];

fn slopes(lines: &[([f64; WIDTH], bool)], w: &[f64; WIDTH], marked: f64) -> ([f64; WIDTH], Square) {
    let mut slope: [f64; WIDTH] = std::array::from_fn(|i| if i == 0 { 0.0 } else { -PULL * w[i] });
    let mut information = [[0.0; WIDTH]; WIDTH];
    for (i, line) in information.iter_mut().enumerate() {
        line[i] = PULL;
    }
    for (x, mark) in lines {
        let p = chance(x, w);
        let m = seen(p, marked);
        let grown = (marked - STRAY) * p * (1.0 - p);
        let pull = if *mark { grown / m } else { -grown / (1.0 - m) };
        let weight = grown * grown / (m * (1.0 - m));
        for i in 0..WIDTH {
            slope[i] += pull * x[i];
            for j in 0..WIDTH {
                information[i][j] += weight * x[i] * x[j];
            }
        }
    }
    (slope, information)
}

/// Gauss with the largest pivot; the matrix is positive definite by its ridge.
fn solve(mut a: Square, mut b: [f64; WIDTH]) -> [f64; WIDTH] {
    for i in 0..WIDTH {
        let pivot = (i..WIDTH).max_by(|&p, &q| a[p][i].abs().total_cmp(&a[q][i].abs())).unwrap_or(i);
        a.swap(i, pivot);
        b.swap(i, pivot);
        let row = a[i];
        for k in i + 1..WIDTH {
            let share = a[k][i] / row[i];
            a[k].iter_mut().zip(row).skip(i).for_each(|(to, from)| *to -= share * from);
            b[k] -= share * b[i];
        }
    }
    for i in (0..WIDTH).rev() {
        let known: f64 = (i + 1..WIDTH).map(|j| a[i][j] * b[j]).sum();
        b[i] = (b[i] - known) / a[i][i];
    }
    b
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Dice;

    #[test]
    fn marks_on_a_part_of_the_duplicates_still_give_the_weights_back() {
        let (true_w, mut dice) = ([-1.0, 1.5, 0.0, 1.0, 0.5, 0.0, 0.0], Dice(1));
        let lines: Vec<([f64; WIDTH], bool)> = (0..40_000)
            .map(|_| {
                let mut x: [f64; WIDTH] = std::array::from_fn(|_| dice.unit() * 2.0 - 1.0);
                x[0] = 1.0;
                let same = dice.unit() < chance(&x, &true_w);
                (x, dice.unit() < if same { 0.6 } else { STRAY })
            })
            .collect();
        let w = ascend(&lines, 0.6);
        assert!(w.iter().zip(&true_w).all(|(w, t)| (w - t).abs() < 0.15), "{w:?}");
    }
}
