//! Eight orientations of one picture against all hashes: the product's scan beside FAISS in one batch. Both have to name
//! the same nearest hash at the same distance.

use std::fs;

use domain::photo::hash::{Orientation, orient};
use domain::reuse::Scan;

use crate::anchor::Anchors;
use crate::databases::Databases;
use crate::measure::{Dice, grouped};
use crate::race::{Runner, race};
use crate::report::{Goal, Report};
use crate::{Line, Outcome};

/// Bits up to which a hash is named.
const BITS: u32 = 92;
/// Bits by which the hidden copy differs from the query.
const COPY: u64 = 30;

/// Measures `count` hashes.
pub fn run(
    count: usize,
    line: &Line,
    anchors: &Anchors,
    databases: &Databases,
    report: &mut Report,
) -> Outcome {
    let mut dice = Dice(count as u64);
    let mut scan = Scan::default();
    let mut stored = Vec::with_capacity(count * 32);
    let query: [u64; 4] = std::array::from_fn(|_| dice.next());
    let hidden = count as u64 / 3;
    for number in 0..count as u64 {
        let mut hash: [u64; 4] = std::array::from_fn(|_| dice.next());
        if number == hidden {
            // Turned and somewhat changed.
            hash = orient(&query, Orientation { mirrored: true, quarters: 1 });
            (0..COPY).for_each(|i| hash[(i % 4) as usize] ^= 1 << (i * 2 % 64));
        }
        scan.push(&hash);
        hash.iter().for_each(|word| stored.extend_from_slice(&word.to_le_bytes()));
    }
    let queries: Vec<u8> =
        Orientation::ALL.iter().flat_map(|&how| orient(&query, how)).flat_map(u64::to_le_bytes).collect();
    let (all, asked) = (databases.folder.join("hashes.bin"), databases.folder.join("queries.bin"));
    fs::write(&all, &stored)?;
    fs::write(&asked, &queries)?;
    drop(stored);
    let anchor = anchors.start("reuse.py", &[&all, &asked])?;
    let own = scan.within(&[query], BITS);
    let best = own.iter().min_by_key(|near| near.bits).ok_or("没有找到藏起来的副本")?;
    let (mut number, mut name) = (None, String::from("FAISS 缺失"));
    let mut runners = vec![Runner::here("本系统", || Ok(scan.within(&[query], BITS)))];
    if let Some(mut anchor) = anchor {
        name.clone_from(&anchor.name);
        runners.push(Runner::new("FAISS", move || {
            let (cost, answer) = anchor.round()?;
            let nearest = answer.as_array().into_iter().flatten().min_by_key(|pair| pair[1].as_u64());
            let same = nearest.is_some_and(|pair| {
                (pair[0].as_u64(), pair[1].as_u64()) == (Some(best.item as u64), Some(u64::from(best.bits)))
            });
            if same { Ok(cost) } else { Err(format!("最近的指纹不同:{answer} 与 {best:?}").into()) }
        }));
    }
    let standings = race(line.rounds, runners)?;
    let own = standings[0].cpu;
    if let Some(other) = standings.get(1) {
        number = Some(other.cpu);
        name = format!("{name} {:.2} ms", other.cpu * 1e3);
    }
    report.aim(
        format!("旧照片检索,8 个方向对 {} 个指纹", grouped(count as f64)),
        format!("{:.2} ms", own * 1e3),
        name,
        number.map(|other| own / other),
        Goal::AtMost(if wide() { 0.12 } else { 1.0 }),
    );
    Ok(())
}

/// Whether this processor counts bits of 64 bytes at once.
fn wide() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        std::arch::is_x86_feature_detected!("avx512bitalg")
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        false
    }
}
