//! Which page stands at which path. Every page is rendered whole before its first byte goes out: without scripts nothing could come later.

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{ParamSegment, SsrMode, StaticSegment, path};

use super::doors;

/// The pages and their paths.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let whole = SsrMode::Async;
    view! {
        <Router>
            <Routes fallback=doors::Lost>
                <Route path=StaticSegment("") view=super::HomePage ssr=whole.clone()/>
                <Route path=StaticSegment("gift") view=doors::Gift ssr=whole.clone()/>
                <Route path=path!("/gift/thanks") view=doors::Thanks ssr=whole.clone()/>
                <Route path=path!("/gift/canceled") view=doors::Canceled ssr=whole.clone()/>
                <Route path=StaticSegment("redeem") view=doors::Redeem ssr=whole.clone()/>
                <Route path=(StaticSegment("redeem"), ParamSegment("code")) view=doors::RedeemLink ssr=whole.clone()/>
                <Route path=(StaticSegment("gifts"), ParamSegment("reference")) view=doors::GiftStatus ssr=whole.clone()/>
                <Route path=(StaticSegment("gifts"), ParamSegment("reference"), StaticSegment("print")) view=doors::GiftPrint ssr=whole.clone()/>
                <Route path=StaticSegment("reminders") view=doors::Reminders ssr=whole.clone()/>
                <Route path=path!("/reminders/stop") view=doors::Reminders ssr=whole.clone()/>
                <Route path=StaticSegment("docs") view=super::DocsPage ssr=whole.clone()/>
                <Route path=StaticSegment("login") view=doors::Login ssr=whole.clone()/>
                <Route path=path!("/login/link") view=doors::Login ssr=whole.clone()/>
                <Route path=path!("/login/once") view=doors::LoginOnce ssr=whole.clone()/>
                <Route path=StaticSegment("register") view=doors::Register ssr=whole.clone()/>
                <Route path=StaticSegment("verify") view=doors::Verify ssr=whole.clone()/>
                <Route path=StaticSegment("forgot") view=doors::Forgot ssr=whole.clone()/>
                <Route path=StaticSegment("reset") view=doors::Reset ssr=whole.clone()/>
                <Route path=StaticSegment("account") view=doors::Account ssr=whole.clone()/>
                <Route path=path!("/account/password") view=doors::ChangePassword ssr=whole.clone()/>
                <Route path=path!("/account/email") view=doors::ChangeAddress ssr=whole.clone()/>
                <Route path=path!("/account/email/confirm") view=doors::ConfirmAddress ssr=whole.clone()/>
                <Route path=path!("/account/tokens") view=doors::Tokens ssr=whole/>
            </Routes>
        </Router>
    }
}
