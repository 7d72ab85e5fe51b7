//! What people's answers say about the scores: how often each band of probability was right, and the thresholds that the
//! stated costs would then ask for. It refuses to change anything: it gives figures and a proposal with its bounds.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString};

use super::{Costs, Thresholds, thresholds_for};

/// What a person said about a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Display, EnumString)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Truth {
    /// The same problem: a question was answered with a merge.
    Same,
    /// Two problems: a merge was undone, or a question was answered with “kept apart”.
    Apart,
    /// An automatic merge that nobody undid while its ticket was worked on.
    Unopposed,
}

/// One pair, as it was scored and as it turned out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Example {
    /// What the score said.
    pub probability: f64,
    /// Version of the weights that said so.
    pub version: u32,
    /// How it turned out.
    pub truth: Truth,
}

/// A band of probability and how often it was right.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bin {
    /// Its lower and its upper end.
    pub from: f64,
    pub to: f64,
    /// Pairs in it.
    pub pairs: u32,
    /// Of these the same problem.
    pub same: u32,
    /// What the scores said on average.
    pub predicted: f64,
    /// Wilson's 95 % bounds of the observed share.
    pub low: f64,
    pub high: f64,
}

/// What the examples ask for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proposal {
    /// The bands that hold examples, lowest first.
    pub bins: Vec<Bin>,
    /// Examples that were left out, being scored by other weights.
    pub stale: u32,
    /// Share of automatic merges that were right with its lower bound; none without any.
    pub merges: Option<(f64, f64)>,
    /// Merges that must all be right before [`Self::merge`] can be shown to hold.
    pub needed: u32,
    /// From where on merging pays under the costs; none while the examples don't show it.
    pub merge: Option<f64>,
    /// From where on asking pays under the costs; none while the examples don't show it.
    pub ask: Option<f64>,
}

/// z of a 95 % interval.
const Z: f64 = 1.96;
/// Bands of the table: finer at the top, where the merges are.
const EDGES: [f64; 12] = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0];

/// Holds the examples against the costs.
pub fn review(examples: &[Example], costs: &Costs, now: &Thresholds) -> Proposal {
    let current: Vec<&Example> = examples.iter().filter(|e| e.version == now.version).collect();
    let bins: Vec<Bin> = EDGES.windows(2).filter_map(|edge| bin(&current, edge[0], edge[1])).collect();
    let ideal = thresholds_for(costs);
    let merged = current.iter().filter(|e| e.probability >= now.merge);
    let (right, all) = merged.fold((0, 0), |(right, all), e| (right + u32::from(e.is_same()), all + 1));
    Proposal {
        stale: u32::try_from(examples.len() - current.len()).unwrap_or(u32::MAX),
        merges: (all > 0).then(|| (f64::from(right) / f64::from(all), wilson(right, all).0)),
        needed: needed(ideal.merge),
        merge: from_where(&current, ideal.merge),
        ask: from_where(&current, ideal.ask),
        bins,
    }
}

impl Proposal {
    /// The report in Chinese, with the table of reliability; it ends with how a person would apply it.
    pub fn report(&self, costs: &Costs, now: &Thresholds) -> String {
        let mut text = format!(
            "重复判定复核（权重第 {} 版）\n代价：误并 {}、漏并 {}、询问一次 {}\n现行门槛：并案 {:.3}，询问 {:.3}\n\n",
            now.version, costs.wrong_merge, costs.missed, costs.question, now.merge, now.ask
        );
        text.push_str("概率区间      对数  属实  预测   实际   95% 区间\n");
        for bin in &self.bins {
            let share = f64::from(bin.same) / f64::from(bin.pairs);
            text.push_str(&format!(
                "{:.2}–{:.2}  {:>6}  {:>4}  {:.3}  {share:.3}  {:.3}–{:.3}\n",
                bin.from, bin.to, bin.pairs, bin.same, bin.predicted, bin.low, bin.high
            ));
        }
        if self.bins.is_empty() {
            text.push_str("(还没有人工结论)\n");
        }
        if self.stale > 0 {
            text.push_str(&format!("另有 {} 对由旧版权重评分，未计入\n", self.stale));
        }
        text.push_str(&match self.merges {
            Some((share, low)) => format!("\n门槛以上正确率 {share:.3}(95% 下限 {low:.3})\n"),
            None => "\n门槛以上还没有结论\n".to_owned(),
        });
        let proposal = |name: &str, from: Option<f64>| match from {
            Some(from) => format!("按上述代价，{name}可从概率 {from:.2} 起\n"),
            None => format!("结论不足以给出{name}的门槛\n"),
        };
        text.push_str(&proposal("并案", self.merge));
        text.push_str(&proposal("询问", self.ask));
        text.push_str(&format!(
            "证明并案门槛至少需要 {} 对结论且全部属实\n本报告不改变任何设置；如需调整，请在规则“重复问题判定”(dedupe)中修改代价\n",
            self.needed
        ));
        text
    }
}

