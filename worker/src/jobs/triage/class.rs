//! What kind of problem it is: the reporter's own choice when the catalogue has it, else what the words say plainly.

use domain::classify::{CONFIDENT, Entry, Guess, guess};
use domain::id::{CategoryCode, StandardCode};
use domain::machine::screen;
use domain::ticket::Ticket;
use domain::ticket::attention::Attention;
use store::repo::district::{Books, class_of, standards_of};

/// Guesses that are offered to a person.
const OFFERED: usize = 3;

/// Category and its first standard, or the doubt with the likeliest names.
pub(super) fn choose(books: &Books, ticket: &Ticket) -> Result<(CategoryCode, StandardCode), Attention> {
    let class = known(books, ticket).and_then(|category| class_of(books, &category, None));
    class.map(|class| (class.category, class.standard)).ok_or_else(|| {
        let guesses = guesses(books, &ticket.words).into_iter().take(OFFERED).map(|guess| guess.name);
        Attention::NoCategory { guesses: guesses.collect() }
    })
}

/// The hint when it is valid, else a guess of which the words leave little doubt.
pub(super) fn known(books: &Books, ticket: &Ticket) -> Option<CategoryCode> {
    let hint = ticket.category_hint.clone().filter(|hint| class_of(books, hint, None).is_some());
    hint.or_else(|| {
        let best = guesses(books, &ticket.words).into_iter().next()?;
        (best.confidence >= CONFIDENT).then_some(best.category)
    })
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

fn guesses(books: &Books, words: &str) -> Vec<Guess> {
    let entries: Vec<Entry<'_>> = books
        .categories
        .values()
        .map(|category| {
            let standards = standards_of(books, &category.code);
            let texts = standards.iter().flat_map(|row| [row.name.as_str(), row.opens_when.as_str()]);
            Entry { category: &category.code, name: &category.name, texts: texts.collect() }
        })
        .filter(|entry| !entry.texts.is_empty())
        .collect();
    guess(words, &entries)
}
