//! Holds every request of the suite against openapi.yaml: path, method and status must be documented, the media type
//! must be the documented one, JSON must satisfy its schema, and what was seen is noted for the coverage check. It
//! refuses to know any operation itself: the file is the only source.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

/// Text of the contract.
pub const YAML: &str = include_str!("../../openapi.yaml");
/// Methods that OpenAPI gives an operation.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// The contract with its compiled schemas.
pub struct Contract {
    /// The whole document.
    pub document: Value,
    validators: Mutex<BTreeMap<String, Arc<Validator>>>,
    noted: Mutex<HashSet<String>>,
}

/// The contract, read once.
pub fn contract() -> &'static Contract {
    static CONTRACT: OnceLock<Contract> = OnceLock::new();
    CONTRACT.get_or_init(|| {
        let document = serde_yaml_ng::from_str(YAML).expect("openapi.yaml is YAML of JSON values");
        Contract { document, validators: Mutex::default(), noted: Mutex::default() }
    })
}

/// Panics when this exchange is not as documented, else notes that it was seen. `path` may have a query; `request` is
/// the JSON that was sent, if any.
pub fn check(
    method: &str,
    path: &str,
    status: u16,
    content_type: &str,
    request: Option<&Value>,
    response: &[u8],
) {
    if let Err(why) = contract().hold(method, path, status, content_type, request, response) {
        let shown = String::from_utf8_lossy(&response[..response.len().min(2000)]);
        panic!("契约不符: {method} {path} → {status}\n{why}\n答复: {shown}");
    }
}

/// Where the answers of all test processes are noted, one `METHOD template status` a line.
pub fn coverage_file() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/contract-coverage/seen"))
}

/// One documented answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answer {
    /// Upper case.
    pub method: String,
    /// Path with `{names}`.
    pub path: String,
    /// HTTP status.
    pub status: u16,
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.method, self.path, self.status)
    }
}

impl Contract {
    /// Every operation: method in upper case, path, and its part of the document.
    pub fn operations(&self) -> impl Iterator<Item = (String, &str, &Value)> {
        entries(&self.document["paths"]).flat_map(|(path, item)| {
            entries(item)
                .filter(|(method, _)| METHODS.contains(method))
                .map(move |(method, operation)| (method.to_uppercase(), path, operation))
        })
    }

    /// Every documented answer.
    pub fn answers(&self) -> BTreeSet<Answer> {
        self.operations()
            .flat_map(|(method, path, operation)| {
                entries(&operation["responses"]).filter_map(move |(status, _)| {
                    Some(Answer {
                        method: method.clone(),
                        path: path.to_owned(),
                        status: status.parse().ok()?,
                    })
                })
            })
            .collect()
    }

