//! What kind of problem it is: the reporter's own choice when the catalogue has it, else what the words say plainly, as far
//! as the district's rule lets the machine act.

use domain::classify::{self, Guess, Guessing, Suggesting};
use domain::explain::CategoryGround;
use domain::id::{CategoryCode, StandardCode};
use domain::machine::screen;
use domain::ticket::Ticket;
use domain::ticket::attention::Attention;
use store::repo::district::{Books, class_of};

/// Guesses that are offered to a person.
const OFFERED: usize = 3;

/// Category and its first standard, or the doubt with the likeliest names.
pub(super) fn choose(
    books: &Books,
    ground: &CategoryGround,
) -> Result<(CategoryCode, StandardCode), Attention> {
    let class = ground.chosen.as_ref().and_then(|category| class_of(books, category, None));
    class.map(|class| (class.category, class.standard)).ok_or_else(|| {
        let guesses = ground.guesses.iter().take(OFFERED).map(|guess| guess.name.clone());
        Attention::NoCategory { guesses: guesses.collect() }
    })
}

/// What the reporter chose and the words say, and what follows.
pub(crate) fn weigh(books: &Books, ticket: &Ticket) -> CategoryGround {
    weigh_by(books, ticket, books.config.guess)
}

/// The same by another rule.
pub(crate) fn weigh_by(books: &Books, ticket: &Ticket, rule: Suggesting) -> CategoryGround {
    let hint = ticket.category_hint.clone().filter(|hint| class_of(books, hint, None).is_some());
    let guesses = match rule.mode {
        Guessing::Off => Vec::new(),
        Guessing::Suggest | Guessing::Act => books.guide.guess(&ticket.words),
    };
    let sure = |guess: &&Guess| rule.mode == Guessing::Act && guess.confidence >= rule.sure;
    let chosen = hint.clone().or_else(|| guesses.first().filter(sure).map(|guess| guess.category.clone()));
    CategoryGround { hint, guesses, rule, chosen, version: classify::VERSION }
}

/// The hint when it is valid, else a guess of which the words leave little doubt.
pub(crate) fn known(books: &Books, ticket: &Ticket) -> Option<CategoryCode> {
    weigh(books, ticket).chosen
}

/// The doubt of a machine's sighting that a person must screen before it is filed.
pub(super) fn screening(books: &Books, ticket: &Ticket) -> Option<Attention> {
    let machine = &ticket.origin.machine;
    screen(&books.config, machine)?;
    let machine = machine.as_ref()?;
    let known = books.config.machine.offence(&machine.offence);
    Some(Attention::Screening {
        camera: machine.camera.clone(),
        offence: known.map_or_else(|| machine.offence.clone(), |offence| offence.name.clone()),
        confidence: machine.confidence,
    })
}
