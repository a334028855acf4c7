//! The scenes of the card: for each occasion, in other scripts, and on paper.

use leptos::prelude::*;

use super::super::{Paper, PrintPage};
use super::scenes::{Scene, card, email, hostile_card, open, ready, redeem, scene, status};
use crate::catalog::Tier;
use crate::shop::{Card, RedeemView, Standing, StatusPage};
use crate::values::{Message, Occasion, PersonName};

pub fn all() -> Vec<Scene> {
    vec![
        scene("redeem-sealed-birthday", || sealed(Occasion::Birthday)),
        scene("redeem-sealed-thank-you", || sealed(Occasion::ThankYou)),
        scene("redeem-sealed-holidays", || sealed(Occasion::Holidays)),
        scene("redeem-open-birthday", || opened(Occasion::Birthday, "For all the Sundays.")).signed_in(),
        scene("redeem-open-thank-you", || {
            opened(Occasion::ThankYou, "كل عام وأنت بخير\n\nhttps://example.com/a/very/long/address/that/has/no/blank/in/it")
        })
        .signed_in(),
        scene("redeem-open-holidays", || opened(Occasion::Holidays, &"生日快乐，愿你一切都好。".repeat(14))).signed_in(),
        scene("print", || print(card(), Paper::A4)),
        scene("print-birthday", || print(Card { occasion: Occasion::Birthday, ..card() }, Paper::UsLetter)),
        scene("print-thank-you", || print(Card { occasion: Occasion::ThankYou, ..card() }, Paper::A4)),
        scene("print-holidays", || print(Card { occasion: Occasion::Holidays, tier: Tier::Member, ..card() }, Paper::A4)),
        scene("print-long", || print(long_card(), Paper::UsLetter)),
        scene("print-hostile", || print(hostile_card(), Paper::A4)),
        scene("print-nothing", || {
            let status = StatusPage { standing: Standing::Held, code: None, redeem_url: None, ..status() };
            view! { <PrintPage status paper=Paper::A4/> }.into_any()
        }),
    ]
}

fn sealed(occasion: Occasion) -> AnyView {
    let standing = Standing::Ready { dry_run: None };
    let card = Card { occasion, ..card() };
    redeem(RedeemView::Sealed { card, recipient_email: email("bea@example.com"), signed_in_as: None, standing })
}

fn opened(occasion: Occasion, message: &str) -> AnyView {
    let card = Card { occasion, message: Message::parse(message).ok(), ..card() };
    redeem(open(card, ready()))
}

fn long_card() -> Card {
    let message = "The rain came down, and nobody minded. ".repeat(12);
    let name = PersonName::parse("Wilhelmina Featherstonehaugh").unwrap();
    Card { giver_name: Some(name.clone()), recipient_name: name, message: Message::parse(&message).ok(), ..card() }
}

fn print(card: Card, paper: Paper) -> AnyView {
    view! { <PrintPage status=StatusPage { card, ..status() } paper/> }.into_any()
}
