//! Units, people, categories and the rest as tables.

use std::process::{Output, Stdio};

use demo::client::text;
use demo::server::find_program;
use serde_json::{Value, json};
use tests::City;
use tokio::process::Command;

use crate::chinese::{names, refused};
use crate::send;

/// Runs `suishoupai import` on the city's database.
async fn import(city: &City, arguments: &[&str], file: &[u8]) -> Output {
    let path = city.backend().folder.join(format!("import-{}", uuid::Uuid::now_v7().simple()));
    std::fs::write(&path, file).expect("a file");
    let mut command = Command::new(find_program().expect("the server is built"));
    command.args(["import", arguments[0]]).arg(&path).args(&arguments[1..]);
    command.args(["--database-url", &city.backend().database_url, "--blob-url", &city.backend().blob_url]);
    command.stdin(Stdio::null()).output().await.expect("it runs")
}

/// The units as the city knows them, by code.
async fn unit(city: &City, code: &str) -> Option<Value> {
    let data = city.admin().await.get("/v1/departments").await.expect("an answer").ok().expect("units");
    data["items"].as_array()?.iter().find(|unit| unit["code"] == code).cloned()
}

#[tokio::test]
async fn one_bad_row_is_named_by_line_and_column_and_nothing_is_taken() {
    let city = City::start().await;
    let admin = city.admin().await;
    let version = admin.get("/v1/departments").await.expect("an answer").data["version"].clone();
    let file = "code,name,kind,parent,workline,area\nnew-1,新一单位,center,,,\nnew-2,,center,,,\nnew-3,新三单位,皇宫,,,\n";
    let answer = send(&admin, "departments", file, &[]).await;
    refused(&answer, 422, 42202);
    let places: Vec<_> = answer
        .details
        .as_array()
        .expect("details")
        .iter()
        .map(|d| (d["line"].as_i64(), text(d, "/column").to_owned()))
        .collect();
    assert_eq!(places, [(Some(3), "name".to_owned()), (Some(4), "kind".to_owned())], "{}", answer.details);
    assert!(names(&answer, "file"));
    assert_eq!(unit(&city, "new-1").await, None, "half a file was taken");
    assert_eq!(admin.get("/v1/departments").await.expect("an answer").data["version"], version);
    // The same file, put right, is taken; the byte order mark that spreadsheets write is not in the way.
    let right = "\u{feff}code,name,kind,parent,workline,area\nnew-1,新一单位,center,,,\n";
    let summary = send(&admin, "departments", right, &[]).await.ok().expect("taken");
    assert_eq!((&summary["kind"], &summary["rows"]), (&json!("departments"), &json!(1)), "{summary}");
    assert_eq!(unit(&city, "new-1").await.expect("the unit")["name"], "新一单位");
    city.finish().await;
}

#[tokio::test]
async fn a_trial_import_says_the_same_and_keeps_nothing() {
    let city = City::start().await;
    let admin = city.admin().await;
    let file = "code,name,kind,parent,workline,area\nnew-1,新一单位,center,,,\n";
    let trial =
        send(&admin, "departments", file, &[("dry_run", "true")]).await.ok().expect("it would be taken");
    assert_eq!(trial["rows"], 1);
    assert!(trial["notes"].to_string().contains("没有写入任何内容"), "{trial}");
    assert_eq!(unit(&city, "new-1").await, None, "a trial was kept");
    let wrong = send(&admin, "departments", "code,name,kind\nu,,center\n", &[("dry_run", "true")]).await;
    refused(&wrong, 422, 42202);
    refused(&send(&admin, "departments", file, &[("dry_run", "yes")]).await, 400, 40002);
    let done = import(&city, &["departments", "--dry-run"], file.as_bytes()).await;
    assert!(String::from_utf8_lossy(&done.stdout).contains("试导入"), "{done:?}");
    assert_eq!(unit(&city, "new-1").await, None, "a trial was kept");
    city.finish().await;
}

