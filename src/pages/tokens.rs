//! `/account/tokens`: the tokens by which programs work for an account.

use leptos::prelude::*;

use super::parts::dates::date;
use super::parts::field::PickWrong;
use super::parts::{Field, Frame, Pick, Place, Slip};
use super::refusal::{Draft, Refusal};
use crate::accounts::{AccessToken, Lifetime, Scope, TokenSecret};
use crate::values::{Label, Timestamp};

/// `made` is the token that this answer, and no later one, shows: the table has only a digest of it. So the form that made it is answered
/// by the page itself, where others are by a redirect, and nobody keeps that answer.
#[component]
pub fn TokensPage(tokens: Vec<AccessToken>, made: Option<TokenSecret>, today: Timestamp) -> impl IntoView {
    let draft = Refusal::of_this_page().map(|refusal| refusal.draft).unwrap_or_default();
    let list = if tokens.is_empty() {
        view! { <p>"No tokens yet."</p> }.into_any()
    } else {
        let lines = tokens.into_iter().map(|token| view! { <Line token today/> }).collect_view();
        view! { <ul class="facts">{lines}</ul> }.into_any()
    };
    view! {
        <Frame title="Access tokens" place=Place::Account private=true>
            <div class="stack">
                <h1>"Access tokens"</h1>
                <p class="lead">"With a token a program does for you what you allow it, and nothing else."</p>
                <p class="row"><a href="/docs">"What programs can do here"</a>" "<a href="/account">"Back to your account"</a></p>
                <Slip/>
            </div>
            {made.map(|secret| view! { <Made secret/> })}
            <section class="ruled" aria-labelledby="tokens"><h2 id="tokens">"Your tokens"</h2>{list}</section>
            <section class="ruled" aria-labelledby="make"><h2 id="make">"Make a token"</h2><MakeToken draft/></section>
        </Frame>
    }
    .into_any()
}

#[component]
fn Made(secret: TokenSecret) -> impl IntoView {
    view! {
        <section class="note slim gap stack" role="status">
            <h2>"Your new token"</h2>
            <p class="code">{secret.reveal().to_owned()}</p>
            <p>"Copy it now. This is the only time that it is shown: we keep nothing that it could be read from."</p>
        </section>
    }
    .into_any()
}

#[component]
fn Line(token: AccessToken, today: Timestamp) -> impl IntoView {
    let used = token.last_used_at.map_or_else(|| "never used".to_owned(), |at| format!("last used {}", date(at)));
    let ends = match token.expires_at {
        Some(at) if at <= today => format!("expired {}", date(at)),
        Some(at) => format!("expires {}", date(at)),
        None => "never expires".to_owned(),
    };
    let name = token.name.as_str().to_owned();
    view! {
        <li>
            <div>
                <p><b>{name.clone()}</b></p>
                <p class="small code">{token.scopes.to_string()}</p>
                <p class="small">{format!("Made {}, {used}, {ends}.", date(token.created_at))}</p>
            </div>
            <form method="post" action="/account/tokens">
                <input type="hidden" name="end" value=token.id.to_string()/>
                <button class="btn quiet">"End it"<span class="vh">{format!(": {name}")}</span></button>
            </form>
        </li>
    }
    .into_any()
}

#[component]
fn MakeToken(draft: Draft) -> impl IntoView {
    let scope = |scope: Scope| {
        let name = field_of(scope);
        let id = (scope == Scope::GiftsPurchase).then_some("scopes");
        view! {
            <Pick name value=scope.to_string() checked=!draft.get(name).is_empty() kind="checkbox" id>
                <b>{scope.in_words()}</b>
                <span class="hint code">{scope.as_str()}</span>
            </Pick>
        }
    };
    let chosen = draft.get("expires").parse().unwrap_or(Lifetime::Days(90));
    let lifetime = |lifetime: Lifetime| {
        let id = (lifetime == Lifetime::Days(30)).then_some("expires");
        let words = match lifetime {
            Lifetime::Days(days) => format!("In {days} days"),
            Lifetime::UntilEnded => "Never".to_owned(),
        };
        view! {
            <Pick name="expires" value=lifetime.to_string() checked=lifetime == chosen id><b>{words}</b></Pick>
        }
    };
    view! {
        <form class="sheet slim" method="post" action="/account/tokens" novalidate>
            <Field
                name="name"
                label="What it is for"
                value=draft.get("name")
                hint="For example “Newsletter shop”. It helps you to know which one to end."
                longest=Label::LONGEST
            />
            <fieldset>
                <legend>"What it may do"</legend>
                <PickWrong name="scopes"/>
                <div class="picks">{Scope::ALL.map(scope).collect_view()}</div>
            </fieldset>
            <fieldset>
                <legend>"When it expires"</legend>
                <PickWrong name="expires"/>
                <div class="picks two">{Lifetime::OFFERED.map(lifetime).collect_view()}</div>
            </fieldset>
            <p class="gap"><button class="btn">"Make the token"</button></p>
            <p class="small gap">"All tokens end when you change your password."</p>
        </form>
    }
    .into_any()
}

/// Each box has a name of its own: a form in which one comes twice is refused.
const fn field_of(scope: Scope) -> &'static str {
    match scope {
        Scope::GiftsPurchase => "gifts_purchase",
        Scope::GiftsRedeem => "gifts_redeem",
        Scope::GiftsRead => "gifts_read",
        Scope::BillingCheckout => "billing_checkout",
        Scope::MembershipsRead => "memberships_read",
    }
}
