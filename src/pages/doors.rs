//! The doors of the pages: each reads what was asked, calls one verb, and hands its answer to a page. The only file among the pages
//! that knows of requests and sessions.

use std::sync::Arc;

use axum::extract::OriginalUri;
use http::StatusCode;
use http::request::Parts;
use leptos::either::Either;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use tower_sessions::Session;

use super::{
    AccountPage, ChangeAddressPage, ChangePasswordPage, ConfirmAddressPage, Draft, EnterCodePage, ErrorPage, ForgotPage, GiftPage,
    GiftStatusPage, LoginOncePage, LoginPage, Mailed, MailedPage, OneTime, Paper, PrintPage, RedeemPage, Refusal, RegisterPage,
    RemindersStoppedPage, ResetPage, StopRemindersPage, ThanksPage, TokensPage, VerifyPage, gift,
};
use crate::accounts::Account as SignedInAccount;
use crate::shop::{Canceled as CanceledView, GiftFields, GiftKey, RedeemView, Shop};
use crate::visitor::{self, ShownOnce, Visitor};
use crate::{Error, Result};

/// What was asked: by whom, where, and of which shop.
#[derive(Clone)]
struct Asked {
    shop: Arc<Shop>,
    parts: Parts,
}

impl Asked {
    fn now() -> Self {
        Self { shop: expect_context(), parts: expect_context() }
    }

    fn account(&self) -> Option<&SignedInAccount> {
        self.parts.extensions.get::<Visitor>().and_then(Visitor::account)
    }

    fn signed_in(&self) -> Result<&SignedInAccount> {
        self.account().ok_or(Error::Unauthenticated)
    }

