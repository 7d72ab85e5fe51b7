//! Rebuilds the crate when a migration is added: the macro which embeds them only notices edits.

fn main() {
    println!("cargo:rerun-if-changed=../migrations");
}
