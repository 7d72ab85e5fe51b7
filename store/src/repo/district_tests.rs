use domain::clock::calendar::Day;
use domain::geo::grid::Layer;
use domain::time::Moment;

use super::*;
use crate::execute;
use crate::repo::catalogue::raise_version;
use crate::repo::reference::load_reference;
use crate::sql::testing::databases;

async fn change(pool: &Pool, sql: &'static str) {
    let mut tx = pool.write().await.unwrap();
    raise_version(&mut tx, Moment::from_ms(1)).await.unwrap();
    execute!(tx, sql).unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn an_empty_district_has_empty_books_and_an_ordinary_working_week() {
    for db in databases().await {
        let books = BooksCache::default().get(&db.pool).await.unwrap();
        assert_eq!((books.version, books.grids.len(), books.departments.len()), (0, 0, 0));
        assert_eq!(books.calendar.hours().len(), 2);
        assert_eq!(class_of(&books, &"01001".into(), None), None);
    }
}

#[tokio::test]
async fn the_reference_district_answers_every_question_of_the_desk() {
    for db in databases().await {
        load_reference(&db.pool, false, &|_| unreachable!(), Moment::from_ms(1)).await.unwrap();
        let books = load(&db.pool).await.unwrap();
        assert!(books.grids.len() >= 1_000);
        for layer in [Layer::Area, Layer::Community, Layer::Inspection, Layer::Enforcement] {
            assert!(books.grids.grids(layer).count() > 0, "{layer}");
        }
        for category in books.categories.keys() {
            let class = class_of(&books, category, None).unwrap();
            assert_eq!(class.standard, standards_of(&books, category)[0].code);
            assert_eq!(class_of(&books, category, Some(&class.standard)), Some(class));
            assert_eq!(class_of(&books, category, Some(&"none".into())), None);
        }
        for line in Workline::ALL {
            assert!(bureau_of(&books, line).is_some(), "{line}");
        }
        let led =
            books.grids.grids(Layer::Area).filter(|grid| block_of(&books, &grid.code).is_some()).count();
        assert!(led > 0);
        for rule in &books.rules {
            for code in [&rule.lead, &rule.assist].into_iter().flatten() {
                assert!(unit(&books, code).is_some(), "{code}");
            }
        }
        let new_year = chrono::NaiveDate::from_ymd_opt(2025, 1, 1).unwrap();
        assert_eq!(books.calendar.day(new_year), Day::Holiday("元旦"));
    }
}

#[tokio::test]
async fn the_books_are_read_again_after_an_import_and_not_before() {
    for db in databases().await {
        let cache = BooksCache::default();
        let first = cache.get(&db.pool).await.unwrap();
        assert!(Arc::ptr_eq(&first, &cache.get(&db.pool).await.unwrap()));
        change(
            &db.pool,
            "insert into department (code, name, kind, imported_at) values ('u', '某单位', 'block', 0)",
        )
        .await;
        assert!(
            Arc::ptr_eq(&first, &cache.get(&db.pool).await.unwrap()),
            "within the second nothing is read"
        );
        tokio::time::sleep(FRESH_FOR).await;
        let second = cache.get(&db.pool).await.unwrap();
        assert_eq!((second.version, unit(&second, &"u".into()).unwrap().0.name.as_str()), (1, "某单位"));
        tokio::time::sleep(FRESH_FOR).await;
        assert!(
            Arc::ptr_eq(&second, &cache.get(&db.pool).await.unwrap()),
            "the same version is not loaded again"
        );
        change(&db.pool, "update department set name = '另一单位'").await;
        cache.forget();
        let third = cache.get(&db.pool).await.unwrap();
        assert_eq!(unit(&third, &"u".into()).unwrap().0.name, "另一单位");
    }
}

#[tokio::test]
async fn the_last_books_serve_while_the_database_is_away_and_a_wrong_setting_is_named() {
    for db in databases().await {
        let cache = BooksCache::default();
        let first = cache.get(&db.pool).await.unwrap();
        change(&db.pool, "insert into setting (name, value, updated_at) values ('work_hours', '[]', 0)")
            .await;
        tokio::time::sleep(FRESH_FOR).await;
        let error = cache.get(&db.pool).await.unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { column: "value", .. }), "{error}");
        db.pool.close().await;
        assert!(Arc::ptr_eq(&first, &cache.get(&db.pool).await.unwrap()));
    }
}

#[tokio::test]
async fn working_hours_can_be_set_and_replace_the_usual_ones() {
    for db in databases().await {
        change(
            &db.pool,
            r#"insert into setting (name, value, updated_at) values ('work_hours', '[{"from_min":540,"to_min":1020}]', 0)"#,
        )
        .await;
        let books = load(&db.pool).await.unwrap();
        assert_eq!(books.calendar.day_length_ms(), 8 * 3_600_000);
    }
}
