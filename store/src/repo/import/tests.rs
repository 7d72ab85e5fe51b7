use domain::clock::calendar::Day;

use super::*;
use crate::repo::{district, people};
use crate::sql::testing::databases;
use crate::{execute, fetch_scalar, fetch_scalars};

const NOW: Moment = Moment::from_ms(1_000);

fn hash(password: &str) -> String {
    format!("hashed {password}")
}

async fn take(pool: &Pool, kind: Table, file: impl Into<Vec<u8>>, at: i64) -> Result<Summary, ImportError> {
    table(pool, kind, file.into(), &hash, Ending::Keep, Moment::from_ms(at)).await
}

async fn count(pool: &Pool, sql: &'static str) -> i64 {
    fetch_scalar!(pool, i64, sql).unwrap()
}

fn faults<T: std::fmt::Debug>(result: Result<T, ImportError>) -> Vec<(usize, String, String)> {
    match result.unwrap_err() {
        ImportError::Faults(faults) => faults.into_iter().map(|f| (f.line, f.column, f.reason)).collect(),
        ImportError::Store(error) => panic!("{error}"),
    }
}

const UNITS: &str = "code,name,kind,parent,workline,area\nu1,一街道,block,,,\nu2,路灯所,line,,roads,\n";
const KINDS: &str = "code,name,workline,close_policy,recheck_days,lead_by\n01,井盖,roads,auto,7,line\n02,路灯,roads,inspector,,line\n";

fn standards(rows: &[(&str, &str, u32)]) -> String {
    let row = |(category, code, hours): &(&str, &str, u32)| {
        format!("{category},{code},标准,破损,{hours},work_hours,修复,自拟\n")
    };
    let head = "category,code,name,opens_when,limit_amount,limit_unit,closes_when,source\n";
    head.to_owned() + &rows.iter().map(row).collect::<String>()
}

#[tokio::test]
async fn a_file_with_or_without_byte_order_mark_is_read_and_a_second_one_updates() {
    for db in databases().await {
        let summary = take(&db.pool, Table::Departments, format!("\u{feff}{UNITS}"), 1).await.unwrap();
        assert_eq!((summary.kind.as_str(), summary.rows, summary.notes.len()), ("departments", 2, 0));
        let one = "编码,名称,类型\nu1,新街道,块\n";
        let summary = take(&db.pool, Table::Departments, one, 2).await.unwrap();
        assert_eq!(summary.notes, ["文件中没有的 1 个单位保持不变"]);
        let books = district::load(&db.pool).await.unwrap();
        assert_eq!((books.version, books.departments.len()), (2, 2));
        assert_eq!(district::unit(&books, &"u1".into()).unwrap().0.name, "新街道");
    }
}

