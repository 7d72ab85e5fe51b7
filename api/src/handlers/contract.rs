//! The contract as a file and as a page. The page is written once, from the file, and asks nothing of other
//! hosts.

use std::fmt::Write as _;
use std::sync::LazyLock;

use actix_web::HttpResponse;
use serde_yaml_ng::{Mapping, Value};

const YAML: &str = include_str!("../../../openapi.yaml");
const STYLE: &str = ":root{color-scheme:light dark;--ink:#1f2933;--paper:#fff;--line:#d9e2ec;--soft:#f5f7fa;--link:#1d4ed8;--get:#256b46;\
--post:#8a4b08}@media(prefers-color-scheme:dark){:root{--ink:#e4e9ee;--paper:#14181d;--line:#39434f;--soft:#1e252c;--link:#93b4ff}}\
body{font:15px/1.6 system-ui,'PingFang SC','Microsoft YaHei',sans-serif;margin:0 auto;max-width:62rem;padding:1rem;color:var(--ink);\
background:var(--paper);overflow-wrap:anywhere}a{color:var(--link)}h1{font-size:1.6rem}h2{margin-top:2.2rem;border-bottom:2px solid var(--get)}\
nav ul{columns:10rem;padding:0;list-style:none}details{border:1px solid var(--line);border-radius:6px;margin:.5rem 0;padding:.4rem .8rem}\
summary{cursor:pointer}b.m{display:inline-block;min-width:3.2em;padding:0 .4em;color:#fff;border-radius:4px;text-align:center;\
margin-right:.6em;background:var(--get)}b.POST{background:var(--post)}code{font:13px/1.5 ui-monospace,Consolas,monospace}\
div.t{overflow-x:auto;margin:.8rem 0}table{border-collapse:collapse;width:100%}td,th{border:1px solid var(--line);padding:.25rem .5rem;\
text-align:left;vertical-align:top}th{background:var(--soft);white-space:nowrap}";

static PAGE: LazyLock<String> = LazyLock::new(|| match serde_yaml_ng::from_str::<Value>(YAML) {
    Ok(contract) => write_page(&contract),
    Err(error) => write_broken(&error.to_string()),
});

/// `GET /openapi.yaml`
pub async fn yaml() -> HttpResponse {
    HttpResponse::Ok().content_type("application/yaml; charset=utf-8").body(YAML)
}

/// `GET /docs`
pub async fn page() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header(("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"))
        .body(PAGE.as_str())
}

fn write_page(contract: &Value) -> String {
    let info = &contract["info"];
    let groups = groups(contract);
    let mut html = head(&text(&info["title"]));
    put(
        &mut html,
        format_args!("<main><h1>{} <small>{}</small></h1>", text(&info["title"]), text(&info["version"])),
    );
    put(&mut html, format_args!("<p>{}</p>", paragraphs(&info["description"])));
    put(&mut html, format_args!("<p>机器可读的契约：<a href=\"/openapi.yaml\">openapi.yaml</a></p>"));
    html.push_str("<nav aria-label=\"目录\"><ul>");
    for (name, operations) in &groups {
        put(&mut html, format_args!("<li><a href=\"#{name}\">{name}</a> {}</li>", operations.len()));
    }
    html.push_str(
        "<li><a href=\"#错误码\">错误码</a></li><li><a href=\"#数据结构\">数据结构</a></li></ul></nav>",
    );
    for (name, operations) in &groups {
        put(&mut html, format_args!("<h2 id=\"{name}\">{name}</h2>"));
        for (path, method, operation) in operations {
            write_operation(&mut html, contract, path, method, operation);
        }
    }
    write_codes(&mut html, &contract["x-error-codes"]);
    write_schemas(&mut html, &contract["components"]["schemas"]);
    html.push_str("</main></body></html>");
    html
}

/// Path, method in capitals, and what is said of it.
type Operation<'a> = (String, String, &'a Value);

