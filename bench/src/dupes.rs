//! Duplicate problems on a real stream of tickets: suggestions, automatic merges, calibration, each beside the plain rule
//! “same type, open, 30 m, 14 days” in the same run. It refuses to take an unmarked pair for two problems: staff mark some.

mod fit;
mod judge;
mod plot;
mod replay;
mod stream;

use std::fs;

use domain::dedupe::Thresholds;
use domain::time::DAY_MS;

use crate::report::{Goal, Report};
use crate::{Line, Outcome};
use judge::{Tally, share};
use replay::{Said, replay};
use stream::Row;

/// Reports of the drawn stream.
const DRAWN: usize = 6_000;
/// The seed of the samples for labelling.
const SEED: u64 = 20_110_901;

/// Runs the suite.
pub fn run(line: &Line, report: &mut Report) -> Outcome {
    let rows = match &line.stream {
        Some(file) => stream::read(file)?,
        None => stream::drawn(DRAWN, 7),
    };
    let work = |what: &str| match line.stream {
        Some(_) => format!("重复:{what}"),
        None => format!("重复(自绘报件流):{what}"),
    };
    let begin = rows.first().ok_or("报件流为空")?.seen_at;
    // Two of three months to learn from, the last to judge by.
    let split = rows.iter().position(|row| row.seen_at.since(begin) >= 62 * DAY_MS).unwrap_or(rows.len());
    let t = Thresholds::default();
    if line.fit {
        let fitted = fit::fit(&rows[..split], &t);
        report.remark(format!(
            "拟合(前 62 天,{} 对,确系重复者的标记率 {:.2}):{:?}",
            fitted.pairs, fitted.marked, fitted.weights
        ));
    }
    let said = replay(&rows, &t, true);
    let (all, late) = (Tally::of(&rows, &said), Tally::of(&rows, &said[split..]));
    for (name, tally) in [("全部", &all), ("后 30 天", &late)] {
        suggestions(report, &work(name), tally);
    }
    let marked = fit::share_marked(&rows, &said);
    calibration(report, &rows, &said, split, marked);
    report.add_alone(
        work("自动并案"),
        format!("{} 件,占 {:.2}%", all.merges, share(all.merges, all.reports) * 100.0),
        "—",
    );
    judge::labelled(report, &work("自动并案正确率"), &rows, &said)?;
    judge::words(report);
    if let Some(file) = &line.sample {
        fs::write(file, judge::sample(&rows, &said, SEED))?;
    }
    if let Some(file) = &line.plot {
        fs::write(file, drawing(&rows, &said, split, marked))?;
    }
    Ok(())
}

fn suggestions(report: &mut Report, work: &str, tally: &Tally) {
    let (low, high) = domain::dedupe::wilson(tally.in_three, tally.duplicates);
    let plain = share(tally.plain, tally.duplicates);
    let ours = share(tally.in_three, tally.duplicates);
    report.aim(
        format!("{work}:前三条建议找回"),
        format!("{}/{} = {ours:.3}(95% {low:.3}–{high:.3})", tally.in_three, tally.duplicates),
        format!("简单规则 {}/{} = {plain:.3}", tally.plain, tally.duplicates),
        (tally.duplicates > 0).then_some(ours),
        Goal::AtLeast(0.9),
    );
    let first = share(tally.first, tally.duplicates);
    report.add(format!("{work}:首条建议找回"), format!("{first:.3}"), format!("{plain:.3}"), first / plain);
    report.add(
        format!("{work}:待人工判断的报件占比"),
        format!("{:.3}", share(tally.asks, tally.reports)),
        format!("简单规则有候选 {:.3}", share(tally.plain_any, tally.reports)),
        share(tally.asks, tally.reports) / share(tally.plain_any, tally.reports),
    );
    report.remark(format!(
        "{work}:有 1% 以上相似建议的报件占 {:.3};其中回弹提示(原案已结)多找回 {} 件",
        share(tally.hinted, tally.reports),
        tally.by_relapse
    ));
}

fn calibration(report: &mut Report, rows: &[Row], said: &[Said], split: usize, marked: f64) {
    for (name, part) in [("前 62 天(拟合)", &said[..split]), ("后 30 天(检验)", &said[split..])] {
        let (brier, log_loss) = judge::losses(rows, part, marked);
        report.remark(format!(
            "校准 {name}:Brier {brier:.4},对数损失 {log_loss:.4}(对“被标记”的预测,标记率 {marked:.2})"
        ));
        for bin in judge::bins(rows, part, marked) {
            report.remark(format!(
                "  预测 {:.2}:{} 对,标记 {},校正后 {:.2}({:.2}–{:.2})",
                bin.predicted, bin.pairs, bin.marks, bin.observed, bin.low, bin.high
            ));
        }
    }
}

fn drawing(rows: &[Row], said: &[Said], split: usize, marked: f64) -> String {
    let points = |part: &[Said]| {
        let bins = judge::bins(rows, part, marked).into_iter();
        bins.map(|b| plot::Point {
            predicted: b.predicted,
            observed: b.observed,
            low: b.low,
            high: b.high,
            pairs: b.pairs as usize,
        })
        .collect()
    };
    plot::svg(
        "重复概率的可靠性",
        &[
            ("前 62 天（拟合）", "#7a9cc6", points(&said[..split])),
            ("后 30 天（检验）", "#c0392b", points(&said[split..])),
        ],
    )
}
