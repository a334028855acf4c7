//! The forms of an account. No address and no token stands in a URL that these redirect to.

use leptos::prelude::*;

use crate::{Error, Result};

#[server(prefix = "", endpoint = "/login")]
pub async fn sign_in(#[server(default)] email: String, #[server(default)] password: String) -> Result<(), Error> {
    let caller = crate::visitor::Caller::of_request().await?;
    let email = crate::shop::read_email(&email).map_err(|wrong| Error::Invalid(vec![wrong]))?;
    let password = crate::accounts::Password::typed(password);
    let account = caller.shop.sign_in(&email, &password, caller.address).await?;
    caller.welcome(&account, "/account").await
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
    caller.welcome(&account, "/account").await
}

/// Whoever registers is signed in to the account that they just made, unverified: it is theirs whatever the address.
#[server(prefix = "", endpoint = "/register")]
pub async fn register(
    #[server(default)] email: String,
    #[server(default)] email_answer: String,
    #[server(default)] password: String,
) -> Result<(), Error> {
    let caller = crate::visitor::Caller::of_request().await?;
    let registration = crate::shop::Registration::read_answered(&email, &email_answer, &password).map_err(Error::Invalid)?;
    let proof = crate::visitor::kept_gift(&caller.session).await?.and_then(|kept| kept.proof());
    let account = caller.shop.register(&registration, proof.as_ref(), caller.address).await?;
    if account.is_verified() {
        return caller.welcome(&account, "/account").await;
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
    caller.welcome(&account, "/account?done=verified").await
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
    caller.welcome(&account, "/account?done=password-changed").await
}

#[server(prefix = "", endpoint = "/logout")]
pub async fn sign_out() -> Result<(), Error> {
    let caller = crate::visitor::Caller::of_request().await?;
    crate::visitor::sign_out(&caller.session).await?;
    leptos_axum::redirect("/?done=signed-out");
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
    leptos_axum::redirect("/account?done=password-changed");
    Ok(())
}

#[server(prefix = "", endpoint = "/account/email")]
pub async fn ask_to_change_email(
    #[server(default)] email: String,
    #[server(default)] email_answer: String,
    #[server(default)] password: String,
) -> Result<(), Error> {
    let caller = crate::visitor::Caller::of_request().await?;
    let account = caller.account().await?;
    let email = crate::shop::read_email_answered(&email, &email_answer).map_err(|wrong| Error::Invalid(vec![wrong]))?;
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
    leptos_axum::redirect("/account?done=address-changed");
    Ok(())
}

/// As `intent` says: a subscription of one's own is begun, ended, or its tier kept for later; or the giver of a gift is to be told of the
/// membership's end, or not.
#[server(prefix = "", endpoint = "/account")]
pub async fn change_membership(
    #[server(default)] intent: String,
    #[server(default)] plan: String,
    #[server(default)] gift: String,
) -> Result<(), Error> {
    let caller = crate::visitor::Caller::of_request().await?;
    let account = caller.account().await?;
    if let told @ ("tell_end" | "keep_end") = intent.as_str() {
        let gift = gift.parse().map_err(|_| Error::GiftNotFound)?;
        let is_told = told == "tell_end";
        caller.shop.tell_end(&gift, &account, is_told).await?;
        leptos_axum::redirect(if is_told { "/account?done=end-told" } else { "/account?done=end-not-told" });
        return Ok(());
    }
    if intent == "end" {
        caller.shop.end_subscription(&account, crate::checkout::CancelWhen::AtPeriodEnd).await?;
        leptos_axum::redirect("/account?done=subscription-ends");
        return Ok(());
    }
    let tier = plan.parse().map_err(|_| Error::invalid("plan", "Choose which one: Member or Founder"))?;
    if intent == "subscribe" {
        let payment_page = caller.shop.subscribe(&account, tier, None, caller.address, None).await?;
        leptos_axum::redirect(payment_page.as_str());
    } else {
        caller.shop.choose_plan(&account, tier).await?;
        leptos_axum::redirect("/account?done=plan-chosen");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::Router;
    use axum::body::Body;
    use axum::extract::Request;
    use axum::routing::post;
    use http::{Response, StatusCode, header};
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    use super::*;
    use crate::accounts::Account;
    use crate::shop::testing::{HOME, RAIN, SNOW, World};
    use crate::store::Store;
    use crate::store::sessions::Sessions;
    use crate::store::testing::on_both;
    use crate::visitor::ClientAddress;

    /// The server functions alone, without the guards, the pages and the refused-form layer.
    fn doors(world: &Arc<World>) -> Router {
        let sessions = Sessions::new(world.store.clone(), Arc::<crate::shop::testing::StoppedClock>::clone(&world.clock));
        let world = Arc::clone(world);
        let answer = move |request: Request| {
            let shop = Arc::clone(&world.shop);
            async move { leptos_axum::handle_server_fns_with_context(move || provide_context(Arc::clone(&shop)), request).await }
        };
        Router::new()
            .route("/{*path}", post(answer))
            .layer(axum::Extension(ClientAddress(HOME)))
            .layer(crate::visitor::sessions(sessions, true))
    }

    struct Browser {
        doors: Router,
        cookie: Option<String>,
    }

    impl Browser {
        fn new(world: &Arc<World>) -> Self {
            Self { doors: doors(world), cookie: None }
        }

        async fn posts(&mut self, path: &str, body: &str) -> Response<Body> {
            let request = Request::post(path)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(header::ACCEPT, "text/html")
                .header(header::COOKIE, self.cookie.clone().unwrap_or_default())
                .body(Body::from(body.to_owned()))
                .unwrap();
            let response = self.doors.clone().oneshot(request).await.unwrap();
            if let Some(set) = response.headers().get(header::SET_COOKIE) {
                self.cookie = set.to_str().unwrap().split(';').next().map(str::to_owned);
            }
            response
        }

        /// Where the answer leads.
        async fn goes(&mut self, path: &str, body: &str) -> String {
            let response = self.posts(path, body).await;
            assert_eq!(response.status(), StatusCode::FOUND, "{path} {body}");
            response.headers()[header::LOCATION].to_str().unwrap().to_owned()
        }
    }

    async fn carried(world: &World) -> String {
        let (link, token) = world.last_link().await;
        format!("link={link}&token={token}")
    }

    on_both!(registering_verifying_signing_out_and_in_again, async |store: Store| {
        let world = Arc::new(World::on(store));
        let mut browser = Browser::new(&world);
        let form = "email=bea%40example.com&password=thirty+years+and+rain";
        assert_eq!(browser.goes("/register", form).await, "/verify");
        let link = carried(&world).await;
        assert_eq!(browser.goes("/verify", &format!("intent=verify&{link}")).await, "/account?done=verified");
        assert_eq!(browser.goes("/logout", "").await, "/?done=signed-out");
        assert_eq!(browser.goes("/login", form).await, "/account");
        assert_eq!(browser.goes("/login/link", "email=bea%40example.com&password=").await, "/login?sent=link");
        assert_eq!(browser.goes("/forgot", "email=nobody%40example.com").await, "/forgot?sent=1");
    });

    on_both!(in_another_browser_the_link_wants_the_password, async |store: Store| {
        let world = Arc::new(World::on(store));
        assert_eq!(
            Browser::new(&world).goes("/register", "email=bea%40example.com&password=thirty+years+and+rain").await,
            "/verify"
        );
        let link = carried(&world).await;
        let mut other = Browser::new(&world);
        assert_ne!(other.posts("/verify", &link).await.status(), StatusCode::OK);
        assert_eq!(other.cookie, None, "nothing is remembered of who was refused");
        assert_eq!(other.goes("/verify", &format!("{link}&password=thirty+years+and+rain")).await, "/account?done=verified");
    });

    on_both!(the_cookie_is_for_this_host_and_no_script, async |store: Store| {
        let world = Arc::new(World::on(store));
        let account: Account = world.verified("bea@example.com", RAIN).await;
        let mut browser = Browser::new(&world);
        let response = browser.posts("/login", &format!("email={}&password={RAIN}", account.email.as_str())).await;
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
        assert!(cookie.starts_with("__Host-ribbon="), "{cookie}");
        for part in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(part), "{part} in {cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    });

    on_both!(changing_the_password_keeps_the_browser_that_asked, async |store: Store| {
        let world = Arc::new(World::on(store));
        world.verified("bea@example.com", RAIN).await;
        let form = "email=bea%40example.com&password=thirty+years+and+rain";
        let (mut mine, mut other) = (Browser::new(&world), Browser::new(&world));
        mine.goes("/login", form).await;
        other.goes("/login", form).await;
        let change = "current_password=thirty+years+and+rain&password=forty+winters+of+snow";
        assert_eq!(mine.goes("/account/password", change).await, "/account?done=password-changed");
        let back = "current_password=forty+winters+of+snow&password=thirty+years+and+rain";
        assert_ne!(other.posts("/account/password", back).await.status(), StatusCode::OK);
        assert!(world.signs_in("bea@example.com", SNOW).await.is_ok(), "the other browser was signed out and changed nothing");
        assert_eq!(mine.goes("/account/password", back).await, "/account?done=password-changed");
    });

    on_both!(a_field_that_is_doubled_is_named, async |store: Store| {
        let world = Arc::new(World::on(store));
        let request = Request::post("/login")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from("email=a%40example.com&email=b%40example.com&password=x"))
            .unwrap();
        let response = doors(&world).oneshot(request).await.unwrap();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let error: Error = serde_json::from_slice(&body).unwrap();
        assert!(matches!(&error, Error::Invalid(wrongs) if wrongs[0].field == "email"), "{error:?}");
    });
}
