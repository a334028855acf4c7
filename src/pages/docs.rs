//! `/docs`: the API's guide for whoever integrates the shop, rendered from its own description. Complete without scripts, as every page is.

mod operation;

use std::sync::Arc;

use leptos::prelude::*;
use serde_json::Value;

use super::parts::Frame;
use operation::{Member, Operation, Refused, operations};

/// What the API says of itself (OpenAPI 3.1); provided as context.
#[derive(Clone, Debug)]
pub struct ApiDescription(pub Arc<Value>);

#[component]
pub fn DocsPage() -> impl IntoView {
    let description = use_context::<ApiDescription>().map(|ApiDescription(description)| description).unwrap_or_default();
    let origin = description.pointer("/servers/0/url").and_then(Value::as_str).unwrap_or_default().to_owned();
    let operations = operations(&description);
    let entries = operations.iter().map(|operation| view! { <Entry operation=operation.clone()/> }).collect_view();
    let sections =
        operations.iter().map(|operation| view! { <Section operation=operation.clone() origin=origin.clone()/> }).collect_view();
    let refused = all_refused(&operations);
    view! {
        <Frame
            title="The API"
            class="docs"
            description="Sell and redeem gift memberships from a program of your own: endpoints, access tokens, examples and errors."
        >
            <div class="stack">
                <h1>"The API"</h1>
                <p class="lead">"Sell and redeem gift memberships from a program of your own. All you need is this page and a token."</p>
                <p>"As a machine reads it: "<a href="/openapi.json">"openapi.json"</a>" (OpenAPI 3.1)."</p>
                <p class="row">
                    <a href="#tokens">"Access tokens"</a>" "
                    <a href="#requests">"Requests"</a>" "
                    <a href="#repeating">"Sending it again"</a>" "
                    <a href="#returning">"Where buyers return to"</a>" "
                    <a href="#limits">"Limits"</a>" "
                    <a href="#errors">"Errors"</a>
                </p>
            </div>
            <nav class="sheet" aria-label="Endpoints"><ul class="facts">{entries}</ul></nav>
            <Guide/>
            {sections}
            <Errors refused/>
        </Frame>
    }
    .into_any()
}

#[component]
fn Entry(operation: Operation) -> impl IntoView {
    let call = format!("{} {}", operation.method, operation.path);
    view! {
        <li>
            <a href=format!("#{}", operation.id)>{operation.summary}</a>
            <code class="small">{call}</code>
        </li>
    }
}

