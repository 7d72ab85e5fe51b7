use proptest::prelude::*;
use strum::VariantArray as _;

use super::*;
use crate::actor::Actor;
use crate::clock::limit::{Limit, LimitUnit};
use crate::clock::reckon::{Mark, Tick};
use crate::geo::datum::Wgs84;
use crate::geo::grid::Layer;
use crate::ticket::decide::open;
use crate::ticket::event::{Assignment, Class, ClosePolicy, Opening, Origin, Patrol, Person, Place, Unit};
use crate::ticket::state::State;
use crate::time::{DAY_MS, HOUR_MS};
use crate::workline::Workline;

/// 2026-11-22 23:59:59 in China.
const LAST_SECOND: Moment = Moment::from_ms(1_795_363_199_000);

fn ticket(at: Moment) -> Ticket {
    let opening = Opening {
        report: "R1".into(),
        source: Source::Hotline,
        reporter: None,
        words: "垃圾".into(),
        place: None,
        found_at: at,
        category_hint: None,
        photos: Vec::new(),
        fixed_on_spot: Vec::new(),
        relapse_of: None,
        origin: Origin::default(),
    };
    let event = open(&"T1".into(), opening, &Actor::system(), at).event;
    Ticket::born("T1".into(), &event).unwrap()
}

fn limit() -> Limit {
    Limit { amount: 4, unit: LimitUnit::WorkHours }
}

fn hand_to(ticket: &mut Ticket, unit: &str, at: Moment) {
    if !ticket.ticks.is_empty() {
        let past = std::mem::take(&mut ticket.ticks);
        ticket.past_ticks.push(past);
    }
    ticket.ticks.push(Tick { at, mark: Mark::Start { limit: limit() } });
    ticket.assignment = Some(Assignment {
        lead: Unit { code: unit.into(), name: unit.into() },
        assist: None,
        person: Person { account: "p".into(), name: "张三".into() },
        task: "清理".into(),
        limit: limit(),
        standard: "清理干净".into(),
        duty: "主办".into(),
        parties: Vec::new(),
        leader: None,
        red: false,
    });
}

fn class() -> Class {
    Class {
        category: "06010".into(),
        category_name: "暴露垃圾".into(),
        workline: Workline::Sanitation,
        standard: "06010-1".into(),
        standard_name: "暴露垃圾".into(),
        opens_when: "有".into(),
        closes_when: "无".into(),
        limit: limit(),
        policy: ClosePolicy::Auto,
        recheck_days: 7,
        guarded: None,
        priority: Default::default(),
        priority_why: Vec::new(),
    }
}

fn total(rows: &[(NaiveDate, Keys, Sums)]) -> Sums {
    rows.iter().map(|(_, _, sums)| *sums).sum()
}

fn on_day(rows: &[(NaiveDate, Keys, Sums)], day: &str) -> Sums {
    rows.iter().filter(|(date, ..)| date.to_string() == day).map(|(_, _, sums)| *sums).sum()
}

#[test]
fn the_districts_day_ends_at_its_own_midnight() {
    for (at, day) in [(LAST_SECOND, "2026-11-22"), (LAST_SECOND.plus_ms(2_000), "2026-11-23")] {
        let rows = count(&ticket(at), None);
        assert_eq!(on_day(&rows, day).opened, 1, "{at}");
        assert_eq!(rows.len(), 1);
    }
}

#[test]
fn each_step_counts_on_its_own_day_and_the_funnel_on_the_day_it_was_found() {
    let found = LAST_SECOND;
    let day = |n: i64| Some(found.plus_ms(n * DAY_MS));
    let mut ticket = ticket(found);
    (ticket.stamps.registered, ticket.stamps.rectified, ticket.stamps.inspected) = (day(1), day(2), day(3));
    let rows = count(&ticket, None);
    let funnel = on_day(&rows, "2026-11-22");
    let passed = [
        funnel.found,
        funnel.found_registered,
        funnel.found_rectified,
        funnel.found_inspected,
        funnel.found_qualified,
        funnel.found_struck_off,
    ];
    assert_eq!(passed, [1, 1, 1, 1, 0, 0]);
    assert_eq!(on_day(&rows, "2026-11-23").registered, 1);
    assert_eq!(on_day(&rows, "2026-11-23").registered_late, 1, "a day later is not at once");
    assert_eq!(on_day(&rows, "2026-11-24").rectified, 1);
    assert_eq!(on_day(&rows, "2026-11-25").inspected, 1);
}

