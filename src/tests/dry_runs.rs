//! What a recipient reads before redeeming is what their account's page, and a program, say right after it.

use std::time::Duration;

use serde_json::{Value, json};

use super::world::{Answer, PASSWORD, Says, World, journey};
use crate::accounts::{Account, Password};
use crate::catalog::{Months, Tier};
use crate::memberships::{Stretch, StretchKind, SubscriptionPeriod, ahead};
use crate::shop::testing::HOME;
use crate::shop::{DryRun, GiftKey, RedeemView, Standing};
use crate::store::grants;
use crate::values::{Email, PeriodId, Timestamp};

const DAY: Duration = Duration::from_hours(24);

/// What Bob has before the gift.
#[derive(Clone, Copy)]
enum Before {
    Gift(Tier, Months),
    Subscription(Tier),
}

impl World {
    /// Somebody gives Bob this, and it is in his mailbox.
    async fn gives_bob(&self, tier: Tier, months: Months) {
        let promise = self.buyer("ada@example.com").buys(tier, months).for_("bob@example.com").await;
        self.provider_says(&promise, Says::Paid).await;
        self.send_outbox().await;
    }

    async fn bob(&self) -> Account {
        let email = Email::parse("bob@example.com").unwrap();
        self.shop.sign_in(&email, &Password::typed(PASSWORD), HOME).await.unwrap()
    }

    /// As if a provider had told us that a subscription of Bob's begins now.
    async fn bob_subscribes(&self, tier: Tier) {
        let id = PeriodId::random(self.shop.entropy.as_ref());
        let period = SubscriptionPeriod { id, account_id: self.bob().await.id, tier, opened_at: self.now(), closed_at: None };
        grants::open_period(&mut self.store.connection().await.unwrap(), &period).await.unwrap();
    }

    async fn dry_run(&self) -> DryRun {
        let key = GiftKey::typed(&self.mail_to("bob@example.com").code(), None).unwrap();
        let view = self.shop.open_gift(&key, Some(&self.bob().await)).await.unwrap();
        let RedeemView::Open { standing: Standing::Ready { dry_run: Some(dry_run) }, .. } = view else { panic!("it is not open") };
        *dry_run
    }
}

/// The lines of a page from today on, up to the one that begins with `end`.
fn course(page: &Answer, end: &str) -> Vec<String> {
    let text = page.text();
    let lines = text.lines().skip_while(|line| !line.starts_with("Today, ")).take_while(|line| !line.starts_with(end));
    lines.map(str::to_owned).collect()
}

/// Without the ids of its sources, which a dry run makes up.
fn outline(timeline: &[Stretch], from: Timestamp) -> Vec<Value> {
    let kind = |stretch: &Stretch| match stretch.kind {
        StretchKind::Runs => "runs",
        StretchKind::Paused => "paused",
        StretchKind::Waits => "waits",
    };
    let line = |stretch: Stretch| {
        let until = stretch.until.map(Timestamp::rfc3339);
        json!({ "tier": stretch.tier.as_str(), "from": stretch.from.rfc3339(), "until": until, "kind": kind(&stretch) })
    };
    ahead(timeline, from).into_iter().map(line).collect()
}

/// Bob has `before`, one a week, and is given `tier` for `months`.
async fn is_what_happens(world: &World, before: &[Before], tier: Tier, months: Months) {
    let bob = world.signed_in("bob@example.com").await;
    for before in before {
        match before {
            Before::Gift(tier, months) => {
                world.gives_bob(*tier, *months).await;
                let card = bob.opens(&world.mail_to("bob@example.com").redeem_link()).await.is(200);
                bob.presses(&card, "Redeem", &[]).await.is(302);
            }
            Before::Subscription(tier) => world.bob_subscribes(*tier).await,
        }
        world.pass(7 * DAY);
    }
    world.gives_bob(tier, months).await;
    let card = bob.opens(&world.mail_to("bob@example.com").redeem_link()).await.is(200);
    let (today, dry_run) = (world.now(), world.dry_run().await);

    bob.presses(&card, "Redeem", &[]).await.is(302);
    world.send_outbox().await;

    let account = bob.opens("/account").await.is(200);
    assert_eq!(course(&card, "Let Ada know"), course(&account, "Given"), "{}", card.text());
    let expected = outline(&dry_run.after, today);
    assert_eq!(outline(&world.shop.membership(&world.bob().await).await.unwrap().timeline, today), expected);
    let program = world.program_of(&world.bob().await, "memberships:read").await;
    let told = program.gets("/v1/memberships/me").await.is(200).json();
    let now = today.rfc3339();
    let ahead =
        told["timeline"].as_array().unwrap().iter().filter(|stretch| stretch["until"].as_str().is_none_or(|until| until > &*now));
    let told: Vec<Value> = ahead
        .map(|stretch| json!({ "tier": stretch["tier"], "from": stretch["from"], "until": stretch["until"], "kind": stretch["kind"] }))
        .collect();
    assert_eq!(told, expected);
}

journey!(with_no_membership, async |world: &World| is_what_happens(world, &[], Tier::Founder, Months::Three).await);

journey!(with_the_same_tier, async |world: &World| {
    is_what_happens(world, &[Before::Gift(Tier::Founder, Months::Three)], Tier::Founder, Months::Six).await;
});

journey!(with_a_lower_tier, async |world: &World| {
    is_what_happens(world, &[Before::Gift(Tier::Member, Months::Twelve)], Tier::Founder, Months::Three).await;
});

journey!(with_a_higher_tier, async |world: &World| {
    is_what_happens(world, &[Before::Gift(Tier::Founder, Months::Three)], Tier::Member, Months::Three).await;
});

journey!(with_a_subscription_of_ones_own, async |world: &World| {
    is_what_happens(world, &[Before::Subscription(Tier::Member)], Tier::Founder, Months::Three).await;
});

journey!(with_a_higher_subscription_of_ones_own, async |world: &World| {
    is_what_happens(world, &[Before::Subscription(Tier::Founder)], Tier::Member, Months::Three).await;
});

journey!(with_several_gifts_in_a_row, async |world: &World| {
    let before = [
        Before::Gift(Tier::Member, Months::Three),
        Before::Gift(Tier::Founder, Months::Three),
        Before::Gift(Tier::Member, Months::Six),
        Before::Subscription(Tier::Member),
        Before::Gift(Tier::Founder, Months::Twelve),
    ];
    is_what_happens(world, &before, Tier::Founder, Months::Six).await;
});
