//! A programme's own ranking (本项排名), and what may be asked of it when.

use std::cmp::Ordering;

use super::ProgrammeState;
use crate::stats::formula::Counts;

word! {
    /// What is asked of a programme.
    Verb {
        Start "启动",
        /// Draws once more.
        Draw "再次抽取",
        Finish "结束",
        Cancel "取消",
        Reopen "恢复",
    }
}

impl ProgrammeState {
    /// The state after a verb; `None` when it can't be asked in this state.
    pub const fn after(self, verb: Verb) -> Option<Self> {
        match (self, verb) {
            (Self::Draft, Verb::Start) | (Self::Running, Verb::Draw) | (Self::Done, Verb::Reopen) => {
                Some(Self::Running)
            }
            (Self::Running, Verb::Finish) => Some(Self::Done),
            (Self::Draft | Self::Running, Verb::Cancel) => Some(Self::Cancelled),
            (Self::Cancelled, Verb::Reopen) => Some(Self::Draft),
            _ => None,
        }
    }
}

/// Places by the share closed on time, then by fewer open overdue; equal ones share a place, and who had nothing due has
/// none. In the order of `units`.
pub fn places(units: &[Counts]) -> Vec<Option<usize>> {
    let place = |own: &Counts| {
        let ahead =
            units.iter().filter(|other| other.due_to_close > 0 && order(other, own) == Ordering::Less);
        (own.due_to_close > 0).then(|| ahead.count() + 1)
    };
    units.iter().map(place).collect()
}

/// The better first, by whole numbers: no two shares are equal because a division was rounded.
fn order(a: &Counts, b: &Counts) -> Ordering {
    let share = |x: &Counts, y: &Counts| i128::from(x.closed_on_time) * i128::from(y.due_to_close);
    share(b, a).cmp(&share(a, b)).then(a.open_overdue.cmp(&b.open_overdue))
}

#[cfg(test)]
mod tests {
    use strum::VariantArray as _;

    use super::*;

    fn counts(due_to_close: i64, closed_on_time: i64, open_overdue: i64) -> Counts {
        Counts { due_to_close, closed_on_time, open_overdue, ..Counts::default() }
    }

    #[test]
    fn equal_units_share_a_place_and_the_next_place_is_skipped() {
        let units = [
            counts(4, 2, 0),
            counts(2, 1, 0),
            counts(0, 0, 0),
            counts(3, 3, 0),
            counts(4, 1, 0),
            counts(4, 2, 1),
        ];
        assert_eq!(places(&units), [Some(2), Some(2), None, Some(1), Some(5), Some(4)]);
    }

    #[test]
    fn what_is_over_can_only_be_taken_up_again() {
        use ProgrammeState::{Cancelled, Done, Draft, Running};
        for (state, verbs) in [
            (Draft, vec![Verb::Start, Verb::Cancel]),
            (Running, vec![Verb::Draw, Verb::Finish, Verb::Cancel]),
            (Done, vec![Verb::Reopen]),
            (Cancelled, vec![Verb::Reopen]),
        ] {
            let allowed: Vec<Verb> =
                Verb::VARIANTS.iter().copied().filter(|verb| state.after(*verb).is_some()).collect();
            assert_eq!(allowed, verbs, "{state}");
        }
    }
}
