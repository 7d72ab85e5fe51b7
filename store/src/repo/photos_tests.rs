use domain::id::TicketId;
use domain::photo::Prints;
use domain::ticket::event::Source;

use super::*;
use crate::sql::testing::databases;
use crate::{Pool, fetch_scalar};

fn at(ms: i64) -> Moment {
    Moment::from_ms(ms)
}

fn photo(id: &str, sha: &str) -> NewPhoto {
    NewPhoto {
        id: id.into(),
        sha256: sha.into(),
        bytes: 7,
        format: Format::Jpeg,
        owner: "a".into(),
        channel: Channel::MiniProgram,
        captured_at: Some(at(5)),
        raw: Some((120.45, 36.39, CoordType::Gcj02)),
        at: Wgs84::new(120.4447, 36.3894),
        accuracy_m: Some(12.5),
        uploaded_at: at(9),
    }
}

/// Hashes that differ from those of seed 0 in `seed` bits.
fn facts(seed: u32) -> Facts {
    let mut phash = [u64::MAX, 0, 0x5555_5555_5555_5555, 0x0f0f_0f0f_0f0f_0f0f];
    (0..seed).for_each(|bit| phash[(bit / 64) as usize] ^= 1 << (bit % 64));
    let far = phash.map(|word| word ^ 0x3333_3333_3333_3333);
    let prints = Prints { phash, mirrored: far, turned: [far; 3], detail: 20.0 };
    Facts { version: 1, format: Format::Jpeg, width: 640, height: 480, meta: Meta::default(), prints }
}

fn scene() -> Scene {
    Scene::from_bytes(&[2, 64, 0, 48, 0, 0, 0]).unwrap()
}

async fn prepare(pool: &Pool) {
    let mut tx = pool.write().await.unwrap();
    execute!(
        tx,
        "insert into account (id, role, name, demo, active, created_at) values ('a', 'citizen', '市民', false, true, 0)"
    )
    .unwrap();
    for ticket in ["t", "old", "older"] {
        execute!(
            tx,
            "insert into ticket (id, version, stage, source, words, opened_at, updated_at, self_handled, reports,
             followers, reworks, exempt, doc) values ($1, 1, 'received', $2, '', 0, 0, false, 1, 0, 0, false, '')",
            ticket,
            Source::MiniProgram.to_string()
        )
        .unwrap();
    }
    tx.commit().await.unwrap();
}

async fn ready(pool: &Pool, id: &str, sha: &str, bits: u32) {
    let mut tx = pool.write().await.unwrap();
    insert(&mut tx, &photo(id, sha)).await.unwrap();
    assert!(set_ready(&mut tx, &id.into(), &facts(bits), &scene(), at(10)).await.unwrap());
    tx.commit().await.unwrap();
}

