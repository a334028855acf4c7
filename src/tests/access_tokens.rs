//! Access tokens from the page where they are made to the program that shows one.

use super::world::{Answer, Browser, PASSWORD, World, journey};
use crate::accounts::TokenSecret;

const PAGE: &str = "/account/tokens";

/// Ticks a box and makes a token.
async fn makes(browser: &Browser, name: &str, expires: &str) -> Answer {
    let form = browser.opens(PAGE).await.is(200).form("Make the token");
    assert_eq!((form.get("expires"), form.get("gifts_read")), ("90", ""), "nothing is allowed that nobody chose");
    browser.posts(PAGE, &[("name", name), ("gifts_read", "gifts:read"), ("expires", expires)]).await
}

/// The token that the page shows; the islands' file may begin like one.
fn shown(page: &Answer) -> Option<String> {
    let words = page.html.split(|symbol: char| !symbol.is_ascii_alphanumeric() && symbol != '_');
    words.filter(|word| word.starts_with(TokenSecret::PREFIX)).find(|word| TokenSecret::parse(word).is_ok()).map(str::to_owned)
}

async fn is_taken(world: &World, token: &str) -> bool {
    world.shop.bearer(token, [127, 0, 0, 1].into()).await.is_ok()
}

journey!(a_token_is_shown_once_by_the_answer_that_made_it, async |world: &World| {
    let bob = world.signed_in("bob@example.com").await;
    let made = makes(&bob, "Newsletter", "30").await.is(200);
    let token = shown(&made).expect("the token");
    assert!(made.says("Copy it now."), "{}", made.text());
    assert_eq!(made.headers["cache-control"], "no-store");
    assert!(is_taken(world, &token).await);
    assert_eq!(made.value_of("name"), "", "the form is as new");

    let later = bob.opens(PAGE).await.is(200);
    assert_eq!(shown(&later), None);
    assert!(
        later.says("Newsletter") && later.says("gifts:read") && later.says("last used 21 November 2026, expires 21 December 2026")
    );
    let kept = format!("{} {:?}", world.dump().await, world.led_to());
    world.send_outbox().await;
    assert!(!kept.contains(&token) && !kept.contains(token.trim_start_matches(TokenSecret::PREFIX)));
    assert!(kept.contains(&TokenSecret::parse(&token).unwrap().digest()));
});

journey!(its_owner_is_told_by_mail_and_led_to_where_it_is_ended, async |world: &World| {
    let bob = world.signed_in("bob@example.com").await;
    let token = shown(&makes(&bob, "Newsletter", "never").await.is(200)).unwrap();
    world.send_outbox().await;
    let mail = world.mail_to("bob@example.com");
    assert_eq!(mail.subject, "An access token was made");
    assert!(mail.text.contains("Newsletter") && mail.text.contains("Read how the gifts stand that you gave"), "{}", mail.text);
    assert!(!mail.text.contains(&token) && !mail.html.contains(&token));
    let page = bob.opens(&mail.link_to(PAGE)).await.is(200);
    bob.presses(&page, "End it", &[]).await.is(302);
    assert!(!is_taken(world, &token).await);
});

journey!(a_form_that_lacks_something_comes_back_with_what_was_chosen, async |world: &World| {
    let bob = world.signed_in("bob@example.com").await;
    let refused = makes(&bob, " ", "365").await.is(422);
    assert!(refused.says("Name what the token is for"), "{}", refused.text());
    let form = refused.form("Make the token");
    assert_eq!((form.get("gifts_read"), form.get("gifts_redeem"), form.get("expires")), ("gifts:read", "", "365"));
    let refused = bob.posts(PAGE, &[("name", "Newsletter"), ("gifts_read", "gifts:write"), ("expires", "365")]).await.is(422);
    assert!(refused.says("Choose at least one thing"), "{}", refused.text());
    assert_eq!((shown(&refused), world.count("access_tokens").await), (None, 0));
});

journey!(a_token_is_ended_by_its_button_and_by_nobody_elses, async |world: &World| {
    let bob = world.signed_in("bob@example.com").await;
    let made = makes(&bob, "Newsletter", "never").await.is(200);
    let token = shown(&made).unwrap();
    let id = made.value_of("end");
    let carl = world.signed_in("carl@example.com").await;
    carl.posts(PAGE, &[("end", &id)]).await.is(404);
    world.browser().posts(PAGE, &[("end", &id)]).await.is(401);
    assert!(is_taken(world, &token).await);
    let ended = bob.presses(&bob.opens(PAGE).await, "End it", &[]).await.is(302);
    assert!(bob.follows(&ended).await.says("No tokens yet."));
    assert!(!is_taken(world, &token).await);
    world.send_outbox().await;
});

journey!(a_new_password_ends_every_token, async |world: &World| {
    let bob = world.signed_in("bob@example.com").await;
    let token = shown(&makes(&bob, "Newsletter", "never").await.is(200)).unwrap();
    bob.posts("/account/password", &[("current_password", PASSWORD), ("password", "forty winters of snow")]).await.is(302);
    assert!(!is_taken(world, &token).await);
    world.send_outbox().await;
});
