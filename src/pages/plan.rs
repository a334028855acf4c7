//! The part of `/account` that is about a subscription of one's own: which one, what it costs, and how it ends.

use leptos::prelude::*;

use super::parts::dates::date;
use super::parts::field::PickWrong;
use super::parts::{Pick, Slip};
use super::refusal::typed_or;
use super::{Draft, shopfront};
use crate::catalog::{Plan, Tier};
use crate::checkout::SubscriptionState;
use crate::shop::OwnSubscription;

/// Nothing where the shop sells no subscription and none runs.
#[component]
pub fn OwnPlan(chosen: Tier, subscription: Option<OwnSubscription>) -> impl IntoView {
    let plans = shopfront().catalog.plans().to_vec();
    if plans.is_empty() && subscription.is_none() {
        return ().into_any();
    }
    let inner = match subscription {
        Some(subscription) => view! { <Running subscription/> }.into_any(),
        None => view! { <Choosing plans chosen/> }.into_any(),
    };
    view! {
        <section class="ruled" aria-labelledby="own-plan">
            <h2 id="own-plan">"Your own subscription"</h2>
            <div class="stack">
                <Slip/>
                {inner}
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Choosing(plans: Vec<Plan>, chosen: Tier) -> impl IntoView {
    let marked = typed_or(Draft::default()).get("plan").parse().unwrap_or(chosen);
    let first = plans.first().map(|plan| plan.tier);
    let pick = move |plan: Plan| {
        let id = (Some(plan.tier) == first).then_some("plan");
        view! {
            <Pick name="plan" value=plan.tier.to_string() checked=plan.tier == marked class="tier" id>
                <b>{plan.tier.title()}</b>
                <span class="price">{in_words(&plan)}</span>
            </Pick>
        }
    };
    view! {
        <p>"None runs. It would go on until you end it, and gift time of the same or a lower tier waits behind it."</p>
        <form method="post" action="/account">
            <fieldset>
                <legend class="vh">"Which one"</legend>
                <PickWrong name="plan"/>
                <div class="picks two">{plans.into_iter().map(pick).collect_view()}</div>
            </fieldset>
            <p class="row gap">
                <button class="btn" name="intent" value="subscribe">"Continue to payment"</button>
                <button class="btn quiet" name="intent" value="choose">"Keep the choice for later"</button>
            </p>
        </form>
        <p class="small">"A program with a token of yours subscribes you to the one that is chosen here, and to no other."</p>
    }
    .into_any()
}

/// "€20 a month".
fn in_words(plan: &Plan) -> String {
    format!("{} a {}", plan.price.brief(), plan.every)
}

#[component]
fn Running(subscription: OwnSubscription) -> impl IntoView {
    let OwnSubscription { tier, state } = subscription;
    let price = shopfront().catalog.plan(tier).map(|plan| format!(", {}", in_words(plan))).unwrap_or_default();
    let can_end = match state {
        SubscriptionState::Active { ends_at, .. } => ends_at.is_none(),
        SubscriptionState::PastDue { .. } | SubscriptionState::Paused => true,
        SubscriptionState::Promised | SubscriptionState::Ended { .. } => false,
    };
    let end = can_end.then(|| {
        view! {
            <form method="post" action="/account">
                <button class="btn quiet" name="intent" value="end">"End it with the paid time"</button>
            </form>
        }
    });
    view! {
        <p><b>{tier.title()}</b>{price}". "{standing(state)}</p>
        {end}
    }
    .into_any()
}

fn standing(state: SubscriptionState) -> String {
    match state {
        SubscriptionState::Active { ends_at: Some(ends_at), .. } => {
            format!("It ends on {}, and nothing is charged again.", date(ends_at))
        }
        SubscriptionState::Active { paid_until: Some(until), ends_at: None } => format!("It renews on {}.", date(until)),
        SubscriptionState::Active { paid_until: None, ends_at: None } => "It renews until you end it.".to_owned(),
        SubscriptionState::PastDue { .. } => {
            "The last payment did not go through. It is tried again, and goes on meanwhile.".to_owned()
        }
        SubscriptionState::Paused => "It is paused.".to_owned(),
        SubscriptionState::Promised => "It waits for its first payment.".to_owned(),
        SubscriptionState::Ended { ended_at } => format!("It ended on {}.", date(ended_at)),
    }
}
