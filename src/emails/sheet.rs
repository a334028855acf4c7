//! What a letter says, block by block, before it is HTML or text. Both are made from the one [`Sheet`], so they say the same
//! in the same order. Knows nothing of colours or of what the letters are about.

use url::Url;

use crate::values::{Email, Message, Occasion, PersonName};

/// A whole letter as its reader goes through it.
pub(super) struct Sheet {
    pub subject: String,
    /// What a list of mails shows behind the subject.
    pub preheader: String,
    pub ribbon: Ribbon,
    pub blocks: Vec<Block>,
    /// Why the reader gets this, below the card.
    pub foot: Line,
}

/// What the cover of a card says: "for", or the occasion's greeting, and the name large.
pub(super) struct Dedication {
    pub occasion: Occasion,
    pub name: PersonName,
}

/// How the ribbon at the left is woven.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ribbon {
    Plain,
    /// With two light threads: a Founder's.
    Threaded,
}

pub(super) enum Block {
    /// "for", or what the occasion says, and the name large, as the card has it. Stands above the letter, on the card's own stock.
    For(Dedication),
    Title(Line),
    /// What a person wrote: text, and nothing in it becomes a link or markup.
    Message(Message),
    Signature(PersonName),
    Say(Line),
    /// The same in the quieter colour.
    Aside(Line),
    /// The one thing to do.
    Button {
        label: &'static str,
        url: Url,
    },
    /// Something else that can be done, in the quieter colour.
    Link {
        label: &'static str,
        url: Url,
    },
    /// How to go on without the button.
    Code {
        lead: Line,
        code: String,
    },
    Sums(Vec<Sum>),
    /// Dates and references: a word and what it stands for.
    Facts(Vec<(&'static str, String)>),
}

/// One line of a table of sums.
pub(super) struct Sum {
    pub what: String,
    pub amount: String,
    pub is_total: bool,
}

/// A sentence or two, in pieces.
pub(super) struct Line(pub Vec<Piece>);

pub(super) enum Piece {
    Plain(String),
    Strong(String),
    /// A name, which may run from right to left in a sentence that doesn't.
    Name(String),
    /// A page, shown by its address without the scheme.
    Page(Url),
    /// An address that can be written to.
    Mailbox(Email),
}

/// `words!(giver, " has given you ", strong(length), ".")`
macro_rules! words {
    ($($piece:expr),+ $(,)?) => { $crate::emails::sheet::Line(vec![$($crate::emails::sheet::Piece::from($piece)),+]) };
}
pub(super) use words;

pub(super) fn strong(text: impl Into<String>) -> Piece {
    Piece::Strong(text.into())
}

impl From<&str> for Piece {
    fn from(text: &str) -> Self {
        Self::Plain(text.to_owned())
    }
}

impl From<&String> for Piece {
    fn from(text: &String) -> Self {
        Self::Plain(text.clone())
    }
}

impl From<String> for Piece {
    fn from(text: String) -> Self {
        Self::Plain(text)
    }
}

impl From<&PersonName> for Piece {
    fn from(name: &PersonName) -> Self {
        Self::Name(name.as_str().to_owned())
    }
}

impl From<&Url> for Piece {
    fn from(page: &Url) -> Self {
        Self::Page(page.clone())
    }
}

impl From<&Email> for Piece {
    fn from(mailbox: &Email) -> Self {
        Self::Mailbox(mailbox.clone())
    }
}

impl Line {
    /// As text, for the text part and for subjects.
    pub fn text(&self) -> String {
        self.0.iter().map(Piece::text).collect()
    }
}

impl Piece {
    fn text(&self) -> String {
        match self {
            Self::Plain(text) | Self::Strong(text) => text.clone(),
            Self::Name(name) => isolated(name),
            Self::Page(page) => page.to_string(),
            Self::Mailbox(mailbox) => mailbox.as_str().to_owned(),
        }
    }
}

/// A page's address as people say it: no scheme, no lone slash at its end.
pub(super) fn spoken(page: &Url) -> &str {
    let text = page.as_str();
    text.split_once("://").map_or(text, |(_, rest)| rest).trim_end_matches('/')
}

/// A name fit to stand in a sentence that runs from left to right. Only names that need them get the marks, since an old
/// client shows them as boxes.
pub(super) fn isolated(name: &str) -> String {
    if name.chars().any(runs_leftwards) { format!("\u{2068}{name}\u{2069}") } else { name.to_owned() }
}

/// Hebrew, Arabic and the scripts between them.
fn runs_leftwards(letter: char) -> bool {
    matches!(letter, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}
