use domain::register::Themes;
use serde_json::json;

use super::*;
use crate::Pool;
use crate::repo::import::{self, Ending, ImportError, Table};
use crate::sql::testing::databases;

const NOW: Moment = Moment::from_ms(1_770_000_000_000);

fn by() -> AccountId {
    AccountId::from("cli")
}

fn at(lon: f64, lat: f64) -> Wgs84 {
    Wgs84::new(lon, lat).unwrap()
}

fn watched(code: &str, west: f64) -> Entry {
    let mut entry = Entry::new(Register::WatchArea, code, "重点关注区");
    let (east, north) = (west + 0.01, 36.01);
    entry.shape = Some(
        json!({ "type": "MultiPolygon", "coordinates":
            [[[[west, 36.0], [east, 36.0], [east, north], [west, north], [west, 36.0]]]] })
        .to_string(),
    );
    entry
}

async fn store(pool: &Pool, entries: &[Entry]) {
    let mut tx = pool.write().await.unwrap();
    put_all(&mut tx, entries, &by(), NOW).await.unwrap();
    tx.commit().await.unwrap();
}

fn codes(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.code.as_str()).collect()
}

#[tokio::test]
async fn an_entry_comes_back_as_it_was_put_and_its_version_rises() {
    for database in databases().await {
        let mut entry = Entry::new(Register::Project, "p-1", "口袋公园");
        entry.department = Some("office".into());
        entry.to_day = Some("2026-12-31".parse().unwrap());
        entry.weight = Some(0.5);
        entry.tags = vec!["为民实事".into()];
        entry.body = json!({ "status": "doing" });
        entry.place = Some(at(120.4, 36.4));
        let mut tx = database.pool.write().await.unwrap();
        assert_eq!(put(&mut tx, &entry, &by(), NOW).await.unwrap(), 1);
        assert_eq!(put(&mut tx, &entry, &by(), NOW).await.unwrap(), 2);
        tx.commit().await.unwrap();
        (entry.version, entry.updated_at) = (2, NOW);
        assert_eq!(get(&database.pool, Register::Project, "p-1").await.unwrap(), Some(entry));
        assert_eq!(get(&database.pool, Register::Item, "p-1").await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_place_finds_the_outlines_and_grids_that_hold_it_and_no_retired_one() {
    for database in databases().await {
        let mut by_grid = Entry::new(Register::WatchArea, "c", "某小区");
        (by_grid.layer, by_grid.grid) = (Some(Layer::Community), Some("g1".into()));
        let retired = Entry { active: false, ..watched("d", 120.0) };
        store(&database.pool, &[watched("a", 120.0), watched("b", 120.02), by_grid, retired]).await;
        let grids = BTreeMap::from([(Layer::Community, GridCode::from("g1"))]);
        let found = at_place(&database.pool, Register::WatchArea, at(120.005, 36.005), &grids).await.unwrap();
        assert_eq!(codes(&found), ["a", "c"]);
        let found = at_place(&database.pool, Register::WatchArea, at(120.025, 36.005), &BTreeMap::new())
            .await
            .unwrap();
        assert_eq!(codes(&found), ["b"]);
        let other = at_place(&database.pool, Register::Camera, at(120.005, 36.005), &grids).await.unwrap();
        assert!(other.is_empty());
    }
}

#[tokio::test]
async fn a_list_is_narrowed_by_tag_and_nearness_and_its_pages_miss_nothing() {
    for database in databases().await {
        let entries: Vec<Entry> = (0..25)
            .map(|n| {
                let mut entry = Entry::new(Register::Point, format!("pt_{n:02}.x"), "点位");
                entry.place = Some(at(120.0 + f64::from(n) * 0.01, 36.0));
                entry.tags = vec![if n % 2 == 0 { "a_b".into() } else { "axb".to_owned() }];
                entry
            })
            .collect();
        store(&database.pool, &entries).await;
        let filter = RegisterFilter::of(Register::Point);
        let tagged = RegisterFilter { tag: Some("a_b".into()), ..filter.clone() };
        assert_eq!(count(&database.pool, &tagged).await.unwrap(), 13, "an underscore is no wildcard");
        let near = RegisterFilter { near: Some((at(120.0, 36.0), 1000.0)), ..filter.clone() };
        assert_eq!(codes(&all(&database.pool, &near).await.unwrap()), ["pt_00.x", "pt_01.x"]);
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page =
                list(&database.pool, &filter, after.as_ref(), PageSize::new(10).unwrap()).await.unwrap();
            seen.extend(page.rows.into_iter().map(|entry| entry.code));
            let Some(next) = page.next else { break };
            after = Some(After::read(&next).unwrap());
        }
        assert_eq!(seen, entries.iter().map(|entry| entry.code.clone()).collect::<Vec<_>>());
        assert_eq!(After::read("garbage"), None);
    }
}

#[tokio::test]
async fn the_totals_of_the_test_system_are_checked_and_items_without_owner_are_told() {
    for database in databases().await {
        let pool = &database.pool;
        let units = "code,name,kind\noffice,创城办,center\n";
        let hash = |text: &str| text.to_owned();
        import::table(pool, Table::Departments, units.into(), &hash, Ending::Keep, NOW).await.unwrap();
        let mut file = String::from("编码,名称,上级编码,责任单位,标签\n");
        for class in 1..=49 {
            file.push_str(&format!("{class},第{class}类,,,\n"));
        }
        for item in 0..576 {
            let owner = if item < 564 { "office" } else { "" };
            file.push_str(&format!("{}.{item},第{item}项,{},{owner},实地\n", item % 49 + 1, item % 49 + 1));
        }
        let take = async |expected| {
            import::register(pool, Register::Item, file.clone().into(), expected, &by(), Ending::Keep, NOW)
                .await
        };
        for (wrong, told) in [("49/577", "实为 49 大类 576 小项"), ("49", "expected 须写作")] {
            let Err(ImportError::Faults(faults)) = take(Some(wrong)).await else {
                panic!("{wrong} was taken")
            };
            assert!(faults[0].reason.contains(told), "{}", faults[0].reason);
        }
        assert_eq!(
            count(pool, &RegisterFilter::of(Register::Item)).await.unwrap(),
            0,
            "half a file was taken"
        );
        let summary = take(Some("49/576")).await.unwrap();
        assert_eq!((summary.kind.as_str(), summary.rows), ("item", 625));
        assert_eq!(summary.notes[0], "49 大类 576 小项");
        assert!(summary.notes[1].starts_with("12 项没有责任单位："), "{:?}", summary.notes);
    }
}

#[tokio::test]
async fn the_reference_catalogue_gives_every_family_of_problems_its_categories() {
    let catalogue = include_str!("../../../../reference/categories.csv");
    let codes: Vec<&str> = catalogue.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    for theme in Themes::default().0 {
        for begin in theme.categories {
            assert!(codes.iter().any(|code| code.starts_with(&begin)), "{}: {begin}", theme.name);
        }
    }
}

#[tokio::test]
async fn a_standard_keeps_every_wording_it_ever_had_and_nothing_twice() {
    for database in databases().await {
        let pool = &database.pool;
        let hash = |text: &str| text.to_owned();
        let category =
            "code,name,workline,close_policy,recheck_days,lead_by\n06010,暴露垃圾,sanitation,auto,7,block\n";
        import::table(pool, Table::Categories, category.into(), &hash, Ending::Keep, NOW).await.unwrap();
        for (amount, version) in [(4, 1), (4, 1), (2, 2)] {
            let file = format!(
                "category,code,name,opens_when,limit_amount,limit_unit,closes_when,source\n\
                 06010,06010-1,暴露垃圾,散落,{amount},work_hours,清除,例\n"
            );
            import::table(pool, Table::Standards, file.into(), &hash, Ending::Keep, NOW).await.unwrap();
            let kept =
                crate::fetch_scalar!(pool, i64, "select cast(count(*) as bigint) from standard_version");
            assert_eq!(kept.unwrap(), version);
        }
    }
}
