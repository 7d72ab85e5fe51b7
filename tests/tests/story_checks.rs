//! The checks that end every test can fail, and a city is the same in one process and in two, before and after a power
//! cut.

use demo::client::stage_of;
use serde_json::json;
use sqlx::Connection as _;
use sqlx::sqlite::SqliteConnection;
use tests::street::{PATIENCE, act, here};
use tests::{City, pictures};

#[tokio::test]
#[should_panic(expected = "city.finish()")]
async fn a_test_that_forgets_the_checks_fails() {
    drop(City::start().await);
}

#[tokio::test]
async fn a_ticket_that_differs_from_its_history_is_found() {
    let city = City::start().await;
    city.dispatched_heap().await;
    let database = city.database().await;
    database.wait_for_jobs().await;
    database.check_tickets().await;
    if let Some(file) = city.backend().database_url.strip_prefix("sqlite:") {
        let forge = async |text: &'static str| {
            let mut connection = SqliteConnection::connect(file).await.unwrap();
            sqlx::query(text).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        };
        let fails = async || {
            let database = database.clone();
            tokio::spawn(async move { database.check_tickets().await }).await.is_err()
        };
        forge("update ticket set stage = 'closed'").await;
        assert!(fails().await, "a forged column");
        forge("update ticket set stage = 'dispatched', doc = replace(doc, '徐示一', '徐示二')").await;
        assert!(fails().await, "a forged document");
        forge("update ticket set doc = replace(doc, '徐示二', '徐示一')").await;
        database.check_tickets().await;
        forge("delete from ticket_event where seq = 2").await;
        assert!(fails().await, "a gap in the history");
        database.close().await;
        forge("delete from job").await;
        return city.abandon().await;
    }
    database.close().await;
    city.finish().await;
}

#[tokio::test]
async fn a_city_of_two_processes_goes_on_after_a_power_cut() {
    let mut city = City::plan().split().start().await;
    let ticket = city.handled_heap().await;
    city.cut_power().await;
    let handler = city.handler("huanxiu").await;
    assert_eq!(stage_of(&handler.ticket(&ticket).await.unwrap()), "handling", "tokens outlive a restart");
    city.kill_worker().await;
    let photo = tests::street::upload(&handler, pictures::cleared(), here()).await;
    act(&handler, &ticket, json!({ "action": "submit_fix", "photo_ids": [photo] })).await;
    city.start_servers().await;
    city.dispatcher(1).await.wait_for(&ticket, "closed", PATIENCE).await.unwrap();
    city.finish().await;
}
