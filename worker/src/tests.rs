//! The worker on a fresh SQLite file: how the runner treats failures, and the way of a ticket through its jobs.

mod city;
mod journeys;
mod reuse;
mod running;
