//! Imports, by the administrator's request and by the command line: taken whole or not at all, every fault named by line
//! and column, borders in the datum that is declared.

mod borders;
#[path = "../support/chinese.rs"]
mod chinese;
mod tables;

use demo::client::{Answer, Client};
use reqwest::Method;
use reqwest::multipart::{Form, Part};

/// Sends a file as the administrator's page does.
async fn send(
    who: &Client,
    kind: &str,
    file: impl Into<Vec<u8>>,
    texts: &[(&'static str, &'static str)],
) -> Answer {
    let form = Form::new().part("file", Part::bytes(file.into()).file_name("file"));
    let form = texts.iter().fold(form, |form, (name, text)| form.text(*name, *text));
    let path = format!("/v1/imports/{kind}");
    let request = who.request(Method::POST, &path).multipart(form);
    who.finish(request, "POST", &path, None).await.expect("an answer")
}