/// The operations by their first tag, groups in the order in which they first come up.
fn groups(contract: &Value) -> Vec<(String, Vec<Operation<'_>>)> {
    let mut groups: Vec<(String, Vec<Operation<'_>>)> = Vec::new();
    for (path, operations) in entries(&contract["paths"]) {
        for (method, operation) in entries(operations) {
            let method = text(method).to_uppercase();
            if !matches!(method.as_str(), "GET" | "POST" | "PUT" | "DELETE") {
                continue;
            }
            let name = text(operation["tags"].get(0).unwrap_or(&Value::Null));
            let at = groups.iter().position(|group| group.0 == name).unwrap_or_else(|| {
                groups.push((name, Vec::new()));
                groups.len() - 1
            });
            groups[at].1.push((text(path), method, operation));
        }
    }
    groups
}

fn write_operation(html: &mut String, contract: &Value, path: &str, method: &str, operation: &Value) {
    let summary = text(&operation["summary"]);
    put(
        html,
        format_args!(
            "<details><summary><b class=\"m {method}\">{method}</b><code>{path}</code> {summary}</summary>"
        ),
    );
    put(html, format_args!("<p>{}</p>", paragraphs(&operation["description"])));
    let parameters = operation["parameters"].as_sequence().cloned().unwrap_or_default();
    if !parameters.is_empty() {
        html.push_str("<div class=\"t\"><table><tr><th>参数</th><th>位置</th><th>必填</th><th>类型</th><th>说明</th></tr>");
        for parameter in &parameters {
            let parameter = resolve(contract, parameter);
            let needed = if parameter["required"].as_bool() == Some(true) { "是" } else { "" };
            put(
                html,
                format_args!(
                    "<tr><td><code>{}</code></td><td>{}</td><td>{needed}</td><td>{}</td><td>{}</td></tr>",
                    text(&parameter["name"]),
                    text(&parameter["in"]),
                    kind(&parameter["schema"]),
                    paragraphs(&parameter["description"]),
                ),
            );
        }
        html.push_str("</table></div>");
    }
    let body = resolve(contract, &operation["requestBody"]);
    for (media, content) in entries(&body["content"]) {
        put(html, format_args!("<p>请求体 <code>{}</code>：{}</p>", text(media), kind(&content["schema"])));
        write_fields(html, resolve(contract, &content["schema"]));
    }
    html.push_str("<div class=\"t\"><table><tr><th>状态</th><th>说明</th><th>内容</th></tr>");
    for (status, response) in entries(&operation["responses"]) {
        let response = resolve(contract, response);
        let shapes: Vec<_> =
            entries(&response["content"]).map(|(_, content)| kind(&content["schema"])).collect();
        let words = paragraphs(&response["description"]);
        put(
            html,
            format_args!("<tr><td>{}</td><td>{words}</td><td>{}</td></tr>", text(status), shapes.join("、")),
        );
    }
    html.push_str("</table></div></details>");
}

fn write_codes(html: &mut String, codes: &Value) {
    html.push_str("<h2 id=\"错误码\">错误码</h2><div class=\"t\"><table><tr><th>错误码</th><th>名称</th><th>提示</th></tr>");
    for row in codes.as_sequence().into_iter().flatten() {
        let [code, name, message] = ["code", "name", "message"].map(|column| text(&row[column]));
        put(html, format_args!("<tr><td>{code}</td><td><code>{name}</code></td><td>{message}</td></tr>"));
    }
    html.push_str("</table></div>");
}

fn write_schemas(html: &mut String, schemas: &Value) {
    html.push_str("<h2 id=\"数据结构\">数据结构</h2>");
    for (name, schema) in entries(schemas) {
        let name = text(name);
        put(
            html,
            format_args!(
                "<details><summary><code>{name}</code> {}</summary><div id=\"{name}\">",
                text(&schema["title"])
            ),
        );
        put(html, format_args!("<p>{}</p>", paragraphs(&schema["description"])));
        write_fields(html, schema);
        // The name is inside, so that a link to it opens it.
        html.push_str("</div></details>");
    }
}

/// Properties as a table, or the alternatives and values of a schema without any.
fn write_fields(html: &mut String, schema: &Value) {
    if schema["properties"].as_mapping().is_none_or(Mapping::is_empty) {
        put(html, format_args!("<p>{}</p>", kind(schema)));
        return;
    }
    let required = schema["required"].as_sequence().cloned().unwrap_or_default();
    html.push_str("<div class=\"t\"><table><tr><th>字段</th><th>必有</th><th>类型</th><th>说明</th></tr>");
    for (name, field) in entries(&schema["properties"]) {
        let needed = if required.contains(name) { "是" } else { "" };
        let words = paragraphs(&field["description"]);
        put(
            html,
            format_args!(
                "<tr><td><code>{}</code></td><td>{needed}</td><td>{}</td><td>{words}</td></tr>",
                text(name),
                kind(field),
            ),
        );
    }
    html.push_str("</table></div>");
}

/// A schema in a few words: a link for a reference, the values of an enumeration, else its type.
fn kind(schema: &Value) -> String {
    if let Some(target) = schema["$ref"].as_str() {
        let name = escape(target.rsplit('/').next().unwrap_or(target));
        let link = format!("<a href=\"#{name}\">{name}</a>");
        // An envelope says with its reference what `data` is.
        return match &schema["properties"]["data"] {
            Value::Null => link,
            data => format!("{link}，<code>data</code> 为 {}", kind(data)),
        };
    }
    if let Some(word) = schema.get("const") {
        return format!("<code>{}</code>", text(word));
    }
    for joined in ["allOf", "oneOf", "anyOf"] {
        if let Some(parts) = schema[joined].as_sequence() {
            let word = if joined == "allOf" { " + " } else { " 或 " };
            return parts.iter().map(kind).collect::<Vec<_>>().join(word);
        }
    }
    if let Some(values) = schema["enum"].as_sequence() {
        return values
            .iter()
            .map(|value| format!("<code>{}</code>", text(value)))
            .collect::<Vec<_>>()
            .join(" ");
    }
    match &schema["type"] {
        Value::String(kind) if kind == "array" => format!("数组，元素为 {}", self::kind(&schema["items"])),
        Value::Sequence(kinds) => kinds.iter().map(text).collect::<Vec<_>>().join(" 或 "),
        other => format!("{} {}", text(other), text(&schema["format"])).trim().to_owned(),
    }
}

/// What a `$ref` inside the file points to.
fn resolve<'a>(contract: &'a Value, value: &'a Value) -> &'a Value {
    let Some(target) = value["$ref"].as_str().and_then(|target| target.strip_prefix("#/")) else {
        return value;
    };
    target.split('/').fold(contract, |at, step| &at[step])
}

fn entries(value: &Value) -> impl Iterator<Item = (&Value, &Value)> {
    value.as_mapping().into_iter().flat_map(Mapping::iter)
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => escape(text),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        _ => String::new(),
    }
}

