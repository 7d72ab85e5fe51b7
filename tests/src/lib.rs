//! The black-box suite's tools: a city of its own for each test (the built server on chosen back ends, a stand-in for
//! WeChat), its people, their pictures, and the checks that end every test. It refuses to link the server.

pub mod backend;
pub mod city;
pub mod clock;
pub mod contract;
pub mod database;
pub mod people;
pub mod pictures;
pub mod street;

pub use city::{City, Plan};
