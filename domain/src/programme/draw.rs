//! Drawing lots that anybody can draw again: a recorded seed, SplitMix64 (Steele, Lea, Flood 2014) and the first steps of a
//! Fisher–Yates shuffle. It refuses hidden randomness: the same seed over the same candidates gives the same draw.

/// The largest seed: what every JSON reader keeps exactly, 2⁵³ − 1.
pub const MOST_SEED: u64 = (1 << 53) - 1;

/// Draws `n` of the candidates, each set of `n` with the same chance; all of them, shuffled, when there are fewer.
pub fn draw<T: Clone>(seed: u64, n: usize, candidates: &[T]) -> Vec<T> {
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    let n = n.min(order.len());
    let mut state = seed;
    for at in 0..n {
        let left = (order.len() - at) as u64;
        order.swap(at, at + below(&mut state, left) as usize);
    }
    order.into_iter().take(n).filter_map(|at| candidates.get(at).cloned()).collect()
}

/// The seed of whatever a text names: FNV-1a, mixed, within [`MOST_SEED`].
pub fn seed_of(text: &str) -> u64 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mut state = hash;
    next(&mut state) & MOST_SEED
}

/// How many a share of `all` is: `percent` of them, rounded up, at least `least`, at most all.
pub fn share_of(all: usize, percent: u32, least: u32) -> usize {
    let share = (all * percent as usize).div_ceil(100);
    share.max(least as usize).min(all)
}

/// A number in `0..bound`, each with the same chance: the numbers past the last whole multiple are thrown away.
fn below(state: &mut u64, bound: u64) -> u64 {
    let spare = (u64::MAX % bound + 1) % bound;
    loop {
        let number = next(state);
        if number <= u64::MAX - spare {
            return number % bound;
        }
    }
}

const fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