#[test]
fn a_case_is_due_when_its_time_ran_out_or_when_it_was_closed_in_time() {
    let mut ticket = ticket(LAST_SECOND);
    let late_at = Some(LAST_SECOND.plus_ms(DAY_MS).ms());
    assert_eq!(on_day(&count(&ticket, late_at), "2026-11-23").open_overdue(), 1, "open and late");
    ticket.exempt = true;
    assert_eq!(total(&count(&ticket, late_at)).due, 0, "an upheld appeal takes it out");

    ticket.exempt = false;
    ticket.state = State::Closed;
    ticket.stamps.struck_off = Some(LAST_SECOND.plus_ms(3 * DAY_MS));
    let late = on_day(&count(&ticket, late_at), "2026-11-23");
    assert_eq!(
        (late.due, late.due_closed, late.due_closed_on_time),
        (1, 1, 0),
        "closed late is due on its due day"
    );
    let in_time = on_day(&count(&ticket, None), "2026-11-25");
    assert_eq!((in_time.due, in_time.due_closed_on_time), (1, 1), "closed in time is due when closed");
    ticket.exempt = true;
    let exempt = total(&count(&ticket, late_at));
    assert_eq!((exempt.due_closed_on_time, exempt.due_exempt, exempt.late()), (1, 1, 0));

    ticket.state = State::Merged { into: "T2".into() };
    assert_eq!(total(&count(&ticket, late_at)).due, 0, "what was merged is due elsewhere");
}

#[test]
fn another_unit_takes_the_whole_count_with_it() {
    let mut ticket = ticket(LAST_SECOND);
    hand_to(&mut ticket, "D1", LAST_SECOND.plus_ms(1_000));
    let before = count(&ticket, None);
    hand_to(&mut ticket, "D2", LAST_SECOND.plus_ms(DAY_MS));
    let after = count(&ticket, None);
    assert_eq!(on_day(&after, "2026-11-23").dispatched, 1, "the first dispatch counts, not the last");
    let changes = difference(before, after);
    let of = |unit: &str| -> Sums {
        let own = |keys: &Keys| keys.value(Dimension::Lead) == unit;
        changes.iter().filter(|(_, keys, _)| own(keys)).map(|(_, _, sums)| *sums).sum()
    };
    assert_eq!((of("D1").opened, of("D2").opened), (-1, 1));
    assert_eq!((of("D1").dispatched, of("D2").dispatched), (-1, 1));
}

#[test]
fn a_case_on_air_a_bad_rating_and_a_relapse_leave_their_marks() {
    let mut ticket = ticket(LAST_SECOND);
    ticket.source = Source::Media;
    (ticket.reworks, ticket.relapse_nth, ticket.stars) = (2, 1, Some(2));
    ticket.stamps.rectified = Some(LAST_SECOND.plus_ms(DAY_MS));
    let sums = total(&count(&ticket, Some(LAST_SECOND.ms())));
    assert_eq!((sums.aired_late, sums.reworked, sums.aired_reworked), (1, 1, 1));
    assert_eq!((sums.rated, sums.satisfied, sums.unsatisfied, sums.stars_sum), (1, 0, 1, 2));
    let marks = blemishes(&ticket);
    assert_eq!(
        marks.iter().map(|(blemish, day)| (*blemish, day.to_string())).collect::<Vec<_>>(),
        [
            (Blemish::Reworked, "2026-11-23".to_owned()),
            (Blemish::Relapsed, "2026-11-22".to_owned()),
            (Blemish::Unsatisfied, "2026-11-23".to_owned()),
        ]
    );
}

