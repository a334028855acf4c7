//! The forms of an account. No address and no token stands in a URL that these redirect to.

use leptos::prelude::*;

use crate::{Error, Result};

#[server(prefix = "", endpoint = "/login")]
pub async fn sign_in(#[server(default)] email: String, #[server(default)] password: String) -> Result<(), Error> {
    let caller = crate::visitor::Caller::of_request().await?;
    let email = crate::shop::read_email(&email).map_err(|wrong| Error::Invalid(vec![wrong]))?;
    let password = crate::accounts::Password::typed(password);
    let account = caller.shop.sign_in(&email, &password, caller.address).await?;
    caller.welcome(&account).await
}

#[server(prefix = "", endpoint = "/login/link")]
pub async fn mail_sign_in_link(#[server(default)] email: String) -> Result<(), Error> {
    let caller = crate::visitor::Caller::of_request().await?;
    let email = crate::shop::read_email(&email).map_err(|wrong| Error::Invalid(vec![wrong]))?;
    caller.shop.mail_sign_in_link(&email, caller.address).await?;
    leptos_axum::redirect("/login?sent=link");
    Ok(())
}

#[server(prefix = "", endpoint = "/login/once")]
pub async fn sign_in_once(#[server(default)] link: String, #[server(default)] token: String) -> Result<(), Error> {
    let caller = crate::visitor::Caller::of_request().await?;
    let link = link.parse().map_err(|_| Error::LinkEnded)?;
    let account = caller.shop.sign_in_by_link(&link, &token).await?;
    caller.welcome(&account).await
}

/// Whoever registers is signed in to the account that they just made, unverified: it is theirs whatever the address.
#[server(prefix = "", endpoint = "/register")]
pub async fn register(#[server(default)] email: String, #[server(default)] password: String) -> Result<(), Error> {
    let caller = crate::visitor::Caller::of_request().await?;
    let registration = crate::shop::Registration::read(&email, &password).map_err(Error::Invalid)?;
    let proof = crate::visitor::kept_gift(&caller.session).await?.and_then(|kept| kept.proof());
    let account = caller.shop.register(&registration, proof.as_ref(), caller.address).await?;
    if account.is_verified() {
        return caller.welcome(&account).await;
    }
    crate::visitor::sign_in(&caller.session, &account).await?;
    leptos_axum::redirect("/verify");
    Ok(())
}

/// Verifies by a mailed link or, with the intent `send_again`, mails another.
#[server(prefix = "", endpoint = "/verify")]
pub async fn verify(
    #[server(default)] intent: String,
    #[server(default)] link: String,
    #[server(default)] token: String,
    #[server(default)] password: String,
) -> Result<(), Error> {
    let caller = crate::visitor::Caller::of_request().await?;
    if intent == "send_again" {
        caller.shop.verify_again(&caller.account().await?, caller.address).await?;
        leptos_axum::redirect("/verify");
        return Ok(());
    }
    let link = link.parse().map_err(|_| Error::LinkEnded)?;
    let registrant = crate::shop::Registrant::of(caller.visitor().await?.account(), password);
    let account = caller.shop.verify(&link, &token, &registrant, caller.address).await?;
    caller.welcome(&account).await
}

#[server(prefix = "", endpoint = "/forgot")]
pub async fn forgot(#[server(default)] email: String) -> Result<(), Error> {
    let caller = crate::visitor::Caller::of_request().await?;
    let email = crate::shop::read_email(&email).map_err(|wrong| Error::Invalid(vec![wrong]))?;
    caller.shop.forgot(&email, caller.address).await?;
    leptos_axum::redirect("/forgot?sent=1");
    Ok(())
}

#[server(prefix = "", endpoint = "/reset")]
pub async fn reset(
    #[server(default)] link: String,
    #[server(default)] token: String,
    #[server(default)] password: String,
) -> Result<(), Error> {
    let caller = crate::visitor::Caller::of_request().await?;
    let link = link.parse().map_err(|_| Error::LinkEnded)?;
    let account = caller.shop.reset(&link, &token, &password).await?;
    caller.welcome(&account).await
}

#[server(prefix = "", endpoint = "/logout")]
pub async fn sign_out() -> Result<(), Error> {
    let caller = crate::visitor::Caller::of_request().await?;
    crate::visitor::sign_out(&caller.session).await?;
    leptos_axum::redirect("/");
    Ok(())
}

#[server(prefix = "", endpoint = "/account/password")]
pub async fn change_password(
    #[server(default)] current_password: String,
    #[server(default)] password: String,
) -> Result<(), Error> {
    let caller = crate::visitor::Caller::of_request().await?;
    let account = caller.account().await?;
    let current = crate::accounts::Password::typed(current_password);
    let account = caller.shop.change_password(&account, &current, &password, caller.address).await?;
    crate::visitor::sign_in(&caller.session, &account).await?;
    leptos_axum::redirect("/account?changed=password");
    Ok(())
}

#[server(prefix = "", endpoint = "/account/email")]
pub async fn ask_to_change_email(#[server(default)] email: String, #[server(default)] password: String) -> Result<(), Error> {
    let caller = crate::visitor::Caller::of_request().await?;
    let account = caller.account().await?;
    let email = crate::shop::read_email(&email).map_err(|wrong| Error::Invalid(vec![wrong]))?;
    let password = crate::accounts::Password::typed(password);
    caller.shop.ask_to_change_email(&account, &email, &password, caller.address).await?;
    leptos_axum::redirect("/account/email?sent=1");
    Ok(())
}

#[server(prefix = "", endpoint = "/account/email/confirm")]
pub async fn change_email(#[server(default)] link: String, #[server(default)] token: String) -> Result<(), Error> {
    let caller = crate::visitor::Caller::of_request().await?;
    let account = caller.account().await?;
    let link = link.parse().map_err(|_| Error::LinkEnded)?;
    caller.shop.change_email(&link, &token, &account.id).await?;
    leptos_axum::redirect("/account?changed=email");
    Ok(())
}
