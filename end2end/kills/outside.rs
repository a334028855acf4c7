//! What the world outside of the shop knows, by the sandbox's own word: the payments, and the mails in the inbox.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Result;
use super::shop::Shop;

impl Shop {
    /// Where the gift mails to an address lead; the same twice where a mail came twice.
    pub async fn mailed_links(&self, to: &str) -> Result<Vec<String>> {
        let mut links = Vec::new();
        for text in self.mails(to).await? {
            links.extend(text.split_whitespace().filter(|word| word.contains("/redeem/")).take(1).map(str::to_owned));
        }
        Ok(links)
    }

    /// The texts of all mails to an address, newest first.
    pub async fn mails(&self, to: &str) -> Result<Vec<String>> {
        let url = url::Url::parse_with_params(&format!("{}/inbox.json", self.sandbox), [("to", to)])?;
        let mails: Vec<Value> = reqwest::get(url).await?.error_for_status()?.json().await?;
        Ok(mails.iter().filter_map(|mail| mail.get("text")?.as_str()).map(str::to_owned).collect())
    }

    /// How often each order was paid, by the provider's own word.
    pub async fn payments(&self) -> Result<BTreeMap<String, u32>> {
        let (client, key) = (reqwest::Client::new(), self.sandbox_setting("STRIPE_SECRET_KEY")?);
        let mut paid = BTreeMap::new();
        let mut after = String::new();
        loop {
            let url = format!("{}/v1/checkout/sessions?limit=100{after}", self.sandbox);
            let page: Value = client.get(url).bearer_auth(&key).send().await?.error_for_status()?.json().await?;
            let sessions = page.get("data").and_then(Value::as_array).ok_or("the sandbox lists no sessions")?;
            let text = |session: &Value, name: &str| session.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            for session in sessions.iter().filter(|session| text(session, "payment_status") == "paid") {
                *paid.entry(text(session, "client_reference_id")).or_default() += 1;
            }
            match sessions.last().filter(|_| page.get("has_more") == Some(&Value::Bool(true))) {
                Some(last) => after = format!("&starting_after={}", text(last, "id")),
                None => return Ok(paid),
            }
        }
    }

    /// A setting that the sandbox wrote down for other programs.
    fn sandbox_setting(&self, name: &str) -> Result<String> {
        let text = std::fs::read_to_string(self.folder.join("sandbox.env"))?;
        let value = text.lines().find_map(|line| line.split_once('=').filter(|(key, _)| *key == name));
        Ok(value.ok_or("the sandbox wrote no such setting")?.1.to_owned())
    }
}
