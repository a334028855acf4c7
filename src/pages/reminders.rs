//! `/reminders`: where the link in a reminder leads. One button stops them, and nothing but the button does.

use leptos::prelude::*;

use super::parts::{Frame, Slip};
use crate::gifts::Whom;

/// Before the press. `token` is what the link carries.
#[component]
pub fn StopRemindersPage(token: String, whose: Whom) -> impl IntoView {
    let lead = match whose {
        Whom::Recipient => "We remind you of a gift once, a week after its card. One press, and nothing more of the kind comes.",
        Whom::Giver => {
            "When nobody has redeemed a gift after a month, we remind you of it once. One press, and nothing more of the kind comes."
        }
    };
    view! {
        <Frame title="Stop reminders" private=true>
            <div class="stack">
                <h1>"No more reminders about this gift?"</h1>
                <p class="lead">{lead}</p>
                <Slip/>
                <form method="post" action="/reminders">
                    <input type="hidden" name="token" value=token/>
                    <button class="btn">"Stop the reminders"</button>
                </form>
                <p class="small">"The gift itself stays as it is, and does not expire."</p>
            </div>
        </Frame>
    }
}

/// After it, whoever pressed.
#[component]
pub fn RemindersStoppedPage() -> impl IntoView {
    view! {
        <Frame title="No more reminders" private=true>
            <div class="stack">
                <h1>"No more reminders about this gift"</h1>
                <p class="lead">"Nothing more of the kind comes to you. The gift itself stays as it is."</p>
            </div>
        </Frame>
    }
}
