//! Reads the URL of a bucket. Keys come from the URL or from `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`; the
//! URL is never part of an error, since it may hold them.

use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::path::Path as ObjectPath;
use object_store::{ClientOptions, ObjectStore, RetryConfig};

use crate::sql::{Result, StoreError};

/// Folders in the name of an object; a bucket has none, they only divide its listing.
pub const LEVELS: usize = 2;

/// Opens `s3://bucket/prefix?endpoint=…&region=…`.
pub fn open(url: &str) -> Result<(Arc<dyn ObjectStore>, ObjectPath)> {
    let wrong = |what: &str| StoreError::Other(format!("object store URL: {what}"));
    let url = reqwest::Url::parse(url).map_err(|_| wrong("not a URL"))?;
    let bucket = url.host_str().ok_or_else(|| wrong("no bucket"))?;
    let client = ClientOptions::new()
        .with_connect_timeout(Duration::from_secs(3))
        .with_timeout(Duration::from_secs(30));
    let retry =
        RetryConfig { max_retries: 2, retry_timeout: Duration::from_secs(10), ..RetryConfig::default() };
    let mut plain_http = false;
    let mut builder = AmazonS3Builder::from_env().with_bucket_name(bucket).with_retry(retry);
    for (name, value) in url.query_pairs() {
        builder = match name.as_ref() {
            "endpoint" => {
                plain_http = value.starts_with("http://");
                builder.with_endpoint(value)
            }
            "region" => builder.with_region(value),
            "access_key_id" => builder.with_access_key_id(value),
            "secret_access_key" => builder.with_secret_access_key(value),
            other => return Err(wrong(&format!("unknown parameter {other}"))),
        };
    }
    let client = client.with_allow_http(plain_http);
    let objects = builder.with_client_options(client).build().map_err(super::of_object)?;
    let prefix = ObjectPath::parse(url.path()).map_err(|_| wrong("bad prefix"))?;
    Ok((Arc::new(objects), prefix))
}
