//! What a shop may set of Flowglad beyond its keys: `[flowglad]` in `ribbon.toml`.

use serde::Deserialize;

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FlowgladOptions {
    /// Opens every page for whoever comes: no buyer becomes a customer at Flowglad before paying, and none finds their address filled in.
    pub anonymous: bool,
    /// Whether a buyer who has a subscription already keeps the day on which it renews. Flowglad's own answer is no.
    pub preserve_billing_cycle_anchor: Option<bool>,
}
