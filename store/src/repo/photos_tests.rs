use domain::id::TicketId;
use domain::photo::{self, Analysis, Look, Prints};
use domain::ticket::event::Source;

use super::*;
use crate::Pool;
use crate::sql::testing::databases;

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
    let prints = Prints { phash, inner: None, detail: 20.0 };
    Facts {
        version: photo::VERSION,
        format: Format::Jpeg,
        width: 640,
        height: 480,
        meta: Meta::default(),
        prints,
    }
}

fn analysis(seed: u32) -> Analysis {
    let look = Look::from_bytes(&[1, 1, 1, 90, 128, 128, 0, 0, 0, 0]).unwrap();
    let copies = [Vec::new(), Vec::new(), Vec::new()];
    let [display, medium, thumb] = copies;
    Analysis { facts: facts(seed), scene: scene(), look, display, medium, thumb }
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
    assert!(set_ready(&mut tx, &id.into(), &analysis(bits), at(10)).await.unwrap());
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
        assert!(set_ready(&mut tx, &new.id, &analysis(3), at(10)).await.unwrap());
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
                .map(|hit| (hit.photo.to_string(), hit.ticket.unwrap().to_string(), hit.same_ticket))
                .collect()
        };
        let row = |photo: &str, ticket: &str, same_ticket| (photo.to_owned(), ticket.to_owned(), same_ticket);
        let same = short(same_bytes(pool, &submission).await.unwrap());
        assert_eq!(same, [row("same", "old", false)]);
        let asked: Vec<PhotoId> = ["before", "near", "new", "unused"].map(PhotoId::from).into();
        let found: Vec<(PhotoId, TicketId)> = uses(pool, &submission, &asked).await.unwrap();
        let found: Vec<_> = found.iter().map(|(photo, ticket)| (photo.as_str(), ticket.as_str())).collect();
        assert_eq!(found, [("before", "t"), ("near", "old"), ("near", "older")]);
        // The same picture handed in again in the next round is an earlier use.
        let again = Submission { round: 3, ..submission };
        assert_eq!(short(same_bytes(pool, &again).await.unwrap()).len(), 2);
    }
}

#[tokio::test]
async fn marks_of_used_pictures_are_read_in_order_and_from_where_the_last_reading_ended() {
    for db in databases().await {
        prepare(&db.pool).await;
        let pool = &db.pool;
        for (id, bits) in [("a", 0), ("b", 30), ("c", 60)] {
            ready(pool, id, id, bits).await;
        }
        used(pool, "old", "b", "before", 0, 400).await;
        used(pool, "older", "a", "after", 1, 500).await;
        let ids = |found: &[Marked]| -> String { found.iter().map(|m| m.photo.as_str()).collect() };
        let all = analysed_since(pool, at(0), "", 9).await.unwrap();
        assert_eq!(ids(&all), "ab", "c is on no ticket");
        assert_eq!(all[0].mark, Mark::of(&facts(0).prints, &scene()));
        assert_eq!(ids(&analysed_since(pool, at(0), "", 1).await.unwrap()), "a");
        assert_eq!(ids(&analysed_since(pool, at(10), "a", 9).await.unwrap()), "b");
        assert_eq!(last_use(pool).await.unwrap(), at(500));
        used(pool, "t", "c", "before", 0, 600).await;
        assert_eq!(ids(&used_since(pool, at(500)).await.unwrap()), "ac");
    }
}

#[tokio::test]
async fn pictures_of_older_algorithms_are_named_oldest_first_and_analysed_once_more() {
    for db in databases().await {
        prepare(&db.pool).await;
        for id in ["a", "b", "c"] {
            ready(&db.pool, id, id, 0).await;
        }
        let mut tx = db.pool.write().await.unwrap();
        let old = serde_json::to_string(&Facts { version: 1, ..facts(0) }).unwrap();
        // What version 1 left: features in another form and 164 bytes of hashes.
        for (id, uploaded) in [("b", 2_i64), ("a", 3_i64)] {
            execute!(
                tx,
                "update photo set version = 1, facts = $1, scene = $2, prints = $3, uploaded_at = $4 where id = $5",
                &old,
                &[1u8, 64, 0, 48, 0, 0, 0][..],
                &[0u8; 164][..],
                uploaded,
                id
            )
            .unwrap();
        }
        let row = get(&mut tx, &"a".into()).await.unwrap().unwrap();
        assert_eq!((row.is_outdated(), row.scene), (true, None), "absent, not corrupt");
        assert_eq!(outdated(&mut tx, 9).await.unwrap(), ["b".into(), "a".into()]);
        assert!(set_ready(&mut tx, &"b".into(), &analysis(7), at(11)).await.unwrap());
        assert!(!set_ready(&mut tx, &"b".into(), &analysis(8), at(12)).await.unwrap());
        set_unrepeatable(&mut tx, &"a".into()).await.unwrap();
        assert_eq!(outdated(&mut tx, 9).await.unwrap(), []);
        assert!(!get(&mut tx, &"b".into()).await.unwrap().unwrap().is_outdated());
    }
}
