//! The form of an account's access tokens.
#![expect(clippy::too_many_arguments, reason = "the arguments of a server function are the fields of its form")]

use leptos::prelude::*;

use crate::Error;

/// Makes an access token, or ends the one that `end` names. A new token is in the answer itself and nowhere else, so this is the one form
/// that succeeds without a redirect.
#[server(prefix = "", endpoint = "/account/tokens")]
pub async fn keep_tokens(
    #[server(default)] end: String,
    #[server(default)] name: String,
    #[server(default)] gifts_purchase: String,
    #[server(default)] gifts_redeem: String,
    #[server(default)] gifts_read: String,
    #[server(default)] billing_checkout: String,
    #[server(default)] memberships_read: String,
    #[server(default)] expires: String,
) -> Result<(), Error> {
    let caller = crate::visitor::Caller::of_request().await?;
    let account = caller.account().await?;
    if !end.is_empty() {
        let id = end.parse().map_err(|_| Error::NotFound)?;
        caller.shop.end_access_token(&id, Some(&account)).await?;
        leptos_axum::redirect("/account/tokens?done=token-ended");
        return Ok(());
    }
    let scopes = [gifts_purchase, gifts_redeem, gifts_read, billing_checkout, memberships_read].join(" ");
    let wish = crate::shop::NewAccessToken::read(&name, &scopes, &expires).map_err(Error::Invalid)?;
    let (_, secret) = caller.shop.create_access_token(&account, &wish).await?;
    caller.shows_once(secret).await
}
