//! Why a request was refused: one table of stable codes with the Chinese sentence a citizen can be shown. The
//! first three digits of a code are the HTTP status. It refuses to let the text of an inner failure reach an
//! answer.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use domain::ticket::refusal::Refusal;
use serde::Serialize;
use store::StoreError;
use store::desk::DeskError;
use strum::VariantArray;

/// Writes the table: `Name code "message"`.
macro_rules! table {
    ($($(#[$doc:meta])* $name:ident $code:literal $message:literal),+ $(,)?) => {
        /// A kind of refusal.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, VariantArray)]
        pub enum Kind {
            $($(#[$doc])* $name),+
        }

        impl Kind {
            /// The stable number; its first three digits are the HTTP status.
            pub const fn code(self) -> u16 {
                match self { $(Self::$name => $code),+ }
            }

            /// The Chinese sentence, fit to be shown as it is.
            pub const fn message(self) -> &'static str {
                match self { $(Self::$name => $message),+ }
            }
        }
    };
}

table! {
    // 400
    BadRequest 40000 "请求格式不正确",
    BadJson 40001 "请求内容不是合法的 JSON",
    BadField 40002 "请求内容有误，请检查后重试",
    UnknownField 40003 "请求中有不认识的字段",
    BadQuery 40004 "查询参数有误",
    BadMultipart 40005 "上传内容不完整或格式不正确",
    CoordTypeMissing 40006 "给出坐标时须注明坐标类型 coord_type(wgs84、gcj02 或 bd09)",
    BadPoint 40007 "坐标不正确",
    BadCursor 40008 "翻页位置已失效，请从头加载",
    BadHeader 40009 "请求头格式不正确",
    // 401
    LoginNeeded 40100 "请先登录",
    TokenInvalid 40101 "登录已失效，请重新登录",
    TokenExpired 40102 "登录已过期，请重新登录",
    RefreshInvalid 40103 "登录已过期，请重新登录",
    WrongPassword 40104 "用户名或密码不正确",
    WechatCode 40105 "微信登录凭证已失效，请重新登录",
    // 403
    Forbidden 40300 "您没有权限",
    RoleRefused 40301 "您的角色无权执行该操作",
    ReachRefused 40302 "该案件不在您的范围内",
    OwnWork 40303 "不能验收自己处置的案件",
    LinkInvalid 40304 "图片链接无效或已过期，请刷新",
    WechatBlocked 40305 "该微信账号暂时不能登录",
    AccountClosed 40306 "账号已停用",
    DeviceSignature 40307 "设备签名缺失或不正确",
    GuestsOff 40308 "本地未开放网页端匿名上报，请使用微信小程序",
    // 404
    NoRoute 40400 "接口不存在",
    NotFound 40401 "内容不存在",
    NoTicket 40402 "案件不存在",
    ImageNotReady 40403 "图片还没有准备好，请稍后再试",
    // 405, 408
    MethodNotAllowed 40500 "不支持这种请求方法",
    TimedOut 40800 "网络太慢，请求超时，请重试",
    // 409
    Conflict 40900 "内容已存在或已被修改",
    StateRefused 40901 "案件当前状态不能执行该操作",
    Stale 40902 "案件已被他人更新，请刷新后重试",
    KeyReused 40903 "同一幂等键已用于另一个请求",
    // 413, 415
    BodyTooLarge 41300 "请求内容过大",
    FileTooLarge 41301 "文件过大，照片不能超过 20 MB",
    MediaType 41500 "不支持的内容类型",
    NotAPicture 41501 "这个文件不是照片，请上传 JPEG、PNG 或 WebP 格式的照片",
    // 422
    Unfit 42200 "内容不符合要求",
    Lacking 42201 "缺少必要条件",
    ImportRefused 42202 "导入文件有误，没有写入任何内容",
    // 429
    TooMany 42900 "操作太频繁，请稍后再试",
    TooManyLogins 42901 "登录尝试太频繁，请稍后再试",
    // 5xx
    Internal 50000 "服务器出错了，请稍后再试",
    Unavailable 50300 "服务暂时不可用，请稍后再试",
    WechatOff 50301 "本系统没有配置微信登录",
    WechatBusy 50302 "微信服务繁忙，请稍后再试",
    NotReady 50303 "服务尚未就绪",
    Full 50700 "存储空间已满，请联系管理员",
}

impl Kind {
    /// The HTTP status.
    pub fn status(self) -> StatusCode {
        StatusCode::from_u16(self.code() / 100).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The general kind for a status that a library produced.
    pub fn of_status(status: StatusCode) -> Self {
        match status.as_u16() {
            401 => Self::LoginNeeded,
            403 => Self::Forbidden,
            404 => Self::NoRoute,
            405 => Self::MethodNotAllowed,
            408 => Self::TimedOut,
            409 => Self::Conflict,
            413 => Self::BodyTooLarge,
            415 => Self::MediaType,
            422 => Self::Unfit,
            429 => Self::TooMany,
            503 => Self::Unavailable,
            400..=499 => Self::BadRequest,
            _ => Self::Internal,
        }
    }
}

/// One field and what is wrong with it, in Chinese.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Detail {
    /// Name as sent, dotted when nested; empty when no field can be named.
    pub field: String,
    /// The reason.
    pub reason: String,
    /// Line of an imported file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Column of an imported file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
}

/// A refusal on its way to the envelope.
#[derive(Debug)]
pub struct ApiError {
    /// Which one.
    pub kind: Kind,
    /// A sentence that says more than the table's.
    pub message: Option<String>,
    /// Fields at fault.
    pub details: Vec<Detail>,
    /// Seconds for `Retry-After`.
    pub retry_after: Option<u32>,
    /// Methods for `Allow`.
    pub allow: Option<String>,
    /// For the log only.
    pub cause: Option<String>,
}

/// What handlers return.
pub type ApiResult<T> = Result<T, ApiError>;

impl From<Kind> for ApiError {
    fn from(kind: Kind) -> Self {
        Self { kind, message: None, details: Vec::new(), retry_after: None, allow: None, cause: None }
    }
}

impl ApiError {
    /// A request whose `field` is wrong, 400.
    pub fn bad_field(field: &str, reason: impl Into<String>) -> Self {
        Self::from(Kind::BadField).detail(field, reason)
    }

    /// A failure that only the log may describe, 500.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self { cause: Some(cause.to_string()), ..Self::from(Kind::Internal) }
    }

    /// The same refusal in other words.
    pub fn saying(self, message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), ..self }
    }

    /// The same refusal naming one more field.
    pub fn detail(mut self, field: &str, reason: impl Into<String>) -> Self {
        self.details.push(Detail {
            field: field.to_owned(),
            reason: reason.into(),
            line: None,
            column: None,
        });
        self
    }

    /// The same refusal with `Retry-After`.
    pub fn retry_after(self, seconds: u32) -> Self {
        Self { retry_after: Some(seconds.max(1)), ..self }
    }

    /// The same refusal with `Allow`.
    pub fn allow(self, methods: String) -> Self {
        Self { allow: Some(methods), ..self }
    }

    /// The same refusal with a reason for the log.
    pub fn because(self, cause: impl fmt::Display) -> Self {
        Self { cause: Some(cause.to_string()), ..self }
    }

    /// What the asker reads.
    pub fn message(&self) -> &str {
        self.message.as_deref().unwrap_or_else(|| self.kind.message())
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.code(), self.message())
    }
}

