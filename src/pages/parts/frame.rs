//! What stands around every page: the way past it, the test label, the head with its navigation, the foot.

use leptos::prelude::*;
use leptos_meta::{Meta, Title};

use super::super::{Notice, Refusal, Shopfront, SignedIn, shopfront};
use super::Letterbox;

/// Which entry of the navigation a page belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    Gift,
    Redeem,
    Account,
    #[default]
    Elsewhere,
}

/// One page. Its title gets the shop's name behind it and what is to be corrected before it.
#[component]
pub fn Frame(
    #[prop(into)] title: String,
    #[prop(optional)] place: Place,
    /// Kept out of search engines: it shows somebody's data or does something.
    #[prop(optional)]
    private: bool,
    /// What a search engine writes below the title. A page that no search finds says which shop's it is.
    #[prop(optional)]
    description: Option<&'static str>,
    #[prop(optional)] class: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    let front = shopfront();
    let title = whole_title(title, &front);
    let description =
        description.map_or_else(|| format!("A page of {}, where memberships are given.", front.brand.name), str::to_owned);
    let notice = use_context::<Notice>().map(|notice| view! { <p class="note" role="status">{notice.sentence()}</p> });
    view! {
        <Title text=escaped(&title)/>
        <Meta name="description" content=description/>
        {private.then(|| view! { <Meta name="robots" content="noindex"/> })}
        <a class="skip" href="#main">"Skip to the page"</a>
        {front.sandbox_url.clone().map(|href| view! { <TestLabel href/> })}
        <Head place name=front.brand.name.clone()/>
        <main id="main" class=class>
            {notice}
            {children()}
        </main>
        <Foot front=front.as_ref().clone()/>
    }
}

fn whole_title(title: String, front: &Shopfront) -> String {
    let name = &front.brand.name;
    match Refusal::of_this_page() {
        Some(refusal) => format!("{}: {title} · {name}", refusal.in_title()),
        None => title + " · " + name,
    }
}

/// `leptos_meta` writes a title as it stands, and a name in it is whatever somebody typed.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// The woven label that says on every page that no money moves.
#[component]
fn TestLabel(href: String) -> impl IntoView {
    view! {
        <aside class="test" aria-label="Test mode">
            <p><b>"Test mode."</b>" No money moves and no mail leaves this machine. "<a href=href>"Open the sandbox"</a></p>
        </aside>
    }
}

#[component]
fn Head(place: Place, name: String) -> impl IntoView {
    let current = move |here: Place| (here == place).then_some("page");
    let signed_in = use_context::<SignedIn>().is_some_and(|SignedIn(signed_in)| signed_in);
    let (own_path, own_words) = if signed_in { ("/account", "Your account") } else { ("/login", "Sign in") };
    view! {
        <header class="top">
            <a class="mark" href="/">{name}</a>
            <nav aria-label="Main">
                <a href="/gift" aria-current=current(Place::Gift)>"Make a gift"</a>
                <a href="/redeem" aria-current=current(Place::Redeem)>"Redeem"</a>
                <a href=own_path aria-current=current(Place::Account)>{own_words}</a>
            </nav>
        </header>
    }
}

#[component]
fn Foot(front: Shopfront) -> impl IntoView {
    view! {
        <footer class="foot">
            <p>{front.brand.name}", "{front.brand.postal_address}". Questions: "<Letterbox/></p>
        </footer>
    }
}