    fn query(&self, name: &str) -> Option<String> {
        let query = self.parts.uri.query().unwrap_or_default();
        url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// The link that was mailed, as its address carries it, or the form that was refused on its page.
    fn one_time(&self) -> Option<OneTime> {
        Some(OneTime { link: self.carried("link")?, token: self.carried("token")? }).filter(|link| !link.link.is_empty())
    }

    /// What stands in the address, or stood in the form that was refused.
    fn carried(&self, name: &str) -> Option<String> {
        let refusal = self.parts.extensions.get::<Refusal>();
        self.query(name).or_else(|| Some(refusal?.draft.get(name).to_owned()))
    }

    /// A mailed link that still works.
    async fn living_link(&self) -> Result<OneTime> {
        let link = self.one_time().ok_or(Error::LinkEnded)?;
        let id = link.link.parse().map_err(|_| Error::LinkEnded)?;
        self.shop.look_at_link(&id, &link.token).await?;
        Ok(link)
    }

    /// The address of this page with its query, for the forms that stand on it.
    fn path(&self) -> String {
        let uri = self.parts.extensions.get::<OriginalUri>().map_or(&self.parts.uri, |original| &original.0);
        uri.path_and_query().map_or_else(|| uri.path().to_owned(), ToString::to_string)
    }

    async fn kept(&self) -> Result<Option<GiftKey>> {
        let Some(session) = self.parts.extensions.get::<Session>() else { return Ok(None) };
        Ok(visitor::kept_gift(session).await?.map(GiftKey::Kept))
    }

    /// The gift that the session keeps, as its owner may see it; one that has ended meanwhile is no news here.
    async fn kept_view(&self) -> Result<Option<RedeemView>> {
        let Some(key) = self.kept().await? else { return Ok(None) };
        match self.shop.open_gift(&key, self.account()).await {
            Ok(view) => Ok(Some(view)),
            Err(Error::GiftNotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Shows what `ask` answers, or why there is no answer, with the status that belongs to it.
fn door<T: 'static, V: IntoView + 'static>(
    ask: impl Future<Output = Result<T>> + Send + 'static,
    show: impl FnOnce(T) -> V + Send + 'static,
) -> impl IntoView {
    let options = use_context::<ResponseOptions>();
    let suspended = Suspend::new(async move {
        match ask.await {
            Ok(answer) => Either::Left(show(answer)),
            Err(error) => Either::Right(refused(error, options)),
        }
    });
    view! { <Suspense>{suspended}</Suspense> }
}

fn refused(error: Error, options: Option<ResponseOptions>) -> impl IntoView {
    if let Some(cause) = error.cause() {
        tracing::error!(tag = error.tag(), ?cause, "a page could not be shown");
    }
    if let (Some(options), Ok(status)) = (options, StatusCode::from_u16(error.status())) {
        options.set_status(status);
    }
    let request_id = use_context::<super::RequestId>().map(|id| id.0);
    view! { <ErrorPage error request_id/> }
}

/// Nothing stands at this address; or something was refused before any page was asked, and this says why.
#[component]
pub fn Lost() -> impl IntoView {
    let error = use_context::<Refusal>().map_or(Error::NotFound, |refusal| refusal.error);
    refused(error, use_context())
}

/// A choice can stand in the link that leads here: `/gift?tier=founder&duration_months=6`; or the signed name of a gift that is to be given
/// once more, `/gift?again=gift_…&key=…`.
#[component]
pub fn Gift() -> impl IntoView {
    let asked = Asked::now();
    if let Some(reference) = asked.query("again") {
        let key = asked.query("key").unwrap_or_default();
        let ask = async move { asked.shop.buy_again(&reference, &key).await };
        return door(ask, |fields| view! { <GiftPage start=filled_in(fields)/> }).into_any();
    }
    let choice = ["tier", "duration_months"].into_iter().filter_map(|name| Some((name, asked.query(name)?)));
    let start = gift::typed(choice.collect());
    let (code, order) = (start.get("promo_code").to_owned(), start.get("order").to_owned());
    // Nobody has typed a code who only opens the page, so that one waits for nothing and is the same for everybody.
    if code.is_empty() {
        return view! { <GiftPage start/> }.into_any();
    }
    let ask = async move { asked.shop.quote(&code, &order).await };
    door(ask, |quote| view! { <GiftPage start quote/> }).into_any()
}

#[component]
pub fn Thanks() -> impl IntoView {
    let asked = Asked::now();
    let ask = async move {
        let query = asked.parts.uri.query().unwrap_or_default();
        asked.shop.thanks(&asked.query("order").unwrap_or_default(), query).await
    };
    door(ask, |thanks| view! { <ThanksPage thanks/> })
}

#[component]
pub fn Canceled() -> impl IntoView {
    let asked = Asked::now();
    let ask = async move { asked.shop.canceled(&asked.query("order").unwrap_or_default()).await };
    door(ask, |view| match view {
        CanceledView::NotPaid { fields, quote } => {
            let start = filled_in(*fields);
            Either::Left(view! { <GiftPage start quote came_back=true/> })
        }
        CanceledView::PaidAfterAll(status) => Either::Right(view! { <GiftStatusPage status=*status/> }),
    })
}

/// The form as somebody filled it in.
fn filled_in(fields: GiftFields) -> Draft {
    Draft::from_iter([
        ("tier", fields.tier),
        ("duration_months", fields.duration_months),
        ("occasion", fields.occasion),
        ("recipient_name", fields.recipient_name),
        ("recipient_email", fields.recipient_email),
        ("recipient_email_answer", fields.recipient_email_answer),
        ("message", fields.message),
        ("buyer_name", fields.buyer_name),
        ("buyer_email", fields.buyer_email),
        ("buyer_email_answer", fields.buyer_email_answer),
        ("delivery", fields.delivery),
        ("deliver_on", fields.deliver_on),
        ("time_zone", fields.time_zone),
        ("promo_code", fields.promo_code),
        ("order", fields.order),
    ])
}

/// The gift that a session keeps or a reference names, or the form for a code.
#[component]
pub fn Redeem() -> impl IntoView {
    let asked = Asked::now();
    let (path, declines) = (asked.path(), asked.query("decline").is_some());
    let is_typing =
        use_context::<Refusal>().is_some_and(|refusal| refusal.error.status() == 404 || !refusal.draft.get("code").is_empty());
    let ask = async move {
        let named = asked.query("gift").and_then(|reference| reference.parse().ok()).map(GiftKey::Reference);
        let key = match named {
            Some(key) => Some(key),
            None if is_typing => None,
            None => asked.kept().await?,
        };
        let Some(key) = key else { return Ok(None) };
        match asked.shop.open_gift(&key, asked.account()).await {
            Ok(view) => Ok(Some(view)),
            Err(Error::GiftNotFound) => Ok(None),
            Err(error) => Err(error),
        }
    };
    door(ask, move |view| match view {
        Some(view) => Either::Left(view! { <RedeemPage view path declines/> }),
        None => Either::Right(view! { <EnterCodePage/> }),
    })
}

#[component]
pub fn RedeemLink() -> impl IntoView {
    let asked = Asked::now();
    let (path, declines) = (asked.path(), asked.query("decline").is_some());
    let ask = async move {
        let code = asked.parts.uri.path().trim_start_matches("/redeem/").to_owned();
        let key = GiftKey::typed(&code, asked.query("proof"))?;
        asked.shop.open_gift(&key, asked.account()).await
    };
    door(ask, move |view| view! { <RedeemPage view path declines/> })
}

#[component]
pub fn GiftStatus() -> impl IntoView {
    let asked = Asked::now();
    let ask = async move {
        let reference = asked.parts.uri.path().trim_start_matches("/gifts/").to_owned();
        asked.shop.gift_page(&reference, &asked.query("key").unwrap_or_default()).await
    };
    door(ask, |status| view! { <GiftStatusPage status/> })
}

#[component]
pub fn GiftPrint() -> impl IntoView {
    let asked = Asked::now();
    let paper = Paper::read(&asked.query("paper").unwrap_or_default());
    let ask = async move {
        let reference = asked.parts.uri.path().trim_start_matches("/gifts/").trim_end_matches("/print").to_owned();
        asked.shop.gift_page(&reference, &asked.query("key").unwrap_or_default()).await
    };
    door(ask, move |status| view! { <PrintPage status paper/> })
}

/// With the token of a link, or of the form that was refused: the button. Without one, what the press led to.
#[component]
pub fn Reminders() -> impl IntoView {
    let asked = Asked::now();
    let ask = async move {
        let Some(token) = asked.carried("token") else {
            return asked.query("stopped").map(|_| None).ok_or(Error::NotFound);
        };
        let seen = asked.shop.look_at_reminders(&token).await?;
        Ok((!seen.are_stopped).then_some((token, seen.whose)))
    };
    door(ask, |open| match open {
        Some((token, whose)) => Either::Left(view! { <StopRemindersPage token whose/> }),
        None => Either::Right(view! { <RemindersStoppedPage/> }),
    })
}

#[component]
pub fn Login() -> impl IntoView {
    let asked = Asked::now();
    if asked.query("sent").is_some() {
        return Either::Left(view! { <MailedPage what=Mailed::SignInLink/> });
    }
    Either::Right(door(async move { asked.kept_view().await }, |kept| view! { <LoginPage kept/> }))
}

#[component]
pub fn LoginOnce() -> impl IntoView {
    let asked = Asked::now();
    door(async move { asked.living_link().await }, |link| view! { <LoginOncePage link/> })
}

#[component]
pub fn Register() -> impl IntoView {
    let asked = Asked::now();
    door(async move { asked.kept_view().await }, |kept| view! { <RegisterPage kept/> })
}

/// With a link: its button. The visitor who registered needs no password for it, anybody else does.
#[component]
pub fn Verify() -> impl IntoView {
    let asked = Asked::now();
    let ask = async move {
        let Some(link) = asked.one_time() else { return Ok((None, false)) };
        let id = link.link.parse().map_err(|_| Error::LinkEnded)?;
        let seen = asked.shop.look_at_link(&id, &link.token).await?;
        let is_theirs = asked.account().is_some_and(|account| account.id == seen.account_id);
        Ok((Some(link), !is_theirs))
    };
    door(ask, |(link, asks_password)| view! { <VerifyPage link asks_password/> })
}

#[component]
pub fn Forgot() -> impl IntoView {
    match Asked::now().query("sent") {
        Some(_) => Either::Left(view! { <MailedPage what=Mailed::ResetLink/> }),
        None => Either::Right(view! { <ForgotPage/> }),
    }
}

#[component]
pub fn Reset() -> impl IntoView {
    let asked = Asked::now();
    door(async move { asked.living_link().await }, |link| view! { <ResetPage link/> })
}

#[component]
pub fn Account() -> impl IntoView {
    let asked = Asked::now();
    let ask = async move {
        let account = asked.signed_in()?;
        if let Some(order) = asked.query("order") {
            asked.shop.subscribed(&order, asked.parts.uri.query().unwrap_or_default()).await?;
        }
        asked.shop.account_page(account).await
    };
    door(ask, |account| view! { <AccountPage account/> })
}

#[component]
pub fn ChangePassword() -> impl IntoView {
    let asked = Asked::now();
    door(async move { asked.signed_in().map(|_| ()) }, |()| view! { <ChangePasswordPage/> })
}

#[component]
pub fn ChangeAddress() -> impl IntoView {
    let asked = Asked::now();
    if asked.query("sent").is_some() {
        return Either::Left(view! { <MailedPage what=Mailed::NewAddressLink/> });
    }
    let ask = async move { asked.signed_in().map(|account| account.email.clone()) };
    Either::Right(door(ask, |email| view! { <ChangeAddressPage email/> }))
}

#[component]
pub fn ConfirmAddress() -> impl IntoView {
    let asked = Asked::now();
    door(async move { asked.living_link().await }, |link| view! { <ConfirmAddressPage link/> })
}

/// A token that was just made is shown by the answer to its own form, and by no other.
#[component]
pub fn Tokens() -> impl IntoView {
    let asked = Asked::now();
    let ask = async move {
        let account = asked.signed_in()?;
        let made = asked.parts.extensions.get::<ShownOnce>().and_then(ShownOnce::take);
        Ok((asked.shop.access_tokens(account).await?, made, asked.shop.now()))
    };
    door(ask, |(tokens, made, today)| view! { <TokensPage tokens made today/> })
}
