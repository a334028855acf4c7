//! A gift that somebody gives to themselves, on each page that speaks of a giver and a recipient.

use leptos::prelude::*;

use super::super::*;
use super::scenes::{Scene, card, changes, email, happened, mailed, open, ready, redeem, redeemed, scene, status, to_come};
use crate::shop::{Card, Changes, DeliverySeen, Knot, KnotKind, MailKnot, PaymentSeen, RedeemView, Standing, StatusPage, Thanks};
use crate::values::{Message, PersonName};

pub fn all() -> Vec<Scene> {
    vec![
        scene("thanks-own", || {
            view! { <ThanksPage thanks=Thanks { payment: PaymentSeen::Paid, status_page: mailed_to_her() }/> }.into_any()
        }),
        scene("status-own", || view! { <GiftStatusPage status=mailed_to_her()/> }.into_any()),
        scene("status-own-link", || view! { <GiftStatusPage status=linked()/> }.into_any()),
        scene("redeem-sealed-own", || redeem(sealed())),
        scene("redeem-open-own", || redeem(open(her_card(), ready()))).signed_in(),
        scene("redeemed-own", || redeem(open(her_card(), redeemed(true)))).signed_in(),
        scene("redeem-refunded-own", || redeem(open(her_card(), Standing::Refunded))).signed_in(),
    ]
}

/// What Ada wrote to herself.
fn her_card() -> Card {
    let message = Message::parse("For the winter. You have earned every page.").ok();
    Card { recipient_name: PersonName::parse("Ada").unwrap(), message, is_for_oneself: true, ..card() }
}

fn sealed() -> RedeemView {
    let standing = Standing::Ready { dry_run: None };
    RedeemView::Sealed { card: her_card(), recipient_email: email("ada@example.com"), signed_in_as: None, standing }
}

fn mailed_to_her() -> StatusPage {
    hers(vec![happened(KnotKind::Paid), mailed(MailKnot::Sent), happened(KnotKind::Opened), to_come(KnotKind::Redeemed, None)])
}

fn linked() -> StatusPage {
    let changes = Changes { day: true, ..changes() };
    let course = vec![happened(KnotKind::Paid), happened(KnotKind::HandedOver), to_come(KnotKind::Redeemed, None)];
    StatusPage { delivery: DeliverySeen::LinkOnly, changes, ..hers(course) }
}

fn hers(course: Vec<Knot>) -> StatusPage {
    let course = course.into_iter().map(|knot| Knot { to: Some(email("ada@example.com")), ..knot }).collect();
    StatusPage { card: her_card(), recipient_email: email("ada@example.com"), course, ..status() }
}