#[tokio::test]
async fn one_bad_row_refuses_the_file_by_line_and_column_and_leaves_nothing() {
    for db in databases().await {
        // Blank lines and a line break inside quotes count as the lines that an editor shows.
        let file = "code,name,kind\n\nu1,一街道,block\n\"u2\",\"二\n街道\",block\nu3,三街道,街道\n";
        let found = faults(take(&db.pool, Table::Departments, file, 1).await);
        let places: Vec<_> = found.iter().map(|(line, column, _)| (*line, column.as_str())).collect();
        assert_eq!(places, [(4, "name"), (6, "kind")], "{found:?}");
        assert_eq!(count(&db.pool, "select cast(count(*) as bigint) from department").await, 0);
        assert_eq!(district::version(&db.pool).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn files_in_other_encodings_and_forms_are_refused_with_what_to_do() {
    for db in databases().await {
        let gbk =
            [b"code,name,kind\nu1,".as_slice(), &[0xd2, 0xbb, 0xbd, 0xd6, 0xb5, 0xc0], b",block\n"].concat();
        let old = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1].to_vec();
        let wide = format!("{}\n", ",".repeat(200)).into_bytes();
        let cases =
            [(gbk, "CSV UTF-8"), (old, "旧版"), (b"PK\x03\x04nothing".to_vec(), ".xlsx"), (wide, "列")];
        for (file, hint) in cases {
            let found = faults(take(&db.pool, Table::Departments, file, 1).await);
            assert!(found.len() == 1 && found[0].2.contains(hint), "{found:?}");
        }
        assert!(!faults(take(&db.pool, Table::Departments, "", 1).await).is_empty());
        let long = format!("code,name,kind\n{}", "u,u,block\n".repeat(MOST_ROWS + 1));
        assert!(faults(take(&db.pool, Table::Departments, long, 1).await)[0].2.contains("行"));
        assert!(
            faults(take(&db.pool, Table::Departments, vec![b'a'; MOST_BYTES + 1], 1).await)[0]
                .2
                .contains("MB")
        );
    }
}

#[tokio::test]
async fn standards_keep_the_order_of_their_file_and_replace_those_of_their_category() {
    for db in databases().await {
        let summary = take(&db.pool, Table::Categories, KINDS, 1).await.unwrap();
        assert_eq!(summary.notes, ["2 个类别还没有立结案标准，暂不能立案"]);
        let file = standards(&[("01", "01-b", 4), ("01", "01-a", 8), ("02", "02-a", 2)]);
        take(&db.pool, Table::Standards, file, 2).await.unwrap();
        let order = async || -> Vec<String> {
            let books = district::load(&db.pool).await.unwrap();
            books.standards.values().flatten().map(|row| row.code.to_string()).collect()
        };
        assert_eq!(order().await, ["01-b", "01-a", "02-a"]);
        take(&db.pool, Table::Standards, standards(&[("01", "01-c", 1), ("01", "01-a", 8)]), 3)
            .await
            .unwrap();
        assert_eq!(order().await, ["01-c", "01-a", "02-a"]);
        let books = district::load(&db.pool).await.unwrap();
        let class = district::class_of(&books, &"01".into(), None).unwrap();
        assert_eq!((class.standard.as_str(), class.limit.amount, class.recheck_days), ("01-c", 1, 7));
        let found = faults(take(&db.pool, Table::Standards, standards(&[("03", "03-a", 1)]), 4).await);
        assert_eq!((found[0].0, found[0].1.as_str()), (2, "category"));
    }
}

#[tokio::test]
async fn rules_are_replaced_as_a_whole_and_a_calendar_by_its_years() {
    for db in databases().await {
        take(&db.pool, Table::Departments, UNITS, 1).await.unwrap();
        take(&db.pool, Table::Categories, KINDS, 1).await.unwrap();
        take(&db.pool, Table::Rules, "id,category,lead\nr1,01,u2\nr2,02,u2\n", 1).await.unwrap();
        let summary = take(&db.pool, Table::Rules, "id,category,lead\nr3,0,u1\n", 1).await.unwrap();
        assert_eq!(summary.notes, ["原有的 2 条规则已由本文件替换"]);
        let head = "date,kind,name,source\n";
        let first = format!(
            "{head}2025-10-01,holiday,国庆节,通知\n2026-10-01,holiday,国庆节,通知\n2026-10-02,holiday,国庆节,通知\n"
        );
        take(&db.pool, Table::Calendar, first, 1).await.unwrap();
        take(&db.pool, Table::Calendar, format!("{head}2026/10/1,放假,国庆节,新通知\n"), 1).await.unwrap();
        let books = district::load(&db.pool).await.unwrap();
        assert_eq!(books.rules.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>(), ["r3"]);
        let day = |y, m, d| books.calendar.day(chrono::NaiveDate::from_ymd_opt(y, m, d).unwrap());
        assert_eq!((day(2025, 10, 1), day(2026, 10, 1)), (Day::Holiday("国庆节"), Day::Holiday("国庆节")));
        assert_eq!(day(2026, 10, 2), Day::Working);
    }
}

const PEOPLE: &str = "username,name,role,department,grids,phone,inspector_side,password\n";

#[tokio::test]
async fn a_second_file_of_people_keeps_passwords_and_shuts_nobody_out() {
    for db in databases().await {
        take(&db.pool, Table::Departments, UNITS, 1).await.unwrap();
        let first = format!(
            "{PEOPLE}li,李一,handler,u1,,,,secret-one\nwang,王一,unit_head,u1,,,,\nsun,孙一,inspector,u1,,,industry,secret-two\n"
        );
        let summary = take(&db.pool, Table::People, first, 1).await.unwrap();
        assert_eq!(summary.notes, ["1 个账号没有密码，暂不能用密码登录"]);
        let second = format!(
            "{PEOPLE}li,李新,unit_head,u2,,13800000000,,secret-new\nwang,王一,unit_head,u1,,,,secret-wang\n"
        );
        let summary = take(&db.pool, Table::People, second, 2).await.unwrap();
        assert_eq!(summary.notes, ["1 个已有账号保留原密码", "文件中没有的 1 个账号保持不变，未停用"]);
        let (li, password) = people::by_username(&db.pool, "li").await.unwrap().unwrap();
        assert_eq!(password, "hashed secret-one");
        assert_eq!(
            (li.name.as_str(), li.department.as_ref().unwrap().as_str(), li.demo),
            ("李新", "u2", false)
        );
        let (_, password) = people::by_username(&db.pool, "wang").await.unwrap().unwrap();
        assert_eq!(password, "hashed secret-wang", "the first password is the first that comes");
        assert!(people::by_username(&db.pool, "sun").await.unwrap().unwrap().0.active);
    }
}

#[tokio::test]
async fn a_demo_account_that_becomes_real_loses_its_demo_password() {
    for db in databases().await {
        take(&db.pool, Table::Departments, UNITS, 1).await.unwrap();
        let mut tx = begin(&db.pool, NOW).await.unwrap();
        let demo = "username,name,role,department,password\nli,李示一,handler,u1,demo-2026\nwu,吴示一,handler,u1,demo-2026\n";
        step::table(&mut tx, Table::People, demo, &hash, true, NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert!(people::by_username(&db.pool, "li").await.unwrap().unwrap().0.demo);
        let real = format!("{PEOPLE}li,李一,handler,u1,,,,\nwu,吴一,handler,u1,,,,real-secret\n");
        let summary = take(&db.pool, Table::People, real, 2).await.unwrap();
        assert!(summary.notes.iter().any(|note| note.contains("演示密码已作废")), "{:?}", summary.notes);
        assert_eq!(
            people::by_username(&db.pool, "li").await.unwrap(),
            None,
            "without a new password it has none"
        );
        let (wu, password) = people::by_username(&db.pool, "wu").await.unwrap().unwrap();
        assert_eq!((wu.demo, password.as_str()), (false, "hashed real-secret"));
    }
}

/// Squares of 0.01° in a row, by code and place.
fn squares(list: &[(&str, f64)]) -> String {
    let feature = |(code, x): &(&str, f64)| {
        let (west, east) = (120.0 + x * 0.01, 120.01 + x * 0.01);
        let ring = [[west, 36.0], [east, 36.0], [east, 36.01], [west, 36.01], [west, 36.0]];
        serde_json::json!({ "type": "Feature", "properties": { "code": code, "name": format!("网格{code}") },
            "geometry": { "type": "Polygon", "coordinates": [ring] } })
    };
    let features: Vec<_> = list.iter().map(feature).collect();
    serde_json::json!({ "type": "FeatureCollection", "features": features }).to_string()
}

async fn borders(pool: &Pool, geojson: String) -> Result<Summary, ImportError> {
    grids(pool, Layer::Area, CoordType::Wgs84, geojson, "测试", Ending::Keep, NOW).await
}

#[tokio::test]
async fn new_borders_are_a_new_version_beside_the_old_and_overlaps_are_told() {
    for db in databases().await {
        borders(&db.pool, squares(&[("A", 0.0), ("B", 1.0)])).await.unwrap();
        let unit = "code,name,kind,area\nu1,一街道,block,A\n";
        take(&db.pool, Table::Departments, unit, 1).await.unwrap();
        let summary = borders(&db.pool, squares(&[("B", 1.0), ("C", 1.5)])).await.unwrap();
        assert_eq!((summary.kind.as_str(), summary.rows), ("grids", 2));
        let all = summary.notes.join("\n");
        for part in ["第 2 版", "B 与 C 重叠", "责任单位仍指向新版本中没有的网格：A"] {
            assert!(all.contains(part), "{all}");
        }
        let books = district::load(&db.pool).await.unwrap();
        let codes: Vec<_> = books.grids.grids(Layer::Area).map(|grid| grid.code.to_string()).collect();
        assert_eq!(codes, ["B", "C"]);
        let versions = district::grid_versions(&db.pool).await.unwrap();
        let states: Vec<_> = versions.iter().map(|v| (v.id, v.grids, v.active)).collect();
        assert_eq!(states, [(2, 2, true), (1, 2, false)]);
        assert_eq!(count(&db.pool, "select cast(count(*) as bigint) from grid").await, 4);
    }
}

#[tokio::test]
async fn a_faulty_shape_refuses_the_borders_and_the_old_ones_stay_in_use() {
    for db in databases().await {
        borders(&db.pool, squares(&[("A", 0.0)])).await.unwrap();
        let ring = |points: [[f64; 2]; 5]| {
            let mut file: Value = serde_json::from_str(&squares(&[("A", 0.0), ("B", 1.0)])).unwrap();
            file["features"][1]["geometry"]["coordinates"] = serde_json::json!([points]);
            file.to_string()
        };
        let crossed = ring([[121.0, 36.0], [121.1, 36.1], [121.1, 36.0], [121.0, 36.1], [121.0, 36.0]]);
        let twice = squares(&[("A", 0.0), ("A", 1.0)]);
        let odd = squares(&[("A\u{0}", 0.0)]);
        for (file, line) in [(crossed, 2), (twice, 2), (odd, 1), ("{".to_owned(), 1)] {
            let found = faults(borders(&db.pool, file).await);
            assert_eq!(found[0].0, line, "{found:?}");
        }
        let active = fetch_scalars!(db.pool, i64, "select id from grid_version where active").unwrap();
        assert_eq!(active, [1]);
        assert_eq!(district::version(&db.pool).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn an_import_that_the_database_refuses_leaves_nothing() {
    for db in databases().await {
        take(&db.pool, Table::Departments, UNITS, 1).await.unwrap();
        let sheet = sheet::read(format!("{PEOPLE}li,李一,handler,u1,,,,\n").as_bytes()).unwrap();
        let rows = tables::parse(&db.pool, Table::People, &sheet).await.unwrap();
        let mut tx = begin(&db.pool, NOW).await.unwrap();
        execute!(tx, "delete from department").unwrap();
        let error = tables::write(&mut tx, &rows, false, NOW).await.unwrap_err();
        assert!(matches!(error, ImportError::Store(StoreError::Conflict(_))), "{error}");
        drop(tx);
        assert_eq!(count(&db.pool, "select cast(count(*) as bigint) from department").await, 2);
    }
}
