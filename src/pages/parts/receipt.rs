//! What was paid for a gift, as a list of sums with their minor units.

use leptos::prelude::*;

use super::dates::date;
use crate::shop::{PaidBack, Receipt};

/// The sums of a receipt, in rows; `children` are further rows below them.
#[component]
pub fn ReceiptFacts(receipt: Receipt, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    let discount = receipt.discount.map(|(code, off)| row(code, format!("−{}", off.exact())));
    let (agreed, paid) = match (receipt.paid, receipt.paid_at) {
        (Some(paid), _) => (Some(row("Agreed".to_owned(), receipt.total.exact())), ("Paid", paid)),
        (None, Some(_)) => (None, ("Paid", receipt.total)),
        (None, None) => (None, ("To pay", receipt.total)),
    };
    let tax = receipt.tax.map(|(label, tax)| row(format!("Including {label}"), tax.exact()));
    let paid_back = receipt.paid_back.map(|PaidBack { amount, at, left }| {
        let what = at.map_or_else(|| "Paid back".to_owned(), |at| format!("Paid back on {}", date(at)));
        view! {
            {row(what, format!("−{}", amount.exact()))}
            <div class="total"><dt>"Paid in the end"</dt><dd>{left.exact()}</dd></div>
        }
    });
    view! {
        <dl class="facts nums">
            {row(receipt.title, receipt.list_price.exact())}
            {discount}
            {agreed}
            <div class="total"><dt>{paid.0}</dt><dd>{paid.1.exact()}</dd></div>
            {tax}
            {paid_back}
            {children.map(|children| children())}
        </dl>
    }
    .into_any()
}

fn row(what: String, sum: String) -> impl IntoView + use<> {
    view! { <div><dt>{what}</dt><dd>{sum}</dd></div> }
}
