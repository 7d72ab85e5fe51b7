//! The reliability plot as an SVG: what was predicted against what was observed. It refuses to smooth.

use std::fmt::Write as _;

/// One point: mean prediction, observed share with its bounds, pairs.
pub struct Point {
    pub predicted: f64,
    pub observed: f64,
    pub low: f64,
    pub high: f64,
    pub pairs: usize,
}

const SIDE: f64 = 320.0;
const LEFT: f64 = 60.0;
const TOP: f64 = 40.0;

/// Draws the points of each series, given with its name and colour.
pub fn svg(title: &str, series: &[(&str, &str, Vec<Point>)]) -> String {
    let x = |v: f64| LEFT + v.clamp(0.0, 1.0) * SIDE;
    let y = |v: f64| TOP + (1.0 - v.clamp(0.0, 1.0)) * SIDE;
    let mut out = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 420 430\" font-family=\"sans-serif\" font-size=\"11\">\n\
         <rect width=\"420\" height=\"430\" fill=\"#fff\"/>\n",
    );
    let _ = writeln!(out, "<text x=\"{LEFT}\" y=\"22\" font-size=\"13\">{title}</text>");
    for tenth in 0..=5 {
        let v = f64::from(tenth) / 5.0;
        let _ = writeln!(
            out,
            "<path d=\"M{:.0} {TOP}V{:.0}M{LEFT} {:.0}H{:.0}\" stroke=\"#ddd\"/>\n\
             <text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"middle\">{v:.1}</text>\n\
             <text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{v:.1}</text>",
            x(v),
            TOP + SIDE,
            y(v),
            LEFT + SIDE,
            x(v),
            TOP + SIDE + 16.0,
            LEFT - 6.0,
            y(v) + 4.0,
        );
    }
    let _ = writeln!(
        out,
        "<path d=\"M{:.0} {:.0}L{:.0} {:.0}\" stroke=\"#999\" stroke-dasharray=\"4 3\"/>\n\
         <text x=\"220\" y=\"{:.0}\" text-anchor=\"middle\">预测概率</text>\n\
         <text x=\"16\" y=\"200\" text-anchor=\"middle\" transform=\"rotate(-90 16 200)\">实际比例（按标记率校正）</text>",
        x(0.0),
        y(0.0),
        x(1.0),
        y(1.0),
        TOP + SIDE + 34.0,
    );
    for (at, (name, colour, points)) in series.iter().enumerate() {
        for p in points {
            let radius = 2.0 + (p.pairs as f64).log10();
            let _ = writeln!(
                out,
                "<path d=\"M{0:.1} {1:.1}V{2:.1}\" stroke=\"{colour}\"/>\
                 <circle cx=\"{0:.1}\" cy=\"{3:.1}\" r=\"{radius:.1}\" fill=\"{colour}\" fill-opacity=\".7\"/>",
                x(p.predicted),
                y(p.low),
                y(p.high),
                y(p.observed),
            );
        }
        let top = TOP + 16.0 + 16.0 * at as f64;
        let _ = writeln!(
            out,
            "<circle cx=\"{:.0}\" cy=\"{:.0}\" r=\"4\" fill=\"{colour}\"/><text x=\"{:.0}\" y=\"{top:.0}\">{name}</text>",
            LEFT + 14.0,
            top - 4.0,
            LEFT + 24.0,
        );
    }
    out.push_str("</svg>\n");
    out
}
