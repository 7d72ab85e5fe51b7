//! Tests of the small records around a ticket: reports, events and notices.

use domain::actor::Role;
use domain::evidence::{LocationSource, TimeSource};
use domain::geo::datum::CoordType;
use domain::id::{AccountId, TicketId};
use domain::ticket::state::Stage;
use domain::time::Moment;

use super::notices::NewNotice;
use super::page::{Cursor, PageSize};
use super::{events, notices, reports};
use crate::sql::testing::databases;
use crate::{Pool, execute, id};

fn at(ms: i64) -> Moment {
    Moment::from_ms(ms)
}

async fn prepare(pool: &Pool) {
    let mut tx = pool.write().await.unwrap();
    for account in ["me", "you"] {
        let sql = "insert into account (id, role, name, openid, demo, active, created_at)
                   values ($1, 'citizen', '市民', $1, false, true, 0)";
        execute!(tx, sql, account).unwrap();
    }
    execute!(
        tx,
        "insert into ticket (id, version, stage, source, words, opened_at, updated_at, self_handled, reports,
         followers, reworks, exempt, doc) values ('t', 1, 'received', 'h5', '', 0, 0, false, 1, 0, 0, false, '')"
    )
    .unwrap();
    tx.commit().await.unwrap();
}

fn two() -> PageSize {
    PageSize::new(2).unwrap()
}

#[tokio::test]
async fn ones_own_reports_come_newest_first_and_evidence_is_noted_later() {
    for db in databases().await {
        prepare(&db.pool).await;
        let mut tx = db.pool.write().await.unwrap();
        for (id, reporter, received) in [("a", "me", 5), ("b", "me", 5), ("c", "you", 6), ("d", "me", 4)] {
            execute!(
                tx,
                "insert into report (id, ticket_id, reporter, source, words, raw_longitude, raw_latitude, coord_type,
                 longitude, latitude, place_source, found_at, time_source, evidence, received_at)
                 values ($1, 't', $2, 'h5', '井盖', 120.4, 36.3, 'gcj02', 120.39, 36.29, 'pin', 1, '', '', $3)",
                id,
                reporter,
                received
            )
            .unwrap();
        }
        let me = AccountId::from("me");
        let first = reports::mine(&mut tx, &me, None, two()).await.unwrap();
        assert_eq!(first.rows.iter().map(|r| r.id.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        let cursor = Cursor::read(&first.next.unwrap()).unwrap();
        let second = reports::mine(&mut tx, &me, Some(&cursor), two()).await.unwrap();
        assert_eq!((second.rows.len(), second.rows[0].id.as_str(), &second.next), (1, "d", &None));
        let row = &second.rows[0];
        assert_eq!(
            (row.raw, row.place_source),
            (Some((120.4, 36.3, CoordType::Gcj02)), Some(LocationSource::Pin))
        );
        assert_eq!((row.time_source, &row.evidence), (None, &None));
        reports::set_evidence(&mut tx, &row.id, LocationSource::Exif, TimeSource::Request, "{}")
            .await
            .unwrap();
        let row = reports::get(&mut tx, &row.id).await.unwrap().unwrap();
        assert_eq!(
            (row.place_source, row.time_source),
            (Some(LocationSource::Exif), Some(TimeSource::Request))
        );
        assert_eq!(row.evidence.as_deref(), Some("{}"));
        assert_eq!(reports::of_tickets(&mut tx, &["t".into()]).await.unwrap().len(), 4);
    }
}

#[tokio::test]
async fn the_stream_of_changes_goes_on_after_a_cursor_and_can_step_back() {
    for db in databases().await {
        prepare(&db.pool).await;
        assert_eq!(events::newest(&db.pool).await.unwrap(), None);
        let ids: Vec<String> =
            (0..3).map(|second| id::floor(at(1_700_000_000_000 + second * 4_000))).collect();
        let mut tx = db.pool.write().await.unwrap();
        for (seq, id) in ids.iter().enumerate() {
            execute!(
                tx,
                "insert into ticket_event (ticket_id, seq, id, at, actor, action, stage, body)
                 values ('t', $1, $2, 7, 'me', $3, 'filed', $4)",
                seq as i64,
                id,
                (seq > 0).then_some("file"),
                r#"{"by":{"account":"me","name":"某人","role":"dispatcher"}}"#
            )
            .unwrap();
        }
        tx.commit().await.unwrap();
        let seen = async |cursor: Option<&str>, limit| -> Vec<String> {
            events::after(&db.pool, cursor, limit).await.unwrap().into_iter().map(|event| event.id).collect()
        };
        assert_eq!(seen(None, 2).await, ids[..2]);
        assert_eq!(seen(Some(&ids[1]), 9).await, ids[2..]);
        assert_eq!(events::newest(&db.pool).await.unwrap().as_ref(), ids.last());
        let back = events::step_back(&ids[2]).unwrap();
        assert_eq!(seen(Some(&back), 9).await, ids[1..], "five seconds hold two of them");
        assert_eq!(events::step_back("nonsense"), None);
        let first = &events::after(&db.pool, None, 1).await.unwrap()[0];
        assert_eq!((first.stage, first.action, first.at), (Stage::Filed, None, at(7)));
        assert_eq!((first.by.name.as_str(), first.by.role), ("某人", Role::Dispatcher));
    }
}

#[tokio::test]
async fn a_notice_is_written_once_read_by_its_addressee_and_sent_once() {
    for db in databases().await {
        prepare(&db.pool).await;
        let (me, you, ticket) = (AccountId::from("me"), AccountId::from("you"), TicketId::from("t"));
        let mut tx = db.pool.write().await.unwrap();
        let tx = &mut tx;
        let new =
            NewNotice { account: &me, ticket: &ticket, seq: 1, title: "已立案", body: "案件已立案" };
        let id = notices::insert(tx, &new, at(1)).await.unwrap().unwrap();
        assert_eq!(notices::insert(tx, &new, at(2)).await.unwrap(), None);
        for seq in 2..5 {
            notices::insert(tx, &NewNotice { seq, ..new }, at(1)).await.unwrap().unwrap();
        }
        let page = notices::list(&mut *tx, &me, None, two()).await.unwrap();
        assert_eq!(page.rows.iter().map(|n| n.seq).collect::<Vec<_>>(), [4, 3]);
        let cursor = Cursor::read(&page.next.unwrap()).unwrap();
        let rest = notices::list(&mut *tx, &me, Some(&cursor), two()).await.unwrap();
        assert_eq!((rest.rows.iter().map(|n| n.seq).collect::<Vec<_>>(), rest.next), (vec![2, 1], None));
        assert!(!notices::mark_read(tx, &you, &id, at(5)).await.unwrap(), "not one's own");
        assert!(notices::mark_read(tx, &me, &id, at(5)).await.unwrap());
        assert!(notices::mark_read(tx, &me, &id, at(9)).await.unwrap());
        assert_eq!(notices::get(&mut *tx, &id).await.unwrap().unwrap().read_at, Some(at(5)));
        assert_eq!(notices::unread(&mut *tx, &me).await.unwrap(), 3);
        assert_eq!(notices::pending(&mut *tx, 9).await.unwrap().len(), 4);
        assert!(notices::mark_sent(tx, &id, "sent").await.unwrap());
        assert!(!notices::mark_sent(tx, &id, "failed").await.unwrap());
        assert_eq!(notices::pending(&mut *tx, 9).await.unwrap().len(), 3);
        assert_eq!(notices::openid_of(&mut *tx, &me).await.unwrap().as_deref(), Some("me"));
    }
}
