use std::path::Path;

use futures_util::TryStreamExt as _;

use super::*;
use crate::sql::testing::TempFolder;

/// SHA-256 of `abc`, FIPS 180-2 appendix B.1.
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path.display().to_string());
        }
    }
    found
}

/// A fresh folder always; a fresh prefix of the bucket of `TEST_S3_URL` when set.
fn stores() -> Vec<(Blob, Option<TempFolder>)> {
    let folder = TempFolder::new();
    let mut stores =
        vec![(Blob::open(&format!("file://{}", folder.path().display())).unwrap(), Some(folder))];
    if let Ok(url) = std::env::var("TEST_S3_URL") {
        let (base, query) = url.split_once('?').unwrap();
        stores.push((Blob::open(&format!("{base}/{}?{query}", uuid::Uuid::new_v4())).unwrap(), None));
    }
    stores
}

async fn upload(blob: &Blob, limit: u64, chunks: &[&'static [u8]]) -> Result<Stored, UploadError> {
    let mut upload = blob.begin_upload(limit);
    for chunk in chunks {
        upload.push(chunk).await?;
    }
    upload.finish().await
}

#[tokio::test]
async fn an_upload_is_named_by_its_content_and_a_repeat_is_the_same_object() {
    for (blob, folder) in stores() {
        let key = Key::Original(ABC.to_owned());
        assert!(!blob.exists(&key).await.unwrap());
        assert!(matches!(blob.get(&key).await, Err(StoreError::Missing(_))));
        for chunks in [&[b"a".as_slice(), b"bc"][..], &[b"abc"]] {
            let stored = upload(&blob, 3, chunks).await.unwrap();
            assert_eq!(stored, Stored { sha256: ABC.to_owned(), size: 3 });
        }
        assert_eq!(blob.get(&key).await.unwrap(), "abc");
        let stream = blob.get_stream(&key).await.unwrap();
        assert_eq!(stream.size, 3);
        assert_eq!(stream.bytes.try_collect::<Vec<_>>().await.unwrap().concat(), b"abc");
        if let Some(folder) = &folder {
            let root = folder.path().canonicalize().unwrap();
            assert_eq!(files(&root), [format!("{}/objects/original/ba/{ABC}", root.display())]);
        }
        blob.delete(&key).await.unwrap();
        blob.delete(&key).await.unwrap();
        assert!(!blob.exists(&key).await.unwrap());
    }
}

#[tokio::test]
async fn an_upload_over_its_limit_or_given_up_leaves_no_file() {
    for (blob, folder) in stores() {
        let mut over = blob.begin_upload(4);
        over.push(b"1234").await.unwrap();
        assert!(matches!(over.push(b"5").await, Err(UploadError::TooLarge { limit: 4 })));
        assert!(matches!(over.push(b"").await, Err(UploadError::TooLarge { .. })), "it stays refused");
        assert!(matches!(over.finish().await, Err(UploadError::TooLarge { limit: 4 })));
        let mut dropped = blob.begin_upload(10);
        dropped.push(b"half").await.unwrap();
        drop(dropped);
        if let Some(folder) = &folder {
            assert_eq!(files(folder.path()), Vec::<String>::new());
        }
        assert!(blob.list_originals(i64::MAX).try_collect::<Vec<_>>().await.unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn racing_uploads_of_the_same_photo_all_succeed_with_one_object() {
    for (blob, folder) in stores() {
        let tasks: Vec<_> = (0..16)
            .map(|_| {
                let blob = blob.clone();
                tokio::spawn(async move { upload(&blob, 3, &[b"abc"]).await })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.unwrap().unwrap().sha256, ABC);
        }
        if let Some(folder) = &folder {
            assert_eq!(files(folder.path()).len(), 1);
        }
        assert_eq!(blob.get(&Key::Original(ABC.to_owned())).await.unwrap(), "abc");
    }
}

#[tokio::test]
async fn a_rendition_is_written_once_beside_its_original() {
    for (blob, _folder) in stores() {
        let key = Key::Thumb(ABC.to_owned());
        blob.put(&key, Bytes::from_static(b"small")).await.unwrap();
        blob.put(&key, Bytes::from_static(b"small")).await.unwrap();
        assert_eq!(blob.get(&key).await.unwrap(), "small");
        assert!(!blob.exists(&Key::Medium(ABC.to_owned())).await.unwrap());
        assert!(blob.list_originals(i64::MAX).try_collect::<Vec<_>>().await.unwrap().is_empty());
        blob.probe().await.unwrap();
    }
}

#[tokio::test]
async fn only_a_content_hash_names_an_object() {
    let (blob, _folder) = stores().remove(0);
    for name in ["", "../../etc/passwd", &ABC.to_uppercase(), &format!("{ABC}0"), "窨井盖"] {
        let key = Key::Display(name.to_owned());
        assert!(matches!(blob.put(&key, Bytes::new()).await, Err(StoreError::Other(_))), "{name}");
        assert!(matches!(blob.get(&key).await, Err(StoreError::Other(_))), "{name}");
    }
}

#[tokio::test]
async fn an_old_original_is_listed_and_one_uploaded_again_is_spared_by_the_sweep() {
    let (blob, folder) = stores().remove(0);
    upload(&blob, 3, &[b"abc"]).await.unwrap();
    let path = folder.as_ref().unwrap().path().join(format!("objects/original/ba/{ABC}"));
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.set_modified(std::time::SystemTime::now() - Duration::from_secs(7200)).unwrap();
    let hour_ago = chrono::Utc::now().timestamp_millis() - 3_600_000;
    let listed: Vec<_> = blob.list_originals(hour_ago).try_collect().await.unwrap();
    assert_eq!(listed, [Listed { sha256: ABC.to_owned(), size: 3 }]);
    upload(&blob, 3, &[b"abc"]).await.unwrap();
    let key = Key::Original(ABC.to_owned());
    assert!(!blob.delete_stale(&key, hour_ago).await.unwrap());
    assert!(blob.exists(&key).await.unwrap());
    assert!(blob.delete_stale(&key, i64::MAX).await.unwrap());
    assert!(!blob.exists(&key).await.unwrap());
}

#[tokio::test]
async fn objects_of_a_store_with_two_levels_of_folders_are_taken_over() {
    let folder = TempFolder::new();
    for (rendition, text) in [("original", "abc"), ("thumb", "small")] {
        let leaf = folder.path().join(rendition).join("ba/78");
        std::fs::create_dir_all(&leaf).unwrap();
        std::fs::write(leaf.join(ABC), text).unwrap();
    }
    let stray = folder.path().join("thumb/.note");
    std::fs::write(&stray, "not ours").unwrap();
    for _ in 0..2 {
        let blob = Blob::open(&folder.path().display().to_string()).unwrap();
        assert_eq!(blob.get(&Key::Original(ABC.to_owned())).await.unwrap(), "abc");
        assert_eq!(blob.get(&Key::Thumb(ABC.to_owned())).await.unwrap(), "small");
    }
    assert!(!folder.path().join("original").exists() && !folder.path().join("thumb/ba").exists());
    assert!(stray.exists(), "what is no object is not touched");
}

#[tokio::test]
async fn what_a_killed_upload_left_an_hour_ago_is_swept_at_the_next_start() {
    let folder = TempFolder::new();
    let incoming = folder.path().join("incoming");
    std::fs::create_dir_all(&incoming).unwrap();
    for (name, age) in [("old", 3700), ("young", 60)] {
        let file = std::fs::File::create(incoming.join(name)).unwrap();
        file.set_modified(std::time::SystemTime::now() - Duration::from_secs(age)).unwrap();
    }
    Blob::open(&folder.path().display().to_string()).unwrap();
    assert!(!incoming.join("old").exists());
    assert!(incoming.join("young").exists());
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_unavailable_and_its_keys_stay_out_of_the_error() {
    let url =
        "s3://bucket?endpoint=http://127.0.0.1:1&region=cn&access_key_id=AK&secret_access_key=TOPSECRET";
    let error = Blob::open(url).unwrap().probe().await.unwrap_err();
    assert!(error.is_retryable(), "{error}");
    assert!(!error.to_string().contains("TOPSECRET"));
    assert!(!Blob::open("s3://b?nonsense=TOPSECRET").unwrap_err().to_string().contains("TOPSECRET"));
}

#[tokio::test]
async fn a_full_disk_is_told_apart() {
    // A device that refuses every write with ENOSPC, as a disk without room does.
    let error = StoreError::from(std::fs::write("/dev/full", b"x").unwrap_err());
    assert!(matches!(error, StoreError::Full(_)), "{error}");
}