impl Example {
    fn is_same(&self) -> bool {
        self.truth != Truth::Apart
    }
}

fn bin(examples: &[&Example], from: f64, to: f64) -> Option<Bin> {
    let inside = |e: &&&Example| e.probability >= from && (e.probability < to || to >= 1.0);
    let (mut pairs, mut same, mut sum) = (0_u32, 0_u32, 0.0);
    for e in examples.iter().filter(inside) {
        pairs += 1;
        same += u32::from(e.is_same());
        sum += e.probability;
    }
    let (low, high) = wilson(same, pairs);
    (pairs > 0).then(|| Bin { from, to, pairs, same, predicted: sum / f64::from(pairs), low, high })
}

/// The lowest edge of a band from which on every band's pairs, taken together with the likelier ones, are right often enough
/// at the lower bound.
fn from_where(examples: &[&Example], share: f64) -> Option<f64> {
    let mut found = None;
    for edge in EDGES.windows(2).rev() {
        let above = examples.iter().filter(|e| e.probability >= edge[0]);
        let (same, all) = above.fold((0, 0), |(same, all), e| (same + u32::from(e.is_same()), all + 1));
        // An empty band shows nothing; one that is itself worse than asked for ends the search, however good those above.
        let Some(band) = bin(examples, edge[0], edge[1]) else { continue };
        if f64::from(band.same) < share * f64::from(band.pairs) {
            break;
        }
        if wilson(same, all).0 >= share {
            found = Some(edge[0]);
        }
    }
    found
}

/// Pairs, all of them right, that show a share at the lower bound.
fn needed(share: f64) -> u32 {
    (Z * Z * share / (1.0 - share).max(1e-6)).ceil() as u32
}

/// Wilson's score interval of `right` among `all` at 95 % (Wilson 1927); 0 to 1 of none.
pub fn wilson(right: u32, all: u32) -> (f64, f64) {
    if all == 0 {
        return (0.0, 1.0);
    }
    let (n, share) = (f64::from(all), f64::from(right) / f64::from(all));
    let (middle, spread) =
        (share + Z * Z / (2.0 * n), Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt());
    let scale = 1.0 + Z * Z / n;
    (((middle - spread) / scale).max(0.0), ((middle + spread) / scale).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examples(probability: f64, same: usize, apart: usize) -> Vec<Example> {
        let one = |truth| Example { probability, version: Thresholds::default().version, truth };
        let same = std::iter::repeat_n(one(Truth::Same), same);
        same.chain(std::iter::repeat_n(one(Truth::Apart), apart)).collect()
    }

    fn reviewed(examples: &[Example]) -> Proposal {
        review(examples, &Costs::default(), &Thresholds::default())
    }

    #[test]
    fn wilsons_bounds_are_the_known_ones() {
        let (low, high) = wilson(9, 10);
        assert!((low - 0.596).abs() < 0.001 && (high - 0.982).abs() < 0.001, "{low} {high}");
        assert_eq!(wilson(0, 0), (0.0, 1.0));
    }

    #[test]
    fn without_enough_answers_nothing_is_proposed() {
        assert_eq!(reviewed(&[]).merge, None);
        let text = reviewed(&[]).report(&Costs::default(), &Thresholds::default());
        assert!(text.contains("还没有人工结论") && text.contains("不改变任何设置"), "{text}");
        let few = reviewed(&examples(0.97, 20, 0));
        assert_eq!((few.merge, few.merges.map(|m| m.0)), (None, Some(1.0)));
        assert!((70..80).contains(&few.needed), "{}", few.needed);
        assert_eq!(reviewed(&examples(0.97, 80, 0)).merge, Some(0.95));
    }

    #[test]
    fn undone_merges_keep_the_proposal_out_of_their_band() {
        let mut all = examples(0.97, 200, 0);
        all.extend(examples(0.92, 30, 10));
        assert_eq!(reviewed(&all).merge, Some(0.95));
        let sunk = reviewed(&examples(0.97, 180, 20));
        assert_eq!(sunk.merge, None, "one in ten was wrong");
        assert!(sunk.bins[0].predicted > f64::from(sunk.bins[0].same) / f64::from(sunk.bins[0].pairs));
    }

    #[test]
    fn what_other_weights_said_is_left_out_and_counted() {
        let old = Example { version: 1, ..examples(0.97, 1, 0)[0] };
        let seen = reviewed(&[old]);
        assert_eq!((seen.stale, seen.bins.len()), (1, 0));
    }
}
