//! `/gifts/{reference}/print`: the card on one sheet of paper, to be folded twice. The upper half stands on its head, so that both halves
//! read upright once the sheet is folded. It bears the code and never the proof.

use leptos::either::Either;
use leptos::prelude::*;

use super::parts::card::{given_in_words, letter_text, woven};
use super::parts::{Cut, Dress, Frame, Greeting, Mark, QrCode, Seal};
use super::shopfront;
use crate::islands::face_class;
use crate::shop::{Card, Standing, StatusPage};
use crate::values::{Message, letter_width};

/// The sheets that are in printers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paper {
    #[default]
    A4,
    UsLetter,
}

impl Paper {
    const ALL: [Self; 2] = [Self::A4, Self::UsLetter];

    /// Reads the query's `paper`; whatever else stands there is A4.
    pub fn read(text: &str) -> Self {
        Self::ALL.into_iter().find(|paper| paper.as_str() == text).unwrap_or_default()
    }

    /// Also the class by which the style sheet knows its measures.
    const fn as_str(self) -> &'static str {
        match self {
            Self::A4 => "a4",
            Self::UsLetter => "us-letter",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::A4 => "A4",
            Self::UsLetter => "US Letter",
        }
    }
}

/// The card to be printed, as long as its code redeems; else why there is none.
#[component]
pub fn PrintPage(status: StatusPage, paper: Paper) -> impl IntoView {
    match (status.code.clone(), status.redeem_url.clone()) {
        (Some(code), Some(redeem_url)) => Either::Left(view! { <ToPrint status paper code redeem_url/> }),
        _ => Either::Right(view! { <NothingToPrint status/> }),
    }
}

#[component]
fn ToPrint(status: StatusPage, paper: Paper, code: String, redeem_url: String) -> impl IntoView {
    let on_paper = |other: Paper| {
        let href = format!("{}&paper={}", status.print_path, other.as_str());
        view! { <a href=href aria-current=(other == paper).then_some("page")>{other.title()}</a> }
    };
    let papers = Paper::ALL.map(on_paper).collect_view();
    view! {
        <Frame title="Print the card" private=true>
            <div class="printing">
                <div class="stack">
                    <h1>"Print the card"</h1>
                    <p class="lead">
                        "One sheet of "{paper.title()}", one side. Fold the top half back, then fold it like a book: "
                        "the ribbon comes to the front."
                    </p>
                    <nav aria-label="Paper">{papers}</nav>
                    <p class="small">"Print from your browser’s menu, at 100 % and without margins. Without colours it is as clear."</p>
                    <p><a href=status.path.clone()>"Back to the gift"</a></p>
                </div>
                <Sheet status paper code redeem_url/>
            </div>
        </Frame>
    }
    .into_any()
}

/// The sheet, in the order in which the card is read: front, letter, what it is, back.
#[component]
fn Sheet(status: StatusPage, paper: Paper, code: String, redeem_url: String) -> impl IntoView {
    let StatusPage { card, reference, recipient_email, .. } = status;
    let (woven, what) = (woven(card.tier), given_in_words(&card));
    let page = redeem_page(&redeem_url).to_owned();
    view! {
        <article class=format!("fold {} {woven} {}", paper.as_str(), card.occasion) aria-label="The card">
            <Front card=card.clone()/>
            <Letter card=card.clone()/>
            <section class="redeem" aria-label="How to redeem it">
                <h2>{what}</h2>
                <Cut months=card.months/>
                <QrCode text=redeem_url label=format!("A code for a phone’s camera. It opens {page} with the code below.")/>
                <p>"Point a phone at the square, or go to "<b>{page}</b>" and type"</p>
                <p class="code">{code}</p>
                <p>"Sign in with your own address, "{recipient_email.as_str().to_owned()}". It costs you nothing."</p>
            </section>
            <section class="back" aria-label="Back">
                <p>{shopfront().brand.name.clone()}</p>
                <p class="code">{reference.to_string()}</p>
            </section>
        </article>
    }
    .into_any()
}

