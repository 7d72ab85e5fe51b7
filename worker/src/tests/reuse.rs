//! A photograph of another ticket handed in again, and pictures that older algorithms analysed.

use demo::draw::{self, WECHAT};
use domain::actor::Actor;
use domain::geo::datum::Wgs84;
use domain::id::TicketId;
use domain::proof::{CheckName, Outcome};
use domain::ticket::action::Action;
use image::{Rgb, RgbImage, imageops};
use store::repo::{photos, tickets};

use super::city::City;
use crate::now;

/// Hands a picture in and gives what the check of reuse said.
async fn handed_in(
    city: &City,
    id: &TicketId,
    by: &Actor,
    at: Wgs84,
    picture: RgbImage,
) -> (Outcome, String) {
    let photo = city.photo(by, picture, now(), at).await;
    city.apply(id, Action::SubmitFix { photo_ids: vec![photo], note: String::new() }, by).await;
    city.settle().await;
    let verdicts = tickets::verdicts(city.pool(), id).await.unwrap();
    let check = verdicts.last().unwrap().1.check(CheckName::NotReused).unwrap();
    (check.outcome, check.text.clone())
}

fn cut(picture: &RgbImage) -> RgbImage {
    let (w, h) = picture.dimensions();
    imageops::crop_imm(picture, w / 10, h / 20, w * 8 / 10, h * 8 / 10).to_image()
}

fn framed(picture: &RgbImage) -> RgbImage {
    let (w, h) = picture.dimensions();
    let mut out = RgbImage::from_pixel(w, h + h / 4, Rgb([0; 3]));
    imageops::replace(&mut out, picture, 0, i64::from(h / 8));
    out
}

#[tokio::test]
async fn another_tickets_photograph_cut_mirrored_or_framed_is_found_again() {
    let city = City::new().await;
    let (reporter, at) = (city.citizen("a").await, city.spot(3).await);
    let (elsewhere, _) = (city.spot(9).await, city.reported_heap(&reporter, city.spot(9).await, 21).await);
    assert_ne!(at, elsewhere);
    let old = draw::heap_before(21, WECHAT);
    let (id, head) = city.reported_heap(&reporter, at, 7).await;
    for copy in [cut(&old), imageops::flip_horizontal(&old), framed(&old), imageops::rotate90(&old)] {
        let (outcome, text) = handed_in(&city, &id, &head, at, copy).await;
        assert_eq!(outcome, Outcome::Fail, "{text}");
        assert!(text.contains("另一案件"), "{text}");
    }
}

#[tokio::test]
async fn pictures_of_older_algorithms_are_analysed_again_one_after_the_other() {
    let city = City::new().await;
    let (reporter, at) = (city.citizen("a").await, city.spot(3).await);
    for seed in 1..4 {
        city.photo(&reporter, draw::heap_before(seed, WECHAT), now(), at).await;
    }
    city.settle().await;
    assert_eq!(photos::outdated(city.pool(), 9).await.unwrap(), []);
    let mut tx = city.pool().write().await.unwrap();
    store::execute!(tx, "update photo set version = 1").unwrap();
    tx.commit().await.unwrap();
    assert_eq!(photos::outdated(city.pool(), 9).await.unwrap().len(), 3);
    city.settle().await;
    assert_eq!(photos::outdated(city.pool(), 9).await.unwrap(), []);
}
