//! A full disk. The photo folder is a small file system of the test's own, mounted in a private mount namespace: root
//! needs nothing for it, others a kernel that lets users have namespaces, and it is gone with the test.

use std::path::{Path, PathBuf};

use demo::client::{Picture, text};
use tests::street::PATIENCE;
use tests::{City, pictures, street};
use tokio::process::Command;

use crate::services::is_our_run;

const INSIDE: &str = "disk::inside_a_namespace_a_full_disk_is_told_and_leaves_nothing_half_written";

#[tokio::test]
async fn a_full_disk_is_told_and_leaves_nothing_half_written() {
    if !is_our_run() {
        return;
    }
    let me = std::env::current_exe().expect("this program");
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount"]).arg(me).args([
        "--exact",
        INSIDE,
        "--ignored",
        "--nocapture",
    ]);
    let done = command.output().await.expect("unshare (util-linux) is installed");
    let told = [done.stdout, done.stderr].concat();
    let told = String::from_utf8_lossy(&told);
    assert!(done.status.success() && told.contains("1 passed"), "{told}");
}

#[tokio::test]
#[ignore = "run by the test above, in a mount namespace"]
async fn inside_a_namespace_a_full_disk_is_told_and_leaves_nothing_half_written() {
    let folder = std::env::temp_dir().join(format!("suishoupai-disk-{}", uuid::Uuid::now_v7().simple()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let mounted =
        Command::new("mount").args(["-t", "tmpfs", "-o", "size=6m", "none"]).arg(&folder).status().await;
    assert!(mounted.is_ok_and(|status| status.success()), "no small file system can be mounted");
    let photos = folder.join("photos");
    let city = City::plan()
        .with("SUISHOUPAI_BLOB_URL", photos.to_str().expect("a path"))
        .allow_error("error.code=50700")
        .start()
        .await;
    let citizen = city.citizen(1).await;
    let ticket = street::report(&citizen, street::here(), pictures::heap()).await;
    city.dispatcher(1).await.wait_for(&ticket, "dispatched", PATIENCE).await.expect("it works");

    let filler = folder.join("filler");
    let left = fill(&filler, 64 * 1024);
    assert!(left > 0, "the disk was full already");
    let before = files(&photos);
    let mut large = pictures::other_heap();
    large.resize(large.len() + 300_000, 0);
    let answer = citizen.upload(&Picture::new(large)).await.expect("an answer");
    assert_eq!(answer.refused(), (507, 50700), "{}", answer.message);
    assert!(answer.message.contains("存储空间已满"), "{}", answer.message);
    assert_eq!(files(&photos), before, "something half-written stays");
    let database = city.database().await;
    assert_eq!(database.number("select cast(count(*) as bigint) from photo").await, 1);
    database.close().await;

    std::fs::remove_file(&filler).expect("room again");
    let photo = citizen.photo(&Picture::new(pictures::other_heap())).await.expect("a later upload works");
    let seen = citizen.get(&format!("/v1/photos/{photo}")).await.expect("an answer").ok().expect("the photo");
    assert_eq!(text(&seen, "/id"), photo);
    city.finish().await;
}

/// Writes zeros until the disk is full, then gives back `spare` bytes; how many were written.
fn fill(path: &Path, spare: u64) -> u64 {
    use std::io::Write as _;
    let mut file = std::fs::File::create(path).expect("a file");
    let block = vec![0; 4096];
    let mut written = 0;
    while file.write_all(&block).is_ok() {
        written += block.len() as u64;
    }
    file.set_len(written.saturating_sub(spare)).expect("shortened");
    written
}

/// Every file below a folder with its length, in order.
fn files(folder: &Path) -> Vec<(PathBuf, u64)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("readable").filter_map(Result::ok) {
            let meta = entry.metadata().expect("readable");
            if meta.is_dir() { folders.push(entry.path()) } else { found.push((entry.path(), meta.len())) }
        }
    }
    found.sort();
    found
}
