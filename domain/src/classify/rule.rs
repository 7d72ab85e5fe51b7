//! How much a city leaves to the guess.

use serde::{Deserialize, Serialize};

use crate::config::Check;

/// What is done with a guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guessing {
    /// Nothing is guessed (停用).
    Off,
    /// Guesses are shown to people, who decide (只提示).
    Suggest,
    /// A sure guess is taken, any other is shown (有把握时自动定类).
    Act,
}

impl Guessing {
    /// The Chinese name.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Off => "停用",
            Self::Suggest => "只提示",
            Self::Act => "有把握时自动定类",
        }
    }
}

/// Whether and from which confidence on a category is taken from the words.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Suggesting {
    /// What is done with a guess.
    pub mode: Guessing,
    /// From this confidence on a guess counts as sure, 0 to 1.
    pub sure: f64,
}

impl Default for Suggesting {
    fn default() -> Self {
        Self { mode: Guessing::Act, sure: 0.7 }
    }
}

impl Check for Suggesting {
    fn check(&self) -> Result<(), String> {
        if (0.5..=1.0).contains(&self.sure) { Ok(()) } else { Err("sure 须为 0.5 到 1(把握)".into()) }
    }
}
