//! # Ribbon
//! A self-hosted gift storefront for a membership business. A buyer chooses a tier and a length, writes to somebody, and pays on a
//! provider's hosted checkout. The recipient follows an emailed link, signs in with the address that the gift was sent to, and the
//! membership is theirs. This page is the architecture document; the rules that it states as absences are held by tests.
//!
//! ## The layers
//! Each imports only what stands below it; `tests/walls.rs` reads the sources and holds the table.
//!
//! | layer | what it is |
//! |---|---|
//! | [`server`] | settings, router, guards, background work, graceful stop: wires all the others, and `main` uses nothing else |
//! | [`pages`], [`api`], [`actions`], [`islands`] | the doors: HTML for people, JSON for machines, forms, and the few parts of a page that run in the browser |
//! | [`visitor`] | who is asking |
//! | [`shop`] | the verbs, one file a verb |
//! | [`store`], [`outbox`] | all SQL; and the worker that does what is due |
//! | [`gifts`], [`memberships`], [`checkout`], [`accounts`], [`emails`] | the rules, each without the others |
//! | [`catalog`], [`error`], [`values`] | what everything is made of |
//!
//! Beside them stands [`sandbox`]: the payment providers and a mailbox on this machine, in test mode. It is an outside system reached
//! over HTTP, and shares with the rest only [`values`] and [`checkout::signatures`].
//!
//! ## What is never so
//! - Nothing under [`checkout`] knows what a gift is; it sells line items and answers with facts. Selling something else touches [`shop`].
//! - Nothing under [`gifts`], [`memberships`] or [`emails`] waits for anything: no I/O, no clock, no randomness. `now` is handed in, and
//!   only the [`shop::Shop`] owns a [`values::Clock`] and a [`values::Entropy`].
//! - No verb calls another, and no network call stands inside a transaction: it comes before, or after through the [`outbox`].
//! - No table holds a code, a proof or a link's token. They are derived from a [`values::Secret`] and a row's id, so that a mail can be
//!   sent again and a stolen database redeems nothing. Of an access token there is a digest.
//! - No GET changes anything, because programs that read mail follow every link in it; but that its recipient has the card before them,
//!   signed in, is noted once.
//! - No check decides a race, the database does: a row that changes has a `version`, and a change that finds another one begins again.
//! - `cfg(feature …)` stands in this file only. `ssr` is the server, `hydrate` the islands; in islands mode the browser never runs a page.
//!
//! ## Three hops
//! A door parses what came, calls one verb, and answers. The verb reads as: now, begin, find, decide, write, tell, commit. The rule that
//! decides is a pure function of a value: [`gifts::Gift::redeem`], [`checkout::Order::apply`], [`memberships::timeline`].
//!
//! ## A gift travels
//! 1. **Chosen.** [`pages::GiftPage`] is a form without a script. It posts to [`actions::buy_gift`]; a refused form is rendered again
//!    around its refusal by `server::refused_forms`. [`shop::Purchase::read`] names every field that is wrong.
//! 2. **Promised.** [`shop::Shop::buy`] writes order, gift and checkout session in one transaction, opens the provider's page outside of it
//!    by [`checkout::Provider::open`], and sends the buyer there. The same form again, while the order is open, leads to the same page.
//!    Whoever turns back and corrects it takes the use of their promo code along, by the signed token of the page that they left.
//! 3. **Paid.** The provider calls `/webhooks/{provider}`, and [`shop::Shop::hear`] verifies the raw bytes. The buyer comes back, and
//!    [`shop::Shop::thanks`] asks about the session that the signed token names. Nobody comes, and [`shop::Shop::reconcile`] asks by itself.
//!    All three end in `Shop::fulfil`, which lets an event take effect once. Money that was under way and does not arrive is told to its
//!    buyer by [`outbox::payment_failed`].
//! 4. **Settled.** [`checkout::Order::apply`] says what the fact means for the order, [`gifts::Gift::follow`] what that means for the gift.
//!    In the same transaction [`outbox::receipt`] and, where one is due, [`outbox::gift_for_you`] are posted.
//! 5. **Delivered.** [`outbox::Worker::work_once`] leases what is due, writes the mail from what is true at that moment
//!    ([`emails::Letter::render`]), sends it through an [`outbox::Mailer`], and marks gift and entry together.
//!    What its carrier reports of it later comes in by [`shop::Shop::hear_of_mail`]; both end in `outbox::fate`, which tells whoever can
//!    mend it, once.
//!    A gift that nobody redeems reminds its recipient and then its giver, each once, as [`gifts::Gift::reminder_due`] has it; either stops
//!    that by [`shop::Shop::stop_reminders`], and a mail program for them by one press.
//! 6. **Opened.** [`shop::Shop::open_gift`] shows what [`gifts::Gift::sight`] allows: a masked address to whoever has only the code, the
//!    sealed card to whoever has the proof from the mail, and to the recipient what redeeming would do, by [`memberships::preview`].
//!    [`shop::Shop::keep_gift`] remembers the gift, not its code, while its recipient signs in.
//! 7. **Redeemed.** [`shop::Shop::redeem`]: in one transaction the gift is redeemed, the grant appended to the ledger, and the giver told.
//!    [`shop::Shop::account_page`] shows the time that it gave, by [`memberships::timeline`]. [`shop::Shop::thank`] tells the giver what the
//!    recipient says to it; [`shop::Shop::decline`] gives it back to them to choose anew.
//! 8. **Undone.** A refund or a lost dispute comes in by the same way as the payment did, and voids the gift, or ends what is left of the
//!    grant and nothing else. What we want of a provider ourselves, such as giving back a second payment, or that of a gift
//!    which its buyer has taken back, is an errand of the [`outbox`].
//!
//! A program comes by the same verbs as a page: `api` reads its body member by member, names all that is wrong at once, and asks
//! [`visitor::bearer`] whose token it shows. What it may send and what it gets is described by [`api::describe`], from the code itself;
//! [`pages::DocsPage`] renders that for people, and a test holds it against the contract.
//!
//! Whatever changes an account's ledger leaves word, in the same transaction, of the end that follows from it: [`memberships::end`]. It goes
//! out a week before, to the member and, where they agreed to that by [`shop::Shop::tell_end`], to the giver of what runs last. When it is
//! due the timeline is read again, so that nothing is said of an end that has moved.
//!
//! A subscription for oneself takes the same way: [`shop::Shop::subscribe`] promises it, and what its provider says of it comes in through
//! `Shop::fulfil`. [`checkout::Subscription::follow`] says when it begins and stops, and each opens or closes a period of the ledger.
//!
//! A program comes through [`api`] with an access token, from which [`visitor::bearer()`] finds the account that it works for, and takes the
//! same verbs. A [`shop::RequestKey`] lets it ask again: the verb keeps the ids of what it made in the transaction that makes it, and the
//! answer is made again from those.

#[cfg(feature = "ssr")]
pub mod accounts;
pub mod actions;
#[cfg(feature = "ssr")]
pub mod api;
pub mod catalog;
#[cfg(feature = "ssr")]
pub mod checkout;
#[cfg(feature = "ssr")]
pub mod emails;
pub mod error;
#[cfg(feature = "ssr")]
pub mod gifts;
pub mod islands;
#[cfg(feature = "ssr")]
pub mod memberships;
#[cfg(feature = "ssr")]
pub mod outbox;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod sandbox;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(feature = "ssr")]
pub mod shop;
#[cfg(feature = "ssr")]
pub mod store;
pub mod values;
#[cfg(feature = "ssr")]
pub mod visitor;

#[cfg(test)]
#[cfg(feature = "ssr")]
mod tests;

pub use error::{Error, Result};

/// What a browser calls once it has the program: wakes the islands of the page that it stands on.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
