use domain::rhythm::{Span, SpanKind};
use domain::stats::tally::Dimension;

use super::*;
use crate::repo::boards::plans;
use crate::repo::lists::tests::{assert_indexed, crowd};
use crate::repo::tally;
use crate::sql::testing::databases;

const NOW: Moment = Moment::from_ms(1_000_000);

/// The statements of the first page and the boards, on forty thousand tickets: none reads all of them.
#[tokio::test]
async fn no_figure_reads_the_whole_table() {
    for db in databases().await {
        crowd(&db).await;
        let unit =
            |area: Option<&str>| StatFilter { department: Some("u1".into()), area: area.map(Into::into) };
        let area = StatFilter { department: None, area: Some("a1".into()) };
        for filter in [StatFilter::default(), unit(None), area] {
            assert_indexed(&db, "open", &open_sql(NOW, &filter), false).await;
            assert_indexed(&db, "doubts", &attention_sql(&filter), false).await;
        }
        assert_indexed(&db, "a unit in an area", &crossed_sql(NOW, &unit(Some("a1"))), true).await;
        let span = Span::of(SpanKind::Month, NOW.date());
        for (name, text) in plans(&span, NOW) {
            assert_indexed(&db, name, &text, true).await;
        }
    }
}

#[tokio::test]
async fn the_first_page_of_an_empty_city_is_empty() {
    for db in databases().await {
        let page = first_page(&db.pool, NOW, &StatFilter::default()).await.unwrap();
        assert_eq!(page, FirstPage::default());
        assert!(tally::ever(&db.pool, Dimension::All, "").await.unwrap().is_zero());
    }
}
