//! `/redeem`: for whoever holds a printed code and no link.

use leptos::prelude::*;

use super::super::Draft;
use super::super::parts::{Field, Frame, Place, Slip};
use super::super::refusal::typed_or;

#[component]
pub fn EnterCodePage() -> impl IntoView {
    /// 24 symbols, and room for however they are set apart, or for the whole link that was pasted instead.
    const LONGEST: usize = 512;
    let draft = typed_or(Draft::default());
    view! {
        <Frame
            title="Redeem a gift"
            place=Place::Redeem
            description="Type the code on your card and look at what you were given. Nothing is redeemed by looking."
        >
            <h1>"Redeem a gift"</h1>
            <p class="lead">"It came by email? Follow the link there, and you need no code."</p>
            <Slip kept="Nothing was redeemed."/>
            <form class="sheet slim" method="post" action="/redeem" novalidate>
                <input type="hidden" name="intent" value="open"/>
                <Field
                    name="code"
                    label="The code on your card"
                    value=draft.get("code")
                    class="code"
                    longest=LONGEST
                    hint="24 letters and figures. Capitals, blanks and hyphens do not matter."
                />
                <p class="row gap">
                    <button class="btn">"Look at the gift"</button>
                    <span class="small">"Nothing is redeemed yet."</span>
                </p>
            </form>
        </Frame>
    }
}
