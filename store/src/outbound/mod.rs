//! Calls to services of others. Each client has its base URL from the settings, one timeout and errors its caller can
//! act on; none of them retries a call by itself or logs what it must keep secret.

pub mod hook;
pub mod wechat;
