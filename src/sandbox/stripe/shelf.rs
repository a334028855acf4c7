//! What can be made through Stripe's API besides sessions and endpoints: each as the object that it was answered with.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// In the order of their making.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Shelf {
    pub products: Vec<Value>,
    pub prices: Vec<Value>,
    /// How often a coupon or a code was used is counted when it is asked for.
    pub coupons: Vec<Value>,
    pub promotion_codes: Vec<Value>,
    pub customers: Vec<Value>,
}
