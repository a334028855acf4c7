//! What leads on from an answer, as the description says it: which request can be made next, and with what of the answer. Knows the names
//! of endpoints and of their members, and answers nothing itself.

use serde_json::{Value, json};

/// The links of an operation's success; `None` where nothing follows from it.
pub fn of(operation_id: &str) -> Option<Value> {
    match operation_id {
        "showCatalog" => Some(json!({
            "price": {
                "operationId": "priceGift",
                "description": "What one of these would cost with a promo code.",
                "requestBody": {
                    "tier": "$response.body#/tiers/0/tier",
                    "duration_months": "$response.body#/tiers/0/gifts/0/duration_months",
                },
            },
        })),
        "priceGift" => Some(json!({
            "buy": {
                "operationId": "createGiftCheckoutSession",
                "description": "At the price that was told.",
                "requestBody": {
                    "tier": "$request.body#/tier",
                    "duration_months": "$request.body#/duration_months",
                    "price_id": "$response.body#/price_id",
                },
            },
        })),
        "createGiftCheckoutSession" => Some(json!({
            "follow": {
                "operationId": "showGift",
                "description": "Whether it is paid, and what became of it since.",
                "parameters": { "reference": "$response.body#/reference" },
            },
            "redeem": {
                "operationId": "redeemGift",
                "description": "Once it is paid, for the account that it was bought for.",
                "requestBody": { "code": "$response.body#/code", "recipient_email": "$request.body#/recipient_email" },
            },
        })),
        "listGifts" => Some(json!({
            "next": {
                "operationId": "listGifts",
                "description": "The page that follows, while there is one.",
                "parameters": { "after": "$response.body#/next" },
            },
            "follow": {
                "operationId": "showGift",
                "description": "The newest of them alone.",
                "parameters": { "reference": "$response.body#/gifts/0/id" },
            },
        })),
        "redeemGift" => Some(json!({
            "membership": {
                "operationId": "showMembership",
                "description": "What the account has now.",
            },
        })),
        _ => None,
    }
}