    /// What a `$ref` inside the document points to; the value itself without one.
    pub fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str().and_then(|target| target.strip_prefix('#')) {
            Some(pointer) => self.document.pointer(pointer).unwrap_or(&Value::Null),
            None => value,
        }
    }

    fn hold(
        &self,
        method: &str,
        target: &str,
        status: u16,
        content_type: &str,
        request: Option<&Value>,
        response: &[u8],
    ) -> Result<(), String> {
        let method = method.to_uppercase();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let Some(template) = self.template_of(path) else {
            return self.hold_stranger(status, 404, "NotFound", content_type, response);
        };
        let item = &self.document["paths"][template];
        let operation = &item[method.to_lowercase()];
        if operation.is_null() {
            return self.hold_stranger(status, 405, "MethodNotAllowed", content_type, response);
        }
        let documented = self.resolve(&operation["responses"][status.to_string()]);
        if documented.is_null() {
            return Err(format!("{method} {template} 没有记载状态 {status}"));
        }
        let key = format!("{method} {template} {status}");
        self.hold_content(&key, documented, content_type, response)?;
        if (200..300).contains(&status) {
            self.hold_query(item, operation, query)?;
            self.hold_request(&format!("{method} {template}"), operation, request)?;
        }
        self.note(key);
        Ok(())
    }

    /// A path or method that is not in the document must be refused as such.
    fn hold_stranger(
        &self,
        status: u16,
        due: u16,
        name: &str,
        content_type: &str,
        response: &[u8],
    ) -> Result<(), String> {
        if status != due {
            return Err(format!("契约里没有这个路径或方法,应答复 {due}"));
        }
        self.hold_content(name, &self.document["components"]["responses"][name], content_type, response)
    }

    fn hold_content(
        &self,
        key: &str,
        documented: &Value,
        content_type: &str,
        body: &[u8],
    ) -> Result<(), String> {
        let media = media_of(content_type);
        let contents = &documented["content"];
        if contents.is_null() {
            return if body.is_empty() { Ok(()) } else { Err("记载为没有内容".to_owned()) };
        }
        let Some(content) = contents.get(media) else {
            let known: Vec<_> = entries(contents).map(|(media, _)| media).collect();
            return Err(format!("内容类型为“{content_type}”,记载的是 {}", known.join("、")));
        };
        if media != "application/json" {
            return Ok(());
        }
        let value: Value = serde_json::from_slice(body).map_err(|error| format!("不是 JSON: {error}"))?;
        self.hold_schema(&format!("{key} 的答复"), &content["schema"], &value)
    }

    fn hold_request(&self, key: &str, operation: &Value, request: Option<&Value>) -> Result<(), String> {
        let content = &self.resolve(&operation["requestBody"])["content"]["application/json"];
        match (request, content.is_null()) {
            (Some(sent), false) => self.hold_schema(&format!("{key} 的请求"), &content["schema"], sent),
            (Some(_), true) => Err("发送了 JSON,但契约没有记载请求体".to_owned()),
            (None, false) => Err("契约记载了 JSON 请求体,但没有发送".to_owned()),
            (None, true) => Ok(()),
        }
    }

    fn hold_query(&self, item: &Value, operation: &Value, query: &str) -> Result<(), String> {
        let parameters = [&item["parameters"], &operation["parameters"]];
        let known: Vec<&str> = parameters
            .iter()
            .flat_map(|list| list.as_array().into_iter().flatten())
            .map(|parameter| self.resolve(parameter))
            .filter(|parameter| parameter["in"] == "query")
            .filter_map(|parameter| parameter["name"].as_str())
            .collect();
        for name in query.split('&').filter_map(|pair| pair.split('=').next()).filter(|name| !name.is_empty())
        {
            if !known.contains(&name) {
                return Err(format!("查询参数“{name}”没有记载"));
            }
        }
        Ok(())
    }

    /// Holds `value` against a schema of the document; the error names every place that does not fit.
    pub fn hold_schema(&self, what: &str, schema: &Value, value: &Value) -> Result<(), String> {
        let validator = self.validator(what, schema);
        let faults: Vec<String> = validator
            .iter_errors(value)
            .take(10)
            .map(|fault| format!("  {}: {fault}", fault.instance_path()))
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(format!("{what}不合契约:\n{}", faults.join("\n"))) }
    }

    fn validator(&self, key: &str, schema: &Value) -> Arc<Validator> {
        let mut cache = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = cache.get(key) {
            return known.clone();
        }
        let whole =
            json!({ "$ref": "#/checked", "checked": schema, "components": self.document["components"] });
        let built = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .build(&whole)
            .unwrap_or_else(|error| panic!("the schema of {key} can't be compiled: {error}"));
        cache.entry(key.to_owned()).or_insert(Arc::new(built)).clone()
    }

    /// The path template that fits; of several the one with the fewest parameters.
    fn template_of(&self, path: &str) -> Option<&str> {
        let steps: Vec<&str> = path.split('/').collect();
        entries(&self.document["paths"])
            .map(|(template, _)| template)
            .filter(|template| {
                let parts: Vec<&str> = template.split('/').collect();
                let fits = |(part, step): (&&str, &&str)| {
                    part == step || (part.starts_with('{') && !step.is_empty())
                };
                parts.len() == steps.len() && parts.iter().zip(&steps).all(fits)
            })
            .min_by_key(|template| template.matches('{').count())
    }

    fn note(&self, key: String) {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if !noted.insert(key.clone()) {
            return;
        }
        let file = coverage_file();
        let written = fs::create_dir_all(file.parent().unwrap_or(&file))
            .and_then(|()| fs::OpenOptions::new().create(true).append(true).open(&file))
            // One write a line: appends of several processes do not mix.
            .and_then(|mut file| file.write_all(format!("{key}\n").as_bytes()));
        written.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
}

/// What the suite has seen so far.
pub fn seen() -> BTreeSet<String> {
    let text = fs::read_to_string(coverage_file()).unwrap_or_default();
    text.lines().map(ToOwned::to_owned).collect()
}

/// Members of an object, none of anything else.
pub fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter).map(|(name, value)| (name.as_str(), value))
}

fn media_of(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}
