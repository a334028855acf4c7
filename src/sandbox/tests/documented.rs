//! Whether everything that the providers' documents name can be asked of the sandbox; what it answers is looked at in every test.

use super::*;
use crate::tests::specs::operations;

impl Lab {
    /// Asks with the right key and nothing else.
    async fn answered(&self, provider: ProviderName, method: &str, path: &str) -> String {
        let keys = &self.sandbox.keys;
        let (base, header, key, kind, body) = match provider {
            ProviderName::Stripe => {
                let bearer = format!("Bearer {}", keys.stripe.secret_key);
                (&keys.stripe.api_base, "authorization", bearer, "application/x-www-form-urlencoded", "")
            }
            ProviderName::Creem => (&keys.creem.api_base, "x-api-key", keys.creem.secret_key.clone(), "application/json", "{}"),
            ProviderName::Flowglad => {
                (&keys.flowglad.api_base, "authorization", keys.flowglad.secret_key.clone(), "application/json", "{}")
            }
        };
        let method: Method = method.parse().unwrap();
        let request = self.client.request(method.clone(), format!("{base}{path}")).header(header, key).header("content-type", kind);
        let request = if method == Method::GET { request } else { request.body(body) };
        documented(provider, &method, path, request.send().await.unwrap()).await.text().await.unwrap()
    }
}

#[tokio::test]
async fn everything_that_is_documented_can_be_asked() {
    let lab = Lab::new().await;
    for provider in ProviderName::ALL {
        // How each of them says that it knows no such path.
        let is_unknown = |answer: &str| match provider {
            ProviderName::Stripe => answer.contains("Unrecognized request URL"),
            ProviderName::Creem => answer.contains("Cannot "),
            ProviderName::Flowglad => answer == "Not Found",
        };
        assert!(is_unknown(&lab.answered(provider, "GET", "/v1/elsewhere").await), "{provider}");
        for (method, path) in operations(provider) {
            let parts = path.split('/').map(|part| if part.starts_with('{') { "x" } else { part });
            let answer = lab.answered(provider, &method, &parts.collect::<Vec<_>>().join("/")).await;
            assert!(!is_unknown(&answer), "{provider}: {method} {path}: {answer}");
        }
    }
}