/// What holds for every endpoint.
#[component]
fn Guide() -> impl IntoView {
    view! {
        <section class="ruled" aria-labelledby="tokens">
            <h2 id="tokens">"Access tokens"</h2>
            <div class="stack">
                <p>
                    "A program shows itself by an access token of an account: "<code>"Authorization: Bearer ribbon_…"</code>
                    ". Make one on "<a href="/account">"your account’s page"</a>
                    ". It is shown once, does only what its scopes name, and ends when you end it or when it expires."
                </p>
                <p>
                    "Without a token, or with one that isn’t known, the answer is 401; with one that lacks the scope it is 403. "
                    <code>"WWW-Authenticate"</code>" says which."
                </p>
            </div>
        </section>
        <section class="ruled" aria-labelledby="requests">
            <h2 id="requests">"Requests"</h2>
            <div class="stack">
                <p>
                    "Bodies are JSON objects of at most 65,536 bytes, sent as "<code>"application/json"</code>
                    ". Members that aren’t named here are ignored; a member that stands there twice is refused. Answers are JSON too, are "
                    "compressed for whoever takes gzip or brotli, and carry "<code>"X-Request-Id"</code>
                    ", which is worth keeping: support finds the request by it."
                </p>
                <p>
                    "An amount is a whole number of the currency’s smallest unit. Times are UTC, as RFC 3339 writes them."
                </p>
            </div>
        </section>
        <section class="ruled" aria-labelledby="repeating">
            <h2 id="repeating">"Sending it again"</h2>
            <div class="stack">
                <p>
                    "Send "<code>"Idempotency-Key"</code>" with a POST, and you may send it again when the answer was lost: for 24 hours the "
                    "same key and the same body get the same answer, and have one effect, also when both run at once. The same key with "
                    "another body is refused, with 400, or with 422 where one subscribes. A key is 1 to 255 visible ASCII characters of your own making."
                </p>
            </div>
        </section>
        <section class="ruled" aria-labelledby="returning">
            <h2 id="returning">"Where buyers return to"</h2>
            <div class="stack">
                <p>
                    <code>"success_url"</code>" and "<code>"cancel_url"</code>" are whole addresses on the shop’s own origin, or on one that its "
                    "operator listed in "<code>"RIBBON_ALLOWED_ORIGINS"</code>
                    ". Scripts of pages on those may ask the API from a browser, too. Coming back proves nothing: ask for the gift’s status."
                </p>
            </div>
        </section>
        <section class="ruled" aria-labelledby="limits">
            <h2 id="limits">"Limits"</h2>
            <div class="stack">
                <p>
                    "Checkouts, and codes that don’t exist, are counted for each network. "<code>"RateLimit-Policy"</code>" and "
                    <code>"RateLimit"</code>" (draft-ietf-httpapi-ratelimit-headers) say how many there are in how many seconds, and how many of "
                    "them are left for how long. When none is left the answer is 429, and "<code>"Retry-After"</code>" says when to come back."
                </p>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Section(operation: Operation, origin: String) -> impl IntoView {
    let curl = operation.curl(&origin);
    let scope = operation.scope.clone().map(|scope| view! { <p class="small">"Scope "<code>{scope}</code></p> });
    let query =
        (!operation.parameters.is_empty()).then(|| view! { <Members title="Parameters" members=operation.parameters.clone()/> });
    let body = (!operation.body.is_empty()).then(|| view! { <Members title="Body" members=operation.body.clone()/> });
    let answer = (!operation.answer.is_empty()).then(|| {
        view! {
            <details>
                <summary>"Every member of the answer"</summary>
                <Members title="Answer" members=operation.answer.clone()/>
            </details>
        }
    });
    let paragraphs = operation.description.split("\n\n").map(|text| view! { <p><Ticked text=text.to_owned()/></p> }).collect_view();
    view! {
        <section class="ruled" aria-labelledby=operation.id.clone()>
            <div class="stack">
                <h2 id=operation.id.clone()>{operation.summary.clone()}</h2>
                <p><code><b>{operation.method}</b>" "{operation.path.clone()}</code></p>
                {scope}
            </div>
            <div class="stack">
                {paragraphs}
                <Sample title="Asked" text=curl/>
                <Sample title="Answered, with 200" text=operation.answer_example.clone()/>
                {query}
                {body}
                {answer}
                <h3>"Refusals"</h3>
                <Tags refused=operation.refused.clone()/>
            </div>
        </section>
    }
    .into_any()
}

/// Text of a program, as wide as it likes in a frame of its own. It can be scrolled by keyboard.
#[component]
fn Sample(title: &'static str, text: String) -> impl IntoView {
    view! {
        <figure>
            <figcaption class="small">{title}</figcaption>
            <pre tabindex="0" role="group" aria-label=title><code>{text}</code></pre>
        </figure>
    }
}

#[component]
fn Members(title: &'static str, members: Vec<Member>) -> impl IntoView {
    let rows = members.into_iter().map(|member| {
        let kind = if member.is_needed { member.kind } else { format!("{}, optional", member.kind) };
        view! {
            <div>
                <dt><code>{member.name}</code>" "<span class="small">{kind}</span></dt>
                <dd><Ticked text=member.about/></dd>
            </div>
        }
    });
    view! {
        <h3>{title}</h3>
        <dl class="members">{rows.collect_view()}</dl>
    }
    .into_any()
}

/// Statuses and tags, each a way to what it means.
#[component]
fn Tags(refused: Vec<Refused>) -> impl IntoView {
    let tags = refused.into_iter().map(|refused| match refused.tag.as_str() {
        "" => view! { <li>{refused.status}" "{refused.when}</li> }.into_any(),
        tag => view! { <li><a href=format!("#{tag}")>{refused.status}" "<code>{tag.to_owned()}</code></a></li> }.into_any(),
    });
    view! { <ul class="row">{tags.collect_view()}</ul> }.into_any()
}

#[component]
fn RefusedList(refused: Vec<Refused>) -> impl IntoView {
    let rows = refused.into_iter().map(|refused| {
        let Refused { status, tag, when } = refused;
        let id = tag.clone();
        view! {
            <div id=id>
                <dt>{status}" "<code>{tag}</code></dt>
                <dd><Ticked text=when/></dd>
            </div>
        }
    });
    view! { <dl class="members">{rows.collect_view()}</dl> }.into_any()
}

/// Every tag once, with its status.
#[component]
fn Errors(refused: Vec<Refused>) -> impl IntoView {
    view! {
        <section class="ruled" aria-labelledby="errors">
            <h2 id="errors">"Errors"</h2>
            <div class="stack">
                <p>
                    "Whatever isn’t done is answered with "<code>"error"</code>", a tag that stays as it is; "<code>"message"</code>
                    ", a sentence for your log; and, where a member is wrong, "<code>"field"</code>" and "<code>"fields"</code>
                    ". Only subscribing names wrong members in another way, as its section shows. Beside these, a path where nothing stands "
                    "is 404 "<code>"not_found"</code>", and another method 405 "<code>"method_not_allowed"</code>" with "<code>"Allow"</code>"."
                </p>
                <RefusedList refused/>
            </div>
        </section>
    }
    .into_any()
}

fn all_refused(operations: &[Operation]) -> Vec<Refused> {
    let mut all: Vec<Refused> = Vec::new();
    for refused in operations.iter().flat_map(|operation| &operation.refused) {
        if !refused.tag.is_empty() && all.iter().all(|known| known.tag != refused.tag) {
            all.push(refused.clone());
        }
    }
    all.sort_by(|one, other| one.status.cmp(&other.status));
    all
}

/// Text in which words between backticks are a program's.
#[component]
fn Ticked(text: String) -> impl IntoView {
    let parts = text.split('`').enumerate();
    parts
        .map(|(index, part)| {
            if index % 2 == 1 { view! { <code>{part.to_owned()}</code> }.into_any() } else { part.replace('\'', "’").into_any() }
        })
        .collect_view()
}