#[test]
fn a_machine_or_a_patrol_comes_before_the_way_it_was_handled() {
    let mut ticket = ticket(LAST_SECOND);
    assert_eq!(Keys::of(&ticket).mode, Mode::Waiting);
    hand_to(&mut ticket, "D1", LAST_SECOND);
    assert_eq!(Keys::of(&ticket).mode, Mode::Dispatched);
    ticket.origin.patrol = Some(Patrol::Car);
    assert_eq!(Keys::of(&ticket).mode, Mode::Car);
}

#[test]
fn the_columns_are_read_back_in_their_order() {
    let values: Vec<i64> = (1..).take(Sums::COLUMNS.len()).collect();
    assert_eq!(Sums::from_values(values.clone()).values(), values);
    assert_eq!(Sums::COLUMNS[0], "opened");
}

/// Changes something of the ticket, sensible or not.
fn change(ticket: &mut Ticket, what: u8, n: i64) {
    let at = LAST_SECOND.plus_ms(n * HOUR_MS);
    match what {
        0 => ticket.place = Some(Place { at: Wgs84::new(120.4, 36.4).unwrap(), accuracy_m: 5.0 }),
        1 => drop(ticket.grids.insert(Layer::Area, format!("a{}", n % 3).as_str().into())),
        2 => (ticket.class, ticket.stamps.registered) = (Some(class()), Some(at)),
        3 => hand_to(ticket, &format!("D{}", n % 3), at),
        4 => ticket.stamps.rectified = Some(at),
        5 => (ticket.stamps.inspected, ticket.stamps.qualified) = (Some(at), Some(at)),
        6 => (ticket.state, ticket.stamps.struck_off) = (State::Closed, Some(at)),
        7 => (ticket.state, ticket.stamps.struck_off) = (State::Handling, None),
        8 => ticket.reworks += 1,
        9 => ticket.stars = Some((n % 6) as u8),
        10 => ticket.exempt = !ticket.exempt,
        11 => ticket.state = State::Declined { reason: "不属实".into() },
        12 => ticket.state = State::Merged { into: "T2".into() },
        13 => ticket.cause = Cause::VARIANTS.get((n % 3) as usize).copied(),
        14 => ticket.relapse_nth = (n % 3) as u32,
        _ => ticket.supervisions += 1,
    }
}

proptest! {
    #[test]
    fn what_events_change_adds_up_to_what_a_count_of_the_end_gives(
        steps in prop::collection::vec((0u8..16, 0i64..500, prop::option::of(0i64..500)), 1..40)
    ) {
        let mut ticket = ticket(LAST_SECOND);
        let mut kept: BTreeMap<(NaiveDate, Keys), Sums> = BTreeMap::new();
        let mut last = Vec::new();
        for (what, n, late) in steps {
            change(&mut ticket, what, n);
            let next = count(&ticket, late.map(|hours| LAST_SECOND.plus_ms(hours * HOUR_MS).ms()));
            for (day, keys, sums) in difference(last, next.clone()) {
                *kept.entry((day, keys)).or_default() += sums;
            }
            last = next;
            let sums = total(&last);
            prop_assert_eq!((sums.opened, sums.found, sums.mapped + sums.tabled), (1, 1, 1));
            prop_assert!(0 <= sums.due_closed_on_time && sums.due_closed_on_time <= sums.due_closed);
            prop_assert!(sums.due_closed <= sums.due && sums.due <= 1);
            prop_assert!(sums.values().iter().all(|value| *value >= 0));
        }
        kept.retain(|_, sums| !sums.is_zero());
        let expected: BTreeMap<_, _> = last.into_iter().map(|(day, keys, sums)| ((day, keys), sums)).collect();
        prop_assert_eq!(kept, expected);
    }
}
