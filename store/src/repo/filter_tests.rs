use super::*;

fn boxed(bbox: [f64; 4]) -> TicketFilter {
    TicketFilter { bbox: Some(bbox), ..TicketFilter::within(Scope::All) }
}

#[test]
fn every_point_of_a_small_box_has_its_cell_in_the_list() {
    for (west, south, width, height) in [
        (120.44, 36.38, 0.005, 0.004),
        (120.44, 36.38, 0.0, 0.0),
        (87.6, 43.8, 0.011, 0.001),
        (120.0, 36.0, 0.0005, 0.006),
    ] {
        let (east, north) = (west + width, south + height);
        let cells = cells_of(&boxed([west, south, east, north])).unwrap();
        assert!(cells.len() <= MOST_CELLS && cells.is_sorted_by(|a, b| a < b));
        for step in 0..=10_000 {
            let (x, y) = (f64::from(step % 101) / 100.0, f64::from(step / 101) / 99.0);
            let at = Wgs84::new(west + width * x, south + height * y.min(1.0)).unwrap();
            assert!(cells.binary_search(&cell_of(at)).is_ok(), "{at:?}");
        }
    }
}

#[test]
fn a_wide_or_impossible_box_is_not_read_by_cell() {
    let wide = [[120.0, 36.0, 121.0, 37.0], [120.0, 36.0, 120.03, 36.01], [-180.0, -90.0, 180.0, 90.0]];
    let odd = [
        [120.1, 36.0, 120.0, 36.1],
        [120.0, 36.1, 120.1, 36.0],
        [f64::NAN, 0.0, 1.0, 1.0],
        [0.0, 0.0, 999.0, 0.1],
    ];
    for bbox in wide.into_iter().chain(odd) {
        assert_eq!(cells_of(&boxed(bbox)), None, "{bbox:?}");
    }
    assert_eq!(cells_of(&TicketFilter::within(Scope::All)), None);
}

#[test]
fn a_role_without_any_reach_in_the_table_sees_nothing() {
    let mut actor = Actor { role: Role::Handler, ..Actor::system() };
    let own = Scope::Own(actor.account.clone());
    assert_eq!(Scope::of(&actor), Scope::Any(vec![own.clone()]), "a handler without a unit");
    actor.department = Some("u".into());
    let unit = vec![Scope::Unit("u".into()), Scope::Party("u".into()), own.clone()];
    assert_eq!(Scope::of(&actor), Scope::Any(unit));
    actor.role = Role::Oversight;
    assert_eq!(Scope::of(&actor), Scope::Open, "no petition");
    actor.role = Role::Dispatcher;
    assert_eq!(Scope::of(&actor), Scope::All);
    let writing = Writing { purpose: Purpose::List, dialect: Dialect::Sqlite, driven: Driven::Nothing };
    let mut text = SqlText::new("");
    push_conditions(&mut text, &TicketFilter::within(Scope::Any(vec![])), Moment::from_ms(0), writing);
    assert!(text.sql().contains("1 = 0"));
    text = SqlText::new("");
    push_conditions(&mut text, &TicketFilter::within(Scope::Grids(vec![])), Moment::from_ms(0), writing);
    assert!(text.sql().contains("1 = 0"));
}
