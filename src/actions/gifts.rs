//! What the forms about gifts do: each reads its fields, calls one verb, and answers with where to go next.
#![expect(clippy::too_many_arguments, reason = "the arguments of a server function are the fields of its form")]

use leptos::prelude::*;

use crate::Error;

/// `/gift`: promises the gift and goes on to the payment page. `apply` is a button of the promo code's own: the form is shown again, with
/// the prices that the code makes or without the code. `order` is the signed name of the order that its buyer came back from.
#[server(prefix = "", endpoint = "/gift")]
pub async fn buy_gift(
    #[server(default)] tier: String,
    #[server(default)] duration_months: String,
    #[server(default)] occasion: String,
    #[server(default)] recipient_name: String,
    #[server(default)] recipient_email: String,
    #[server(default)] recipient_email_answer: String,
    #[server(default)] message: String,
    #[server(default)] buyer_name: String,
    #[server(default)] buyer_email: String,
    #[server(default)] buyer_email_answer: String,
    #[server(default)] delivery: String,
    #[server(default)] deliver_on: String,
    #[server(default)] time_zone: String,
    #[server(default)] promo_code: String,
    #[server(default)] order: String,
    #[server(default)] apply: String,
) -> Result<(), Error> {
    let caller = crate::visitor::Caller::of_request().await?;
    let fields = crate::shop::GiftFields {
        tier,
        duration_months,
        occasion,
        recipient_name,
        recipient_email,
        recipient_email_answer,
        message,
        buyer_name,
        buyer_email,
        buyer_email_answer,
        delivery,
        deliver_on,
        time_zone,
        promo_code,
        order,
    };
    if !apply.is_empty() {
        if apply != "none" {
            caller.shop.try_code(&fields, caller.address).await?;
        }
        crate::visitor::show_again();
        return Ok(());
    }
    let promised = caller.shop.buy(&caller.shop.read_purchase(&fields, caller.address).await?, caller.address, None).await?;
    leptos_axum::redirect(promised.url.as_str());
    Ok(())
}

/// `/redeem` and `/redeem/{code}`: opens a typed code, keeps a gift while its recipient signs in, redeems it, thanks for it, or declines it.
#[server(prefix = "", endpoint = "/redeem")]
pub async fn redeem_gift(
    #[server(default)] intent: String,
    #[server(default)] code: String,
    #[server(default)] goes: String,
    #[server(default)] thanks: String,
    #[server(default)] word: String,
    #[server(default)] end_told: String,
) -> Result<(), Error> {
    let caller = crate::visitor::Caller::of_request().await?;
    let key = caller.gift_key(&code).await?;
    let done = match intent.as_str() {
        "redeem" => {
            let redeemed = caller.shop.redeem(&key, &caller.account().await?, !end_told.is_empty()).await?;
            Some(format!("/redeem?gift={}", redeemed.gift.id))
        }
        "thank" => {
            let thanked = caller.shop.thank(&key, &caller.account().await?, &thanks).await?;
            Some(format!("/redeem?gift={thanked}&done=thanked"))
        }
        "decline" => {
            let declined = caller.shop.decline(&key, caller.visitor().await?.account(), &word, caller.address).await?;
            Some(declined.map_or_else(|| "/?done=declined".to_owned(), |gift| format!("/redeem?gift={gift}&done=declined")))
        }
        _ => None,
    };
    if let Some(page) = done {
        if intent != "thank" {
            crate::visitor::let_go_of_gift(&caller.session).await?;
        }
        leptos_axum::redirect(&page);
        return Ok(());
    }
    let kept = caller.shop.keep_gift(&key, caller.address).await?;
    if intent == "keep" && caller.visitor().await?.account().is_some() {
        crate::visitor::sign_out(&caller.session).await?;
    }
    crate::visitor::keep_gift(&caller.session, kept).await?;
    leptos_axum::redirect(match (intent.as_str(), goes.as_str()) {
        ("keep", "register") => "/register",
        ("keep", _) => "/login",
        _ => "/redeem",
    });
    Ok(())
}

/// `/gifts/{reference}`: what a buyer changes of a gift.
#[server(prefix = "", endpoint = "/gifts")]
pub async fn change_gift(
    #[server(default)] intent: String,
    #[server(default)] key: String,
    #[server(default)] recipient_name: String,
    #[server(default)] recipient_email: String,
    #[server(default)] recipient_email_answer: String,
    #[server(default)] message: Option<String>,
    #[server(default)] delivery: String,
    #[server(default)] deliver_on: String,
    #[server(default)] time_zone: String,
) -> Result<(), Error> {
    let caller = crate::visitor::Caller::of_request().await?;
    let (shop, from) = (&caller.shop, caller.address);
    let reference = caller.gift_reference().await?;
    let changed = match intent.as_str() {
        "send_again" => shop.send_again(&reference, &key, from).await,
        "send_now" => shop.send_now(&reference, &key, from).await,
        "readdress" => {
            let wish = crate::shop::GiftFields { recipient_name, recipient_email, recipient_email_answer, ..Default::default() };
            shop.readdress(&reference, &key, &wish, message.as_deref(), from).await
        }
        "reword" => shop.reword(&reference, &key, message.as_deref().unwrap_or_default(), from).await,
        "reschedule" => {
            let wish = crate::shop::GiftFields { delivery, deliver_on, time_zone, ..Default::default() };
            shop.reschedule(&reference, &key, &wish, from).await
        }
        "reissue" => shop.reissue(&reference, &key, from).await,
        "reminders_off" => shop.switch_reminders(&reference, &key, false, from).await,
        "reminders_on" => shop.switch_reminders(&reference, &key, true, from).await,
        "refund" => shop.ask_refund(&reference, &key).await,
        _ => Err(Error::NotFound),
    }?;
    leptos_axum::redirect(&format!("/gifts/{reference}?key={key}&done={}", changed.as_str()));
    Ok(())
}

/// `/reminders`: stops the reminders of a gift, for whoever has the link that a mail carried.
#[server(prefix = "", endpoint = "/reminders")]
pub async fn stop_reminders(#[server(default)] token: String) -> Result<(), Error> {
    let caller = crate::visitor::Caller::of_request().await?;
    caller.shop.stop_reminders(&token).await?;
    leptos_axum::redirect("/reminders?stopped=1");
    Ok(())
}
