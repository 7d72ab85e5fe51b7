//! Who may do what: every route × role from one table, what each role sees of the tickets, what a citizen never sees,
//! signed pictures, and what production refuses.

#[path = "../support/chinese.rs"]
mod chinese;
mod doors;
mod faces;
mod people;
mod pictures;
mod production;
mod sight;
