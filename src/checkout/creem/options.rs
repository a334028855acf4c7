//! What a shop may set of Creem beyond its keys: `[creem]` in `ribbon.toml`.

use serde::{Deserialize, Serialize};

const MOST_FIELDS: usize = 3;
const LONGEST_KEY: usize = 200;
const LONGEST_LABEL: usize = 50;

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CreemOptions {
    /// Up to three questions that the payment page asks; the answers stand in Creem's dashboard. Creem's older name for them is read too.
    #[serde(alias = "custom_field")]
    pub custom_fields: Vec<CustomField>,
    /// The affiliate that every sale of this shop is credited to.
    pub affiliate_code: Option<String>,
    /// The code of a discount in Creem's dashboard that brings its products' prices down to the shop's. Sent where it does just that.
    pub discount_code: Option<String>,
    /// How Creem signs what it adds to the address that a buyer comes back to.
    pub redirect_signature: RedirectScheme,
}

/// Creem's documents have told it in two ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RedirectScheme {
    /// SHA-256 over the pairs in their order, and the API key as salt.
    #[default]
    Salted,
    /// HMAC-SHA256 by the API key over the pairs sorted by name, as it was told before.
    Sorted,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomField {
    #[serde(rename = "type")]
    pub kind: FieldKind,
    pub key: String,
    pub label: String,
    #[serde(default)]
    pub optional: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<TextLimits>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkbox: Option<CheckboxLabel>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    Text,
    Checkbox,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextLimits {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_length: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
}

/// In Markdown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckboxLabel {
    pub label: String,
}

impl CreemOptions {
    /// What Creem would refuse at every sale, said before the first.
    pub fn check(&self) -> Result<(), &'static str> {
        if self.custom_fields.len() > MOST_FIELDS {
            return Err("creem.custom_fields: Creem asks at most three");
        }
        for field in &self.custom_fields {
            let is_key = !field.key.is_empty() && field.key.len() <= LONGEST_KEY;
            if !is_key || !field.key.bytes().all(|symbol| symbol.is_ascii_alphanumeric()) {
                return Err("creem.custom_fields: a key has letters and figures only, at most 200");
            }
            if field.label.is_empty() || field.label.chars().count() > LONGEST_LABEL {
                return Err("creem.custom_fields: a label has 1 to 50 characters");
            }
        }
        Ok(())
    }
}
