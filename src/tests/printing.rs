//! The buyer prints the card.

use crate::catalog::{Months, Tier};
use crate::tests::world::{Promise, Says, World, journey};

/// The page's path, out of the buyer's own receipt.
async fn print_path(world: &World, promise: &Promise) -> String {
    world.provider_says(promise, Says::Paid).await;
    world.send_outbox().await;
    let page = world.mail_to("ada@example.com").link_to("/gifts/");
    let (path, key) = page.split_once('?').unwrap();
    format!("{path}/print?{key}")
}

journey!(the_card_is_printed_with_its_code_and_never_with_the_proof, async |world: &World| {
    let writing = world.buyer("ada@example.com").buys(Tier::Founder, Months::Twelve).for_("bob@example.com");
    let promise = writing.with("occasion", "birthday").with("message", "Thirty years.\n\nAnd rain.").await;
    let path = print_path(world, &promise).await;
    let answer = world.browser().opens(&path).await.is(200);
    let code = world.gift(&promise).await.code(world.secrets()).unwrap();
    for says in ["Happy birthday", "Bob", "Thirty years.", "Twelve months of Founder", &code.reveal_grouped(), "bob@example.com"] {
        assert!(answer.says(says), "{says}: {}", answer.text());
    }
    let proof = world.mail_to("bob@example.com").link_to("/redeem/").split_once("proof=").unwrap().1.to_owned();
    assert!(!answer.html.contains(&proof) && !answer.html.contains("proof="), "the proof is for their mailbox alone");
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert!(answer.html.contains("noindex"));
    assert!(answer.html.contains("class=\"fold a4 founder birthday\""));
    let letter = world.browser().opens(&format!("{path}&paper=us-letter")).await.is(200);
    assert!(letter.html.contains("class=\"fold us-letter founder birthday\""));
});

journey!(only_the_signed_link_prints_and_only_while_the_code_redeems, async |world: &World| {
    let promise = world.buyer("ada@example.com").buys(Tier::Member, Months::Three).for_("bob@example.com").await;
    let path = print_path(world, &promise).await;
    let (unsigned, key) = path.split_once("?key=").unwrap();
    for wrong in
        [unsigned.to_owned(), format!("{unsigned}?key="), format!("{unsigned}?key={key}x"), path.replace("gift_", "gift_0")]
    {
        world.browser().opens(&wrong).await.is(404);
    }
    let code = world.gift(&promise).await.code(world.secrets()).unwrap().reveal_grouped();
    assert!(world.browser().opens(&path).await.is(200).says(&code));
    world.redeems_the_mail_to("bob@example.com").await;
    world.send_outbox().await;
    let after = world.browser().opens(&path).await.is(200);
    assert!(after.says("It is redeemed already") && !after.says(&code), "{}", after.text());
});
