//! Cutting a set of mesh cells into connected regions of about the same size. It refuses floating
//! costs: distances are whole numbers and ties go to the lower index, so a cut never changes by itself.

use super::mesh::{Mesh, mix};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Label of an atom that belongs to no region.
pub const NONE: usize = usize::MAX;

/// How far one atom is from the next one.
pub type Cost<'a> = &'a dyn Fn(usize, usize) -> u64;

/// Cost of one step in mesh space: even, roughened by a salt so that borders wander.
pub fn rough_step(salt: u64) -> impl Fn(usize, usize) -> u64 {
    move |a, b| 1000 + mix(&[salt, a.min(b) as u64, a.max(b) as u64]) % 500
}

/// Labels every member with the index of the seed that reaches it first, and says how far that was.
pub fn grow(mesh: &Mesh, members: &[usize], seeds: &[usize], cost: Cost<'_>) -> (Vec<usize>, Vec<u64>) {
    let mut labels = vec![NONE; mesh.atoms.len()];
    let mut reached = vec![0; mesh.atoms.len()];
    for &member in members {
        reached[member] = u64::MAX;
    }
    let mut heap = BinaryHeap::new();
    for (label, &seed) in seeds.iter().enumerate() {
        heap.push(Reverse((0, label, seed)));
    }
    while let Some(Reverse((far, label, atom))) = heap.pop() {
        if reached[atom] <= far {
            continue;
        }
        (labels[atom], reached[atom]) = (label, far);
        for next in mesh.atoms[atom].neighbours.iter().flatten() {
            let further = far + cost(atom, *next);
            if further < reached[*next] {
                heap.push(Reverse((further, label, *next)));
            }
        }
    }
    (labels, reached)
}

/// Cuts the members into `count` connected regions: seeds far from each other, then moved to the middle
/// of their regions a few times (Lloyd's relaxation on a graph). Labels are 0..count, NONE elsewhere.
pub fn cut(mesh: &Mesh, members: &[usize], count: usize, cost: Cost<'_>) -> Vec<usize> {
    let mut seeds: Vec<usize> = members.first().copied().into_iter().collect();
    while seeds.len() < count {
        let (_, reached) = grow(mesh, members, &seeds, cost);
        let Some(&far) = members.iter().max_by_key(|m| (reached[**m], Reverse(**m))) else { break };
        seeds.push(far);
    }
    for _ in 0..8 {
        let (labels, _) = grow(mesh, members, &seeds, cost);
        seeds = (0..seeds.len()).map(|label| middle(mesh, members, &labels, label)).collect();
    }
    grow(mesh, members, &seeds, cost).0
}

/// The member of a region that lies nearest to the mean of its seats.
fn middle(mesh: &Mesh, members: &[usize], labels: &[usize], label: usize) -> usize {
    let own: Vec<usize> = members.iter().copied().filter(|m| labels[*m] == label).collect();
    let count = own.len().max(1) as f64;
    let (x, y) =
        own.iter().fold((0.0, 0.0), |(x, y), m| (x + mesh.atoms[*m].seat.0, y + mesh.atoms[*m].seat.1));
    let off = |m: &usize| {
        let (dx, dy) = (mesh.atoms[*m].seat.0 - x / count, mesh.atoms[*m].seat.1 - y / count);
        dx * dx + dy * dy
    };
    own.iter().copied().min_by(|a, b| off(a).total_cmp(&off(b))).unwrap_or(label)
}

/// Shares `total` out by weight with at least one each (largest remainder).
pub fn share(weights: &[usize], total: usize) -> Vec<usize> {
    let sum: usize = weights.iter().sum();
    let spare = total - weights.len();
    let mut shares: Vec<usize> = weights.iter().map(|w| 1 + w * spare / sum).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|i| Reverse((weights[*i] * spare) % sum));
    let left = total - shares.iter().sum::<usize>();
    for i in order.into_iter().take(left) {
        shares[i] += 1;
    }
    shares
}