/// Text with its paragraphs, and what stands between backticks as code.
fn paragraphs(value: &Value) -> String {
    let text = text(value).trim().replace("\n\n", "<br>").replace('\n', " ");
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return text;
    }
    parts.iter().enumerate().fold(String::new(), |mut html, (at, part)| {
        match at % 2 {
            0 => html.push_str(part),
            _ => put(&mut html, format_args!("<code>{part}</code>")),
        }
        html
    })
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn put(html: &mut String, words: std::fmt::Arguments<'_>) {
    let _ = html.write_fmt(words);
}

fn head(title: &str) -> String {
    format!(
        "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title} 接口文档</title><style>{STYLE}</style></head><body>"
    )
}

fn write_broken(error: &str) -> String {
    format!("{}<p>openapi.yaml 无法读取：{}</p></body></html>", head("随手拍"), escape(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_shows_operations_and_can_not_be_injected_into() {
        let contract = serde_yaml_ng::from_str(
            "info: {title: '<b>', version: '1'}\npaths:\n  /v1/x:\n    get:\n      summary: 看\n      parameters:\n        - $ref: '#/components/parameters/P'\n      responses: {'200': {description: '<script> `v`'}}\ncomponents:\n  parameters: {P: {name: n, in: query, schema: {enum: [a, b]}}}\n  schemas: {S: {type: object, required: [f], properties: {f: {type: string}}}}",
        )
        .unwrap();
        let html = write_page(&contract);
        for wanted in [
            "/v1/x",
            "看",
            "<code>n</code>",
            "<code>a</code> <code>b</code>",
            "id=\"S\"",
            "&lt;script&gt; <code>v</code>",
        ] {
            assert!(html.contains(wanted), "{wanted}\n{html}");
        }
        assert!(!html.contains("<script>") && !html.contains("<b>"));
    }

    #[test]
    fn our_own_contract_is_readable() {
        assert!(serde_yaml_ng::from_str::<Value>(YAML).is_ok());
        assert!(PAGE.ends_with("</body></html>") && !PAGE.contains("<p>openapi.yaml 无法读取"));
    }
}
