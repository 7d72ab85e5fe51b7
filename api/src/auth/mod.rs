//! Logging in: tokens, passwords, WeChat codes, and the sessions that follow. It refuses to say whether a name
//! exists.

pub mod password;
pub mod session;
pub mod token;
pub mod wechat;
