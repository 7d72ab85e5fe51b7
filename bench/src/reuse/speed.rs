//! Eight orientations of one picture against all hashes: the product's scan beside FAISS in one batch and PostgreSQL's
//! `bit_count`. All have to name the same nearest hash at the same distance.

use std::fs;

use domain::photo::hash::{Orientation, orient};
use domain::reuse::Scan;

use crate::anchor::Anchors;
use crate::databases::Databases;
use crate::measure::{Dice, grouped};
use crate::race::{Cost, Runner, Standing, race};
use crate::report::{Goal, Report};
use crate::reuse::bit_count;
use crate::{Line, Outcome};

/// Bits up to which a hash is named.
const BITS: u32 = 92;
/// Bits by which the hidden copy differs from the query.
const COPY: u64 = 30;
/// Hashes up to which PostgreSQL is asked: it takes a second for ten million.
const MOST_ASKED: usize = 1_000_000;

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
    let answer = (best.item as u64, u64::from(best.bits));
    let each = (0..count).filter_map(|item| scan.get(item)).take(MOST_ASKED);
    let table = if count <= MOST_ASKED { bit_count::Table::fill(databases, each)? } else { None };
    let mut runners = vec![Runner::here(OWN, || Ok(scan.within(&[query], BITS)))];
    if let Some(mut anchor) = anchor {
        runners.push(Runner::new(FAISS, move || {
            let (cost, said) = anchor.round()?;
            let pairs = said.as_array().into_iter().flatten();
            let nearest = pairs.filter_map(|pair| Some((pair[0].as_u64()?, pair[1].as_u64()?)));
            agree(nearest.min_by_key(|pair| pair.1), answer).map(|()| cost)
        }));
    }
    if let Some(table) = &table {
        runners.push(Runner::new(POSTGRES, || {
            let (cost, said) = Cost::of(|| table.nearest(&query));
            let (item, bits) = said?;
            agree(Some((item as u64, bits as u64)), answer)?;
            // Its work is the server's, on one core: by the clock on the wall.
            Ok(Cost { cpu: cost.wall, ..cost })
        }));
    }
    let standings = race(line.rounds, runners)?;
    table.map_or(Ok(()), |table| table.drop(databases))?;
    tell(count, &standings, report);
    Ok(())
}

const OWN: &str = "本系统";
const FAISS: &str = "FAISS";
const POSTGRES: &str = "PostgreSQL bit_count";

fn agree(said: Option<(u64, u64)>, answer: (u64, u64)) -> Outcome {
    if said == Some(answer) {
        Ok(())
    } else {
        Err(format!("最近的指纹不同:{said:?} 与 {answer:?}").into())
    }
}

fn tell(count: usize, standings: &[Standing], report: &mut Report) {
    let work = format!("旧照片检索,8 个方向对 {} 个指纹", grouped(count as f64));
    let spell = |seconds: f64| format!("{:.2} ms", seconds * 1e3);
    let [own, others @ ..] = standings else { return };
    let other = |name: &str| others.iter().find(|other| other.name == name);
    let goal = Goal::AtMost(if wide() { 0.12 } else { 1.0 });
    let (faiss, postgres) = (other(FAISS), other(POSTGRES));
    let anchor = faiss.map_or_else(|| FAISS.to_owned(), |faiss| format!("{FAISS} {}", spell(faiss.cpu)));
    report.aim(&work, spell(own.cpu), anchor, faiss.map(|faiss| own.cpu / faiss.cpu), goal);
    if let Some(postgres) = postgres {
        let anchor = format!("{POSTGRES} {}(墙钟)", spell(postgres.cpu));
        report.add(work, spell(own.cpu), anchor, own.cpu / postgres.cpu);
    } else if count <= MOST_ASKED {
        report.add_alone(work, spell(own.cpu), &format!("{POSTGRES} 锚缺失"));
    }
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