#[tokio::test]
async fn a_trial_of_rules_tells_which_cases_would_go_elsewhere() {
    let city = City::start().await;
    let admin = city.admin().await;
    let (ticket, seen) = city.dispatched_heap().await;
    let lead = text(&seen, "/lead/code").to_owned();
    let rules = |unit: &str| {
        let category = text(&seen, "/category/code");
        format!("id,category,workline,layer,grid,lead,assist,note\ntrial,{category},,,,{unit},,试行\n")
    };
    let trial = async |unit: &str| {
        let file = rules(unit);
        send(&admin, "rules", file, &[("dry_run", "true")]).await.ok().expect("it would be taken")["moved"]
            .clone()
    };
    let moved = trial("area-lancun").await;
    assert_eq!((&moved["looked_at"], &moved["moved"]), (&json!(1), &json!(1)), "{moved}");
    let example = &moved["examples"][0];
    assert_eq!((text(example, "/id"), text(example, "/from/code")), (ticket.as_str(), lead.as_str()));
    assert_eq!(text(example, "/to/code"), "area-lancun");
    let same = trial(&lead).await;
    assert_eq!((&same["looked_at"], &same["moved"]), (&json!(1), &json!(0)), "{same}");
    let kept = send(&admin, "rules", rules("area-lancun"), &[]).await.ok().expect("taken");
    assert_eq!(kept["moved"], Value::Null, "only a trial foretells");
    city.finish().await;
}

#[tokio::test]
async fn every_kind_of_table_names_its_faults() {
    let city = City::start().await;
    let admin = city.admin().await;
    let cases = [
        (
            "people",
            "username,name,role,department,grids,phone,inspector_side,password\nnew,新人,emperor,center,,,,a-long-password\n",
            2,
            "role",
        ),
        (
            "categories",
            "code,name,workline,close_policy,recheck_days,lead_by\n99,新类,roads,maybe,7,line\n",
            2,
            "close_policy",
        ),
        (
            "standards",
            "category,code,name,opens_when,limit_amount,limit_unit,closes_when,source\nnone,n-1,新标准,破损,4,work_hours,修复,自拟\n",
            2,
            "category",
        ),
        (
            "rules",
            "id,category,workline,layer,grid,lead,assist,note\nr1,06010,,,,no-such-unit,,\n",
            2,
            "lead",
        ),
        ("calendar", "date,kind,name,source\n2026-02-30,holiday,无此日,自拟\n", 2, "date"),
    ];
    for (kind, file, line, column) in cases {
        let answer = send(&admin, kind, file, &[]).await;
        refused(&answer, 422, 42202);
        let first = &answer.details[0];
        assert_eq!(
            (first["line"].as_i64(), text(first, "/column")),
            (Some(line), column),
            "{kind}: {}",
            answer.details
        );
    }
    let gbk = [b"code,name,kind\nu1,".as_slice(), &[0xd2, 0xbb, 0xbd, 0xd6], b",center\n"].concat();
    let answer = send(&admin, "departments", gbk, &[]).await;
    refused(&answer, 422, 42202);
    assert!(answer.details.to_string().contains("UTF-8"), "{}", answer.details);
    refused(&send(&admin, "departments", b"PK\x03\x04 no workbook".to_vec(), &[]).await, 422, 42202);
    refused(&send(&admin, "planets", "a,b\n", &[]).await, 404, 40401);
    refused(&send(&city.dispatcher(1).await, "departments", "code,name,kind\n", &[]).await, 403, 40301);
    city.finish().await;
}

#[tokio::test]
async fn the_command_line_imports_beside_the_running_server_which_then_knows() {
    let city = City::start().await;
    let done = import(&city, &["departments"], "code,name,kind\nnew-9,新九单位,center\n".as_bytes()).await;
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(
        done.status.success() && told.contains("已导入") && told.contains('1'),
        "{told}{}",
        String::from_utf8_lossy(&done.stderr)
    );
    // The books are looked at again once a second.
    let mut known = None;
    for _ in 0..50 {
        known = unit(&city, "new-9").await;
        if known.is_some() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(known.is_some(), "the server does not know the new unit");
    let done = import(
        &city,
        &["departments"],
        "code,name,kind\nnew-8,新八单位,center\nnew-7,新七单位,皇宫\n".as_bytes(),
    )
    .await;
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(!done.status.success() && told.contains("第 3 行") && told.contains("kind"), "{told}");
    let done = import(&city, &["planets"], b"a\n").await;
    assert!(!done.status.success() && String::from_utf8_lossy(&done.stderr).contains("不认识的导入类型"));
    let square = br#"{"type":"FeatureCollection","features":[]}"#;
    let done = import(&city, &["grids", "--layer", "area"], square).await;
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(!done.status.success() && told.contains("coord"), "a datum must be declared: {told}");
    tokio::time::sleep(std::time::Duration::from_millis(1200)).await;
    assert_eq!(unit(&city, "new-8").await, None, "half a file was taken");
    city.finish().await;
}
