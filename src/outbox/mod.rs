//! STUB
pub use crate::store::outbox::NewEntry;
use crate::values::{AccountId, LinkId, Timestamp};
fn e(kind: &str, r: String, k: String) -> NewEntry {
    NewEntry { kind: kind.into(), refs: r, dedupe_key: k, due_at: None }
}
pub fn verify_address(l: &LinkId) -> NewEntry {
    e("verify_address", l.to_string(), format!("verify_address {l}"))
}
pub fn sign_in_link(l: &LinkId) -> NewEntry {
    e("sign_in_link", l.to_string(), format!("sign_in_link {l}"))
}
pub fn reset_password(l: &LinkId) -> NewEntry {
    e("reset_password", l.to_string(), format!("reset_password {l}"))
}
pub fn address_change_confirm(l: &LinkId) -> NewEntry {
    e("address_change_confirm", l.to_string(), format!("address_change_confirm {l}"))
}
pub fn address_changed(l: &LinkId) -> NewEntry {
    e("address_changed", l.to_string(), format!("address_changed {l}"))
}
pub fn account_exists(a: &AccountId, t: Timestamp) -> NewEntry {
    e("account_exists", a.to_string(), format!("account_exists {a} {}", t.millis()))
}
pub fn password_changed(a: &AccountId, t: Timestamp) -> NewEntry {
    e("password_changed", a.to_string(), format!("password_changed {a} {}", t.millis()))
}