async fn used(pool: &Pool, ticket: &str, photo: &str, part: &'static str, round: u32, when: i64) {
    let mut tx = pool.write().await.unwrap();
    super::super::tickets::use_photos(&mut tx, &ticket.into(), None, part, round, &[photo.into()], at(when))
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_photo_keeps_what_it_was_uploaded_with_and_is_analysed_once() {
    for db in databases().await {
        prepare(&db.pool).await;
        let mut tx = db.pool.write().await.unwrap();
        let new = photo("p", "sha");
        insert(&mut tx, &new).await.unwrap();
        let row = get(&mut tx, &new.id).await.unwrap().unwrap();
        assert_eq!((row.state, &row.facts, &row.scene), (PhotoState::Pending, &None, &None));
        assert_eq!(
            (row.at, row.captured_at, row.bytes, row.channel),
            (new.at, new.captured_at, 7, Channel::MiniProgram)
        );
        assert!(set_ready(&mut tx, &new.id, &facts(3), &scene(), at(10)).await.unwrap());
        assert!(!set_broken(&mut tx, &new.id, "photo_broken", None, at(11)).await.unwrap());
        let row = get(&mut tx, &new.id).await.unwrap().unwrap();
        assert_eq!((row.state, row.facts, row.scene), (PhotoState::Ready, Some(facts(3)), Some(scene())));
        assert_eq!(row.meta, Some(Meta::default()));
    }
}

#[tokio::test]
async fn a_photo_that_cant_be_read_keeps_the_reason_and_the_exif_it_has() {
    for db in databases().await {
        prepare(&db.pool).await;
        let mut tx = db.pool.write().await.unwrap();
        let meta = Meta { taken_at: Some(at(77)), ..Meta::default() };
        for (id, meta) in [("heic", Some(&meta)), ("empty", None)] {
            insert(&mut tx, &photo(id, id)).await.unwrap();
            assert!(set_broken(&mut tx, &id.into(), "photo_heic", meta, at(11)).await.unwrap());
            let row = get(&mut tx, &id.into()).await.unwrap().unwrap();
            assert_eq!((row.state, row.fault.as_deref()), (PhotoState::Broken, Some("photo_heic")));
            assert_eq!((row.facts, row.meta.as_ref()), (None, meta));
        }
    }
}

#[tokio::test]
async fn many_photos_come_in_the_order_in_which_they_are_asked_for() {
    for db in databases().await {
        prepare(&db.pool).await;
        for id in ["a", "b", "c"] {
            ready(&db.pool, id, id, 0).await;
        }
        let asked: Vec<PhotoId> = ["c", "x", "a", "b"].map(PhotoId::from).into();
        let ids = |ids: Vec<PhotoId>| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join("");
        let rows = many(&db.pool, &asked).await.unwrap();
        assert_eq!(ids(rows.into_iter().map(|photo| photo.id).collect()), "cab");
        let cards = cards(&db.pool, &asked).await.unwrap();
        assert_eq!(ids(cards.into_iter().map(|card| card.id).collect()), "cab");
        assert_eq!(many(&db.pool, &[]).await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_stored_scene_that_makes_no_sense_is_named_not_used() {
    for db in databases().await {
        prepare(&db.pool).await;
        ready(&db.pool, "p", "p", 0).await;
        let mut tx = db.pool.write().await.unwrap();
        execute!(tx, "update photo set scene = $1", &[1u8, 2, 3][..]).unwrap();
        let error = get(&mut tx, &"p".into()).await.unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { column: "scene", .. }), "{error}");
    }
}

#[tokio::test]
async fn earlier_uses_are_found_by_bytes_and_by_look_and_the_submission_itself_is_none() {
    for db in databases().await {
        prepare(&db.pool).await;
        let pool = &db.pool;
        let list = [
            ("new", "s1", 0),
            ("same", "s1", 0),
            ("near", "s2", 30),
            ("far", "s3", 81),
            ("before", "s4", 10),
        ];
        for (id, sha, bits) in list {
            ready(pool, id, sha, bits).await;
        }
        ready(pool, "unused", "s1", 0).await;
        used(pool, "t", "new", "after", 2, 1_000).await;
        used(pool, "t", "before", "before", 0, 500).await;
        used(pool, "old", "same", "before", 0, 400).await;
        used(pool, "old", "near", "after", 1, 400).await;
        used(pool, "old", "far", "after", 1, 400).await;
        used(pool, "older", "near", "after", 1, 99).await;
        let after = many(pool, &["new".into()]).await.unwrap();
        let ticket = TicketId::from("t");
        let submission = Submission { ticket: &ticket, round: 2, after: &after };
        let short = |hits: Vec<domain::proof::Earlier>| -> Vec<_> {
            hits.into_iter()
                .map(|hit| {
                    (
                        hit.photo.to_string(),
                        hit.ticket.unwrap().to_string(),
                        hit.bits,
                        hit.same_bytes,
                        hit.same_ticket,
                    )
                })
                .collect()
        };
        let row = |photo: &str, ticket: &str, bits, same_bytes, same_ticket| {
            (photo.to_owned(), ticket.to_owned(), bits, same_bytes, same_ticket)
        };
        let same = short(same_bytes(pool, &submission).await.unwrap());
        assert_eq!(same, [row("same", "old", 0, true, false)]);
        let alike = short(look_alikes(pool, &submission, 80, 9, at(100)).await.unwrap());
        assert_eq!(alike, [row("before", "t", 10, false, true), row("near", "old", 30, false, false)]);
        assert_eq!(look_alikes(pool, &submission, 80, 1, at(0)).await.unwrap().len(), 1, "the nearest");
        // The same picture handed in again in the next round is an earlier use.
        let again = Submission { round: 3, ..submission };
        assert_eq!(short(same_bytes(pool, &again).await.unwrap()).len(), 2);
    }
}

#[tokio::test]
async fn the_search_for_look_alikes_goes_on_past_its_first_page() {
    for db in databases().await {
        prepare(&db.pool).await;
        ready(&db.pool, "new", "s0", 0).await;
        ready(&db.pool, "last", "s1", 5).await;
        let mut tx = db.pool.write().await.unwrap();
        // A thousand other pictures, all used in the same millisecond.
        execute!(
            tx,
            "with recursive n (i) as (select 1 union all select i + 1 from n where i < 1500)
             insert into photo (id, sha256, bytes, format, owner, channel, state, uploaded_at)
             select 'x' || cast(i as text), 'y', 1, 'jpeg', 'a', 'h5', 'ready', 0 from n"
        )
        .unwrap();
        execute!(tx, "update photo set prints = $1 where sha256 = 'y'", prints::write(&facts(200).prints))
            .unwrap();
        execute!(
            tx,
            "insert into photo_use (photo_id, ticket_id, part, round, position, used_at)
             select id, 'old', 'before', 0, 0, 50 from photo where sha256 = 'y'"
        )
        .unwrap();
        tx.commit().await.unwrap();
        used(&db.pool, "older", "last", "before", 0, 51).await;
        let uses = fetch_scalar!(db.pool, i64, "select cast(count(*) as bigint) from photo_use").unwrap();
        assert_eq!(uses, 1501);
        let after = many(&db.pool, &["new".into()]).await.unwrap();
        let ticket = TicketId::from("t");
        let submission = Submission { ticket: &ticket, round: 1, after: &after };
        let hits = look_alikes(&db.pool, &submission, 80, 9, at(0)).await.unwrap();
        assert_eq!(hits.iter().map(|hit| hit.photo.as_str()).collect::<Vec<_>>(), ["last"]);
    }
}
