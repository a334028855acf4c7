//! Declining, which its recipient can't take back: what it does, a word to the giver, and the button.

use leptos::prelude::*;

use super::super::Draft;
use super::super::parts::{CardFront, Frame, MessageField, Place, Slip, giver};
use super::super::refusal::typed_or;
use super::{Address, in_sentence};
use crate::shop::Card;

#[component]
pub fn DeclinePage(card: Card, address: Address) -> impl IntoView {
    let whole = giver(card.giver_name.as_ref());
    let giver = in_sentence(card.giver_name.as_ref());
    let draft = typed_or(Draft::default());
    view! {
        <Frame title="Decline this gift" place=Place::Redeem private=true>
            <div class="pair">
                <div class="stack">
                    <h1>"Decline this gift?"</h1>
                    <p class="lead">
                        {whole}" is told, and chooses what becomes of it: somebody else has it, or the money goes back. Nothing of yours changes."
                    </p>
                    <Slip kept="Nothing was declined."/>
                    <form class="stack gap" method="post" action=address.declining() novalidate>
                        <input type="hidden" name="intent" value="decline"/>
                        <MessageField
                            name="word"
                            label=format!("A word to {giver}")
                            value=draft.get("word").to_owned()
                            hint="Up to 500 characters. It goes with the news, and your address does not."
                        />
                        <p class="row gap">
                            <button class="btn">"Decline the gift"</button>
                            <a class="btn quiet" href=address.plain()>"Keep it"</a>
                        </p>
                        <p class="small">"You can’t undo this yourself. Only "{giver}" can give it to you again."</p>
                    </form>
                </div>
                <CardFront card class="stay"/>
            </div>
        </Frame>
    }
    .into_any()
}
