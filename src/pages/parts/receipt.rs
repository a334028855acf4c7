//! What was paid for a gift, as a list of sums with their minor units.

use leptos::prelude::*;

use crate::shop::Receipt;

/// The sums of a receipt, in rows; `children` are further rows below them.
#[component]
pub fn ReceiptFacts(receipt: Receipt, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    let discount = receipt.discount.map(|(code, off)| view! { <div><dt>{code}</dt><dd>{format!("−{}", off.exact())}</dd></div> });
    let total = if receipt.paid_at.is_some() { "Paid" } else { "To pay" };
    let refunded = receipt.refunded.map(|sum| view! { <div><dt>"Paid back"</dt><dd>{format!("−{}", sum.exact())}</dd></div> });
    view! {
        <dl class="facts nums">
            <div><dt>{receipt.title}</dt><dd>{receipt.list_price.exact()}</dd></div>
            {discount}
            <div class="total"><dt>{total}</dt><dd>{receipt.total.exact()}</dd></div>
            {refunded}
            {children.map(|children| children())}
        </dl>
    }
    .into_any()
}
