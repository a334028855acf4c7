//! The sealed card, for whoever followed the link in the recipient's own mail and has not signed in.

use leptos::prelude::*;

use super::super::parts::{Frame, Place, SealedCard, giver};
use super::super::shopfront;
use super::masked::SignInButtons;
use super::{Address, KeepForm, Otherwise};
use crate::shop::Card;
use crate::values::Email;

#[component]
pub fn SealedPage(card: Card, recipient_email: Email, signed_in_as: Option<Email>, address: Address) -> impl IntoView {
    let name = card.recipient_name.as_str().to_owned();
    let giver = giver(card.giver_name.as_ref());
    let shop = shopfront().brand.name.clone();
    let is_own = card.is_for_oneself;
    let lead = if is_own {
        format!("You have given yourself a membership at {shop}.")
    } else {
        format!("{giver} has given you a membership at {shop}.")
    };
    let other = signed_in_as.map(
        |email| view! { <p>"You are signed in as "<b>{email.as_str().to_owned()}</b>"; this gift is for another address."</p> },
    );
    view! {
        <Frame title="A gift for you" place=Place::Redeem private=true class="moment">
            <div class="centre stack">
                <h1>{name}", this is for you"</h1>
                <p class="lead">{lead}</p>
            </div>
            <SealedCard card/>
            <div class="centre stack">
                {other}
                <p>
                    "To make it yours, sign in with the address it was sent to, "<b>{recipient_email.as_str().to_owned()}</b>
                    ", or create an account with it. Then you see to the day what it gives you, and redeem it with one press."
                </p>
                <KeepForm path=address.plain()><SignInButtons/></KeepForm>
                <p class="small">
                    {if is_own { "There is nothing more to pay, it does not expire" } else { "It costs you nothing and does not expire" }}
                    ", and nothing renews by itself."
                </p>
                <p class="small"><Otherwise is_own address/></p>
            </div>
        </Frame>
    }
}
