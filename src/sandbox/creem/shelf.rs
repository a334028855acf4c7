//! What Creem keeps besides its checkouts, and what outlives a restart of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::customers::Customer;

/// Objects stand here as Creem shows them.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Shelf {
    pub products: Vec<Value>,
    /// Products by the key under which they were made.
    pub made: BTreeMap<String, String>,
    pub discounts: Vec<Value>,
    pub customers: BTreeMap<String, Customer>,
    /// The product that a subscription was changed to, by the subscription.
    pub upgraded: BTreeMap<String, Value>,
    /// The events that were fetched, each with the endpoint that has had it.
    pub fetched: BTreeSet<String>,
}