#[component]
fn Front(card: Card) -> impl IntoView {
    let dress = Dress::For(card.occasion);
    let name = card.recipient_name.as_str().to_owned();
    let from = card.giver_name.map(|giver| view! { <p class="from">"from "<bdi>{giver.as_str().to_owned()}</bdi></p> });
    let class = face_class(&name);
    view! {
        <section class="front" aria-label="Front">
            <Mark dress/>
            <span class="band"></span>
            <Seal dress/>
            <p class=class><Greeting dress/>" "<b dir="auto">{name}</b></p>
            {from}
        </section>
    }
    .into_any()
}

#[component]
fn Letter(card: Card) -> impl IntoView {
    let size = card.message.as_ref().map_or("large", |message| type_size(message));
    view! { <section class=format!("letter {size}") aria-label="Letter" lang="">{letter_text(&card)}</section> }.into_any()
}

/// The largest type in which a message fits its quarter of the sheet. What has more lines than any of them takes runs on, its breaks as
/// blanks.
fn type_size(message: &Message) -> &'static str {
    // So many letters a line, and so many lines, with room for the signature; a shade below what the quarter of a US Letter takes.
    const SIZES: [(&str, usize, usize); 6] =
        [("large", 22, 7), ("middle", 29, 10), ("little", 36, 14), ("fine", 43, 17), ("tiny", 52, 26), ("columns", 25, 56)];
    let fits = |letters: usize, lines: usize| lines_of(message.as_str(), letters) <= lines;
    SIZES.into_iter().find(|(_, letters, lines)| fits(*letters, *lines)).map_or("flow", |(size, ..)| size)
}

/// How many lines a text takes at so many letters each.
fn lines_of(text: &str, letters: usize) -> usize {
    let width = |line: &str| line.chars().map(letter_width).sum::<usize>();
    text.lines().map(|line| width(line).div_ceil(letters).max(1)).sum()
}

/// Where the code is typed, as people say it: the link to redeem without its scheme and its code.
fn redeem_page(redeem_url: &str) -> &str {
    let page = redeem_url.rsplit_once('/').map_or(redeem_url, |(page, _)| page);
    page.split_once("://").map_or(page, |(_, spoken)| spoken)
}

#[component]
fn NothingToPrint(status: StatusPage) -> impl IntoView {
    let why = match &status.standing {
        Standing::Unpaid => "It is not paid yet. Once it is, its card can be printed here.",
        Standing::Held => "We are checking its payment, and its code redeems nothing meanwhile. Nothing is lost.",
        Standing::Redeemed { .. } => "It is redeemed already, and its code redeems nothing more.",
        Standing::Ready { .. }
        | Standing::TakenBack
        | Standing::Refunded
        | Standing::Canceled
        | Standing::Declined
        | Standing::Expired => "Its code redeems nothing any more, so a card with it would disappoint.",
    };
    view! {
        <Frame title="No card to print" private=true>
            <div class="stack">
                <h1>"No card to print"</h1>
                <p class="lead">{why}</p>
                <p class="row"><a class="btn" href=status.path.clone()>"Back to the gift"</a></p>
            </div>
        </Frame>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_set_as_large_as_it_fits() {
        for (text, size) in [
            ("For all the Sundays.".to_owned(), "large"),
            (
                "Thirty years, and you still lend me the better umbrella.\n\nHere is something to read in the rain.".to_owned(),
                "large",
            ),
            ("rain ".repeat(50), "middle"),
            ("a\n".repeat(12), "little"),
            ("rain ".repeat(100), "little"),
            ("雨".repeat(300), "fine"),
            ("雨".repeat(500), "tiny"),
            ("a\n".repeat(26), "tiny"),
            ("a\n".repeat(56), "columns"),
            ("a\n".repeat(250), "flow"),
        ] {
            assert_eq!(type_size(&Message::parse(&text).unwrap()), size, "{text}");
        }
    }

    #[test]
    fn the_address_to_type_is_spoken_and_has_no_code() {
        assert_eq!(redeem_page("https://ribbon.example/redeem/7K2M9QWX"), "ribbon.example/redeem");
        assert_eq!(redeem_page("http://localhost:3000/redeem/7K2M9QWX"), "localhost:3000/redeem");
    }

    #[test]
    fn a_paper_that_there_is_not_is_a4() {
        assert_eq!([Paper::read("us-letter"), Paper::read("a4"), Paper::read("papyrus")], [Paper::UsLetter, Paper::A4, Paper::A4]);
    }
}
