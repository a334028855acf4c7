//! The providers' own documents as a check: what our adapters ask, what the sandbox answers, and what both sign and send.
//!
//! The documents don't belong to the project. Where they lie elsewhere, `RIBBON_PROVIDER_SPECS` names their folder; where they
//! are nowhere, these checks say that they did not run, and pass.

mod forms;
mod originals;
mod schemas;

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::LazyLock;

use serde_json::Value;

pub use self::schemas::{Document, Reading};
use crate::checkout::ProviderName;

/// What the providers have, our adapters use, and the documents leave out.
const UNDOCUMENTED: [(ProviderName, &str, &str); 2] =
    [(ProviderName::Stripe, "POST", "/v1/subscriptions/sub_1"), (ProviderName::Stripe, "GET", "/v1/disputes")];

/// What our adapter sends must be what the provider's document describes, with no field that it doesn't know, in the body or in the
/// query that `path` may carry.
pub fn assert_request(provider: ProviderName, method: &str, path: &str, body: &str) {
    let Some(specs) = &*SPECS else { return };
    let document = specs.document(provider);
    let (place, query) = path.split_once('?').unwrap_or((path, ""));
    if UNDOCUMENTED.contains(&(provider, method, place)) {
        return;
    }
    for (name, _) in url::form_urlencoded::parse(query.as_bytes()) {
        assert!(document.is_in_query(method, path, &name), "{provider} documents no {name} in the query of {method} {place}");
    }
    let Some(request) = document.request(method, path) else {
        assert!(document.knows(method, path), "{provider} documents no {method} {path}");
        assert_eq!(body, "", "{provider} documents no body of {method} {path}");
        return;
    };
    let sent = match (request.is_form, body) {
        (true, form) => forms::typed(document, form, &request.schema),
        (false, "") => Value::Object(serde_json::Map::new()),
        (false, json) => serde_json::from_str(json).unwrap(),
    };
    assert_fits(document, &request.schema, Reading::Strict, &sent, &format!("{provider}: {method} {path}"));
}

/// What the sandbox answers must be what the provider's document describes. A path that the document leaves out passes where
/// the answer's own `object` names no schema either.
pub fn assert_answer(provider: ProviderName, method: &str, path: &str, status: u16, body: &Value) {
    let Some(specs) = &*SPECS else { return };
    let document = specs.document(provider);
    let named = || {
        let object = body.get("object")?.as_str()?;
        let is_gone = body.get("deleted") == Some(&Value::Bool(true));
        if is_gone { document.schema_named(&format!("deleted_{object}")) } else { document.schema_named(object) }
    };
    let described = document.answer(method, path, status).or_else(named);
    if let Some(schema) = described {
        assert_fits(document, &schema, Reading::Open, body, &format!("{provider}: {status} to {method} {path}"));
    }
}

/// An event's body must be what the provider's document describes, and so must the object in it.
pub fn assert_event(provider: ProviderName, body: &Value) {
    let Some(specs) = &*SPECS else { return };
    let document = specs.document(provider);
    let kind = ["type", "eventType", "object"].iter().find_map(|name| body.get(name)?.as_str()).unwrap_or_default();
    let event = document.event(kind).unwrap_or_else(|| panic!("{provider} documents no event {kind}"));
    assert_fits(document, &event, Reading::Open, body, &format!("{provider}: event {kind}"));
    let object = body.pointer("/data/object");
    let described = object.and_then(|object| object.get("object")?.as_str()).and_then(|name| document.schema_named(name));
    if let (Some(object), Some(schema)) = (object, described) {
        assert_fits(document, &schema, Reading::Open, object, &format!("{provider}: object of event {kind}"));
    }
}

/// What can be asked of a provider by its document: method and path, whose parameters stand in braces.
pub fn operations(provider: ProviderName) -> Vec<(String, String)> {
    SPECS.as_ref().map(|specs| specs.document(provider).operations()).unwrap_or_default()
}