/// Only the status: the envelope, which needs the request's id, is put on by `edge::dress`.
impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.kind.status()
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.kind.status())
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::from(Kind::Unavailable).retry_after(2).because(error),
            StoreError::Full(_) => Self::from(Kind::Full).because(error),
            other => Self::internal(other),
        }
    }
}

impl From<DeskError> for ApiError {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Refused(refusal) => refusal.into(),
            DeskError::Stale { by, version } => Self::from(Kind::Stale)
                .saying(format!("案件已被{}更新，请刷新后重试", by.name))
                .detail("expected_version", format!("当前版本为 {version}")),
            DeskError::NoTicket => Kind::NoTicket.into(),
            DeskError::Bad { field, reason } => {
                Self::from(Kind::Unfit).saying(reason.clone()).detail(field, reason)
            }
            DeskError::Store(error) => error.into(),
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let error = Self::from(match &refusal {
            Refusal::Role { .. } => Kind::RoleRefused,
            Refusal::Reach { .. } => Kind::ReachRefused,
            Refusal::OwnWork { .. } => Kind::OwnWork,
            Refusal::State { .. } => Kind::StateRefused,
            Refusal::Missing { .. } => Kind::Lacking,
        });
        let error = error.saying(refusal.message());
        match refusal {
            Refusal::Missing { need, .. } => error.detail(&need.to_string(), need.label()),
            _ => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_unique_and_begins_with_a_real_error_status() {
        let mut seen = std::collections::BTreeSet::new();
        for kind in Kind::VARIANTS {
            assert!(seen.insert(kind.code()), "{kind:?}");
            let status = StatusCode::from_u16(kind.code() / 100).unwrap();
            assert!(status.is_client_error() || status.is_server_error(), "{kind:?}");
            assert!(status.canonical_reason().is_some(), "{kind:?}");
            assert!(kind.message().chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{kind:?}");
        }
    }

    #[test]
    fn the_kind_of_a_foreign_status_keeps_its_status() {
        for status in [400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 429, 500, 503] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(Kind::of_status(status).status(), status);
        }
    }

    #[test]
    fn the_words_of_a_failing_store_stay_in_the_log() {
        let error = ApiError::from(StoreError::Other("password of the database".into()));
        assert_eq!(error.kind, Kind::Internal);
        assert!(!error.message().contains("password"));
        assert!(error.cause.unwrap().contains("password"));
        let busy = ApiError::from(StoreError::Unavailable("busy".into()));
        assert_eq!((busy.kind, busy.retry_after), (Kind::Unavailable, Some(2)));
    }
}
