//! The story as the demonstration tells it: it can be told again on the same data, with pictures of the user's own, and
//! it says so when the machine is not convinced.

#![expect(clippy::unwrap_used, reason = "a step that fails fails its test")]

use std::path::PathBuf;
use std::sync::Mutex;

use demo::draw::{ExifFields, after, encode_jpeg, heap_before};
use demo::story::{Pictures, Telling, Told, story};
use domain::time::DAY_MS;
use tests::City;
use tests::street::{beside, now};

/// Of the user's pictures.
const SIZE: (u32, u32) = (1512, 2016);

/// Tells the story and returns how it ended and every line of it.
async fn tell(city: &City, pictures: Pictures) -> (Told, Vec<String>) {
    let lines = Mutex::new(Vec::new());
    let say = |line: &str| lines.lock().unwrap().push(line.to_owned());
    let told =
        story(&Telling { base: &city.base, wechat: Some(&city.wechat.base), say: &say }, pictures).await;
    let lines = lines.into_inner().unwrap();
    (told.unwrap_or_else(|why| panic!("{why}\n{}", lines.join("\n"))), lines)
}

fn count(lines: &[String], mark: &str) -> usize {
    lines.iter().filter(|line| line.contains(mark)).count()
}

#[tokio::test]
async fn the_story_told_twice_on_the_same_data_ends_struck_off_twice_and_never_merges_into_the_first() {
    let city = City::start().await;
    let (first, lines) = tell(&city, Pictures::Drawn).await;
    assert!(first.closed && first.stage == "已销号");
    assert!(lines.last().unwrap().ends_with("最后状态：已销号"));
    let (second, again) = tell(&city, Pictures::Drawn).await;
    assert!(second.closed && second.number != first.number);
    for lines in [lines, again] {
        assert_eq!((count(&lines, "自动并案"), count(&lines, "四百米外另立")), (1, 1));
        assert_eq!((count(&lines, "次核查：不通过"), count(&lines, "次核查：存疑")), (1, 1));
        assert_eq!(count(&lines, "次核查：通过"), 2, "the true fix and the one on the spot");
        assert_eq!((count(&lines, "候选"), count(&lines, "区外：")), (2, 1));
    }
    city.finish().await;
}

#[tokio::test]
async fn pictures_of_the_users_own_are_judged_as_they_are_and_a_doubt_is_a_persons_to_settle() {
    let city = City::start().await;
    let folder = folder_of_pictures(&city);
    let (told, lines) = tell(&city, Pictures::from_folder(&folder).unwrap()).await;
    assert!(told.closed);
    // Taken two days ago and far away, says the file; the machine doubts, the dispatcher takes it upon himself.
    assert_eq!(count(&lines, "机器存疑，不替人作主"), 1, "{}", lines.join("\n"));
    assert!(count(&lines, "分歧：") > 0);

    // The same pictures once more are pictures that were used before.
    let (told, lines) = tell(&city, Pictures::from_folder(&folder).unwrap()).await;
    assert_eq!((told.closed, told.stage.as_str()), (false, "处置中"));
    assert_eq!(count(&lines, "故事如实停在这里"), 1);
    city.finish().await;
}

#[test]
fn a_folder_without_two_pictures_is_refused_in_words() {
    let folder = std::env::temp_dir().join(format!("suishoupai-own-{}", uuid::Uuid::now_v7()));
    assert!(Pictures::from_folder(&folder).unwrap_err().to_string().contains("无法读取"));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("one.JPG"), b"x").unwrap();
    std::fs::write(folder.join("notes.txt"), b"x").unwrap();
    assert!(Pictures::from_folder(&folder).unwrap_err().to_string().contains("至少要有两张"));
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Two pictures by a phone that was somewhere else two days ago, and something that is no picture.
fn folder_of_pictures(city: &City) -> PathBuf {
    let folder = city.backend().folder.join("own");
    std::fs::create_dir_all(&folder).unwrap();
    let (far, long_ago) = (beside(5000.0, 0.0), now().plus_ms(-2 * DAY_MS));
    let exif =
        |orientation| ExifFields { orientation, ..ExifFields::phone(long_ago, Some((far.lon, far.lat))) };
    let save = |name: &str, bytes: Vec<u8>| std::fs::write(folder.join(name), bytes).unwrap();
    save("1 前.jpg", encode_jpeg(&heap_before(500, SIZE), 85, Some(&exif(8))).unwrap());
    save("2 后.JPG", encode_jpeg(&after(500, SIZE), 85, Some(&exif(3))).unwrap());
    save("readme.txt", b"no picture".to_vec());
    folder
}
