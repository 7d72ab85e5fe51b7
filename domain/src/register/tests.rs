//! Entries that a clerk could hand in, good and bad, and the families of problems.

use super::*;
use crate::config::Check as _;
use serde_json::json;

fn fields(entry: &Entry) -> Vec<String> {
    check(entry).unwrap_err().into_iter().map(|fault| fault.field).collect()
}

fn in_grid(register: Register) -> Entry {
    let mut entry = Entry::new(register, "a-1", "甲");
    (entry.layer, entry.grid) = (Some(Layer::Community), Some("370215001001001".into()));
    entry
}

#[test]
fn a_register_never_needs_what_it_forbids_and_has_a_name_of_its_own() {
    let mut names = BTreeSet::new();
    for register in Register::VARIANTS {
        let kind = register.kind();
        assert!(names.insert(kind.label), "{register}");
        for group in kind.needs {
            assert!(!group.is_empty() && group.iter().all(|field| register.takes(*field)), "{register}");
        }
        assert_eq!(kind.parent.is_some(), register.takes(Field::Parent), "{register}");
        assert_eq!(kind.levels > 0, register.takes(Field::Level), "{register}");
    }
}

#[test]
fn each_register_says_what_is_missing() {
    let cases = [
        (Register::Camera, vec!["place"]),
        (Register::Chief, vec!["person", "grid"]),
        (Register::Patron, vec!["leader", "department"]),
        (Register::Receiver, vec!["department", "grid"]),
        (Register::Fallback, vec!["department", "grid"]),
        (Register::WatchArea, vec!["grid"]),
        (Register::Stubborn, vec!["target"]),
        (Register::Project, vec!["to_day"]),
        (Register::AreaTeam, vec!["tags"]),
    ];
    for (register, expected) in cases {
        assert_eq!(fields(&Entry::new(register, "a", "甲")), expected, "{register}");
    }
    assert_eq!(check(&Entry::new(Register::Item, "1.1", "市容环境")), Ok(()));
}

#[test]
fn a_column_that_a_register_has_not_is_refused() {
    let mut entry = in_grid(Register::Receiver);
    entry.department = Some("ext-gas".into());
    entry.target = Some(4);
    assert_eq!(check(&entry), Ok(()));
    entry.level = Some(1);
    entry.weight = Some(1.0);
    assert_eq!(fields(&entry), ["level", "weight"]);
}

#[test]
fn dates_weights_levels_codes_and_tags_have_their_bounds() {
    let day = |text: &str| Some(text.parse().unwrap());
    let mut project = Entry::new(Register::Project, "p 1", "");
    (project.from_day, project.to_day) = (day("2026-03-01"), day("2026-02-28"));
    project.weight = Some(-1.0);
    project.target = Some(-1);
    project.parent = Some("p 1".into());
    project.tags = vec!["a".into(), "a".into()];
    assert_eq!(fields(&project), ["code", "name", "parent", "target", "weight", "to_day", "tags"]);
    let mut chief = in_grid(Register::Chief);
    chief.person = Some("u1".into());
    for (level, fine) in [(0, false), (1, true), (2, true), (3, false)] {
        chief.level = Some(level);
        assert_eq!(check(&chief).is_ok(), fine, "{level}");
    }
    let mut item = Entry::new(Register::Item, "1", "甲");
    item.tags = vec!["site".into(), "survey".into()];
    assert_eq!(fields(&item), ["tags"]);
    item.weight = Some(f64::NAN);
    assert_eq!(fields(&item), ["weight", "tags"]);
}

#[test]
fn the_body_holds_only_what_its_register_has() {
    let mut camera = Entry::new(Register::Camera, "c1", "路口");
    camera.place = Wgs84::new(120.4, 36.4);
    camera.body = json!({ "heading": 90.5, "last_seen": "2026-03-01T09:00:00+08:00" });
    assert_eq!(check(&camera), Ok(()));
    camera.body = json!({ "heading": 361, "last_seen": "yesterday", "colour": "red" });
    assert_eq!(fields(&camera), ["body.colour", "body.heading", "body.last_seen"]);
    let mut contractor = Entry::new(Register::Contractor, "k1", "环卫公司");
    contractor.body = json!({ "weights": { "a": 0.6, "b": -0.1 } });
    assert_eq!(fields(&contractor), ["body.weights"]);
    contractor.body = json!([]);
    assert_eq!(fields(&contractor), ["body"]);
    let mut plan = Entry::new(Register::Project, "p", "甲");
    plan.to_day = Some("2026-12-31".parse().unwrap());
    plan.body = json!({ "status": "nearly" });
    assert!(check(&plan).unwrap_err()[0].reason.contains("doing（进行中）"));
}

#[test]
fn an_entry_holds_a_place_by_its_grid_or_by_its_outline() {
    let at = Wgs84::new(120.005, 36.005).unwrap();
    let grids = BTreeMap::from([(Layer::Community, GridCode::from("370215001001001"))]);
    let mut entry = in_grid(Register::WatchArea);
    assert!(entry.holds(at, &grids));
    entry.layer = Some(Layer::Area);
    assert!(!entry.holds(at, &grids));
    let square = json!({ "type": "MultiPolygon", "coordinates":
        [[[[120.0, 36.0], [120.01, 36.0], [120.01, 36.01], [120.0, 36.01], [120.0, 36.0]]]] });
    entry.shape = Some(square.to_string());
    assert!(entry.holds(at, &BTreeMap::new()));
    assert!(!entry.holds(Wgs84::new(120.02, 36.0).unwrap(), &BTreeMap::new()));
}

#[test]
fn an_entry_is_in_force_on_its_first_and_last_day() {
    let mut entry = Entry::new(Register::Site, "s", "甲");
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    (entry.from_day, entry.to_day) = (Some(day("2026-03-01")), Some(day("2026-03-31")));
    let seen: Vec<bool> = ["2026-02-28", "2026-03-01", "2026-03-31", "2026-04-01"]
        .map(|text| entry.is_in_force(day(text)))
        .into();
    assert_eq!(seen, [false, true, true, false]);
    entry.active = false;
    assert!(!entry.is_in_force(day("2026-03-15")));
}

#[test]
fn a_family_holds_its_categories_in_its_areas() {
    let mut theme = Themes::default().get("market").unwrap().clone();
    let area = GridCode::from("370215001");
    assert!(theme.holds("09020", None) && !theme.holds("09021", None));
    theme.areas = vec![area.clone()];
    assert!(theme.holds("09020", Some(&area)) && !theme.holds("09020", None));
    let themes = Themes::default();
    let names: Vec<&str> = themes.of("06036", None).map(|theme| theme.name.as_str()).collect();
    assert_eq!(names, ["十乱", "六大堆", "城乡结合部"]);
}

#[test]
fn a_family_without_members_or_with_a_repeated_code_is_refused() {
    let refused = |change: fn(&mut Vec<Theme>)| {
        let mut themes = Themes::default();
        change(&mut themes.0);
        themes.check().unwrap_err()
    };
    assert!(refused(|themes| themes[2].categories.clear()).contains("第 3 个专题"));
    assert!(refused(|themes| themes[1].code = themes[0].code.clone()).contains("重复"));
    assert!(refused(|themes| themes[0].categories.push("06%".into())).contains("06%"));
    assert!(refused(|themes| themes[0].name.clear()).contains("name"));
}
