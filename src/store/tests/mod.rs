//! Every store function on both engines: what is written is read again, and races have one winner.

mod events;
mod gifts;
mod orders;
mod promo_codes;
mod things;
mod transactions;