fn assert_fits(document: &Document, schema: &str, reading: Reading, value: &Value, what: &str) {
    let errors = document.errors(schema, reading, value);
    assert!(errors.is_empty(), "{what} is not as documented:\n{}\n{value:#}", errors.join("\n"));
}

/// The folder's content; `None` where there is none, which is said once.
static SPECS: LazyLock<Option<Specs>> = LazyLock::new(|| {
    let folder = std::env::var_os("RIBBON_PROVIDER_SPECS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/providers/specs"), PathBuf::from);
    let specs = Specs::load(&folder);
    if specs.is_none() {
        // Past libtest, which keeps what a passing test prints to itself.
        let _ = writeln!(
            std::io::stderr(),
            "NOT RUN: the checks against the providers' documents. {} does not hold them; RIBBON_PROVIDER_SPECS names their folder.",
            folder.display()
        );
    }
    specs
});

struct Specs {
    stripe: Document,
    creem: Document,
    flowglad: Document,
    /// Signatures that the providers' libraries believe or refuse.
    vectors: Value,
    /// Events as the providers send them.
    samples: Value,
}

impl Specs {
    fn load(folder: &std::path::Path) -> Option<Self> {
        let file = |name: &str| {
            let text = std::fs::read_to_string(folder.join(name)).ok()?;
            Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}")))
        };
        Some(Self {
            stripe: Document::new(file("stripe.openapi.json")?),
            creem: Document::new(file("creem.openapi.json")?),
            flowglad: Document::new(file("flowglad.openapi.json")?),
            vectors: file("webhook-vectors.json")?,
            samples: file("webhook-samples.json")?,
        })
    }

    const fn document(&self, provider: ProviderName) -> &Document {
        match provider {
            ProviderName::Stripe => &self.stripe,
            ProviderName::Creem => &self.creem,
            ProviderName::Flowglad => &self.flowglad,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Reading;
    use super::*;

    /// What is wrong with a body of ours.
    fn refused(specs: &Specs, provider: ProviderName, path: &str, body: &str) -> Vec<String> {
        let document = specs.document(provider);
        let request = document.request("POST", path).unwrap();
        let sent =
            if request.is_form { forms::typed(document, body, &request.schema) } else { serde_json::from_str(body).unwrap() };
        document.errors(&request.schema, Reading::Strict, &sent)
    }

    #[test]
    fn a_misspelt_field_a_wrong_type_and_a_wrong_word_are_noticed() {
        let Some(specs) = &*SPECS else { return };
        let (stripe, sessions) = (ProviderName::Stripe, "/v1/checkout/sessions");
        assert_eq!(refused(specs, stripe, sessions, "mode=payment&line_items[0][quantity]=1"), Vec::<String>::new());
        for wrong in ["mode=gift", "mod=payment", "expires_at=soon", "line_items[0][price_data][unit]=1", "line_items[0]=price_1"] {
            assert!(!refused(specs, stripe, sessions, wrong).is_empty(), "{wrong}");
        }
        for wrong in [json!({"product_id": 7}), json!({}), json!({"product_id": "prod_1", "custom_prize": 900})] {
            assert!(!refused(specs, ProviderName::Creem, "/v1/checkouts", &wrong.to_string()).is_empty(), "{wrong}");
        }
        let is_in_query = |name| specs.stripe.is_in_query("GET", sessions, name);
        assert_eq!(["limit", "expand[0]", "limits"].map(is_in_query), [true, true, false]);
        let nothing = json!({"checkoutSession": {"type": "gift"}}).to_string();
        assert!(!refused(specs, ProviderName::Flowglad, "/api/v1/checkout-sessions", &nothing).is_empty());
    }

    #[test]
    fn what_may_be_null_may_be_null_and_nothing_else_may() {
        let Some(specs) = &*SPECS else { return };
        let errors = |field: &str| {
            let mut session = specs.samples["stripe"][0]["data"]["object"].clone();
            session[field] = Value::Null;
            specs.stripe.errors("/components/schemas/checkout.session", Reading::Open, &session).len()
        };
        assert_eq!((errors("url"), errors("status"), errors("id")), (0, 0, 1));
    }
}
