//! What the demonstration needs and the product does not: a drawn district, drawn photographs, a stand-in for WeChat, a
//! client, a played story. It refuses to be part of a production start.

pub mod client;
pub mod district;
pub mod draw;
pub mod server;
pub mod story;
pub mod wechat;
