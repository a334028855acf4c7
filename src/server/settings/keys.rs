//! The keys of the payment providers: what they are called, what they look like, and whether real money moves with them.

use std::collections::BTreeMap;
use std::fmt;

use url::Url;

use super::Reader;
use crate::catalog::{Catalog, Offer};
use crate::checkout::{CreemSettings, Mode, ProviderName};

/// What an operator gives us to speak to one provider.
pub struct ProviderKeys {
    pub secret_key: String,
    pub webhook_secret: String,
    /// `None` for the provider's own address.
    pub api_base: Option<Url>,
    pub mode: Mode,
}

/// The keys are secret: only whether they are for live mode is shown.
impl fmt::Debug for ProviderKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProviderKeys({})", self.mode.as_str())
    }
}

/// How the settings of one provider are called.
#[derive(Clone, Copy, Debug)]
pub struct KeyNames {
    pub secret_key: &'static str,
    pub webhook_secret: &'static str,
    pub api_base: &'static str,
    test_prefixes: &'static [&'static str],
    live_prefixes: &'static [&'static str],
    wanted: &'static str,
}

impl KeyNames {
    pub const fn of(provider: ProviderName) -> Self {
        match provider {
            ProviderName::Stripe => Self {
                secret_key: "STRIPE_SECRET_KEY",
                webhook_secret: "STRIPE_WEBHOOK_SECRET",
                api_base: "STRIPE_API_BASE",
                test_prefixes: &["sk_test_", "rk_test_"],
                live_prefixes: &["sk_live_", "rk_live_"],
                wanted: "a secret key of Stripe's, which begins with sk_test_ or sk_live_",
            },
            ProviderName::Creem => Self {
                secret_key: "CREEM_API_KEY",
                webhook_secret: "CREEM_WEBHOOK_SECRET",
                api_base: "CREEM_API_BASE",
                test_prefixes: &["creem_test_"],
                live_prefixes: &["creem_"],
                wanted: "an API key of Creem's, which begins with creem_test_ or creem_",
            },
            ProviderName::Flowglad => Self {
                secret_key: "FLOWGLAD_SECRET_KEY",
                webhook_secret: "FLOWGLAD_WEBHOOK_SECRET",
                api_base: "FLOWGLAD_API_BASE",
                test_prefixes: &["sk_test_"],
                live_prefixes: &["sk_live_"],
                wanted: "a secret key of Flowglad's, which begins with sk_test_ or sk_live_",
            },
        }
    }

    fn is_a_key(&self, text: &str) -> bool {
        self.mode(text).is_some()
    }

    /// `None` for what is no key of this provider's. Of two prefixes that fit, test is the longer one.
    fn mode(&self, key: &str) -> Option<Mode> {
        let begins_with_one_of = |prefixes: &[&str]| prefixes.iter().any(|prefix| key.starts_with(prefix));
        if begins_with_one_of(self.test_prefixes) {
            Some(Mode::Test)
        } else {
            begins_with_one_of(self.live_prefixes).then_some(Mode::Live)
        }
    }
}

/// What is wrong with a catalog that is to be sold by a provider that charges for nothing but its own products.
pub fn unnamed_offer(selling: ProviderName, keys: &BTreeMap<ProviderName, ProviderKeys>, catalog: &Catalog) -> Option<String> {
    let id_of = |offer: &Offer| match selling {
        ProviderName::Stripe => Some(String::new()),
        ProviderName::Creem => offer.price_ids.creem.clone(),
        ProviderName::Flowglad => offer.price_ids.flowglad.clone(),
    };
    // The sandbox knows every offer from the start.
    let offers = keys.get(&selling).map(|_| catalog.offers()).unwrap_or_default();
    let unnamed = offers.iter().find(|offer| id_of(offer).is_none())?;
    let (tier, months) = (unnamed.tier, unnamed.months.count());
    Some(format!("catalog.{tier}.price_ids.{months}.{selling} must name what {selling} is to charge for, as for every other offer"))
}

/// Why keys and settings don't belong together: real money beside things that are for trying out, or the other way round.
pub fn mixed_modes(keys: &BTreeMap<ProviderName, ProviderKeys>, public_url: &Url) -> Option<String> {
    let of = |mode: Mode| keys.iter().find(|(_, keys)| keys.mode == mode).map(|(name, keys)| (KeyNames::of(*name), keys));
    if let (Some((live, _)), Some((test, _))) = (of(Mode::Live), of(Mode::Test)) {
        return Some(format!("{} is for live mode and {} for test mode: give keys of one mode", live.secret_key, test.secret_key));
    }
    for (name, own) in keys {
        let names = KeyNames::of(*name);
        if let Some(base) = &own.api_base
            && is_of_other_mode(*name, own.mode, base)
        {
            let mode = own.mode.as_str();
            let (secret_key, api_base) = (names.secret_key, names.api_base);
            return Some(format!("{secret_key} is for {mode} mode and {api_base} is not: leave {api_base} out"));
        }
    }
    let (live, _) = of(Mode::Live)?;
    let secret_key = live.secret_key;
    (public_url.scheme() != "https")
        .then(|| format!("{secret_key} is for live mode, and RIBBON_PUBLIC_URL is not: live mode needs an https address"))
}

/// Whether an address of a provider's API moves other money than the key: Creem has a host for each mode, and what stands on this machine
/// is a stand-in.
fn is_of_other_mode(provider: ProviderName, mode: Mode, base: &Url) -> bool {
    let is_here = matches!(base.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let begins = |mode: Mode| base.as_str().trim_end_matches('/') == CreemSettings::api(mode).trim_end_matches('/');
    match (provider, mode) {
        (_, Mode::Live) if is_here => true,
        (ProviderName::Creem, Mode::Live) => begins(Mode::Test),
        (ProviderName::Creem, Mode::Test) => begins(Mode::Live),
        (ProviderName::Stripe | ProviderName::Flowglad, Mode::Live | Mode::Test) => false,
    }
}

/// The keys of every provider that has some.
pub fn read(reader: &mut Reader<'_>) -> BTreeMap<ProviderName, ProviderKeys> {
    ProviderName::ALL.into_iter().filter_map(|provider| Some((provider, read_one(reader, KeyNames::of(provider))?))).collect()
}

fn read_one(reader: &mut Reader<'_>, names: KeyNames) -> Option<ProviderKeys> {
    let api_base = reader.optional(names.api_base, "a URL");
    let secret_key = reader.text(names.secret_key);
    let webhook_secret = reader.text(names.webhook_secret);
    if secret_key.is_none() && webhook_secret.is_some() {
        reader.wrong(names.webhook_secret, &format!("set together with {}, or left out", names.secret_key));
    }
    let secret_key = secret_key?;
    if webhook_secret.as_deref().is_some_and(|secret| names.is_a_key(secret)) {
        reader.wrong(names.webhook_secret, "the secret that webhooks are signed with, which is another than the key");
    }
    let mode = names.mode(&secret_key);
    if mode.is_none() {
        reader.wrong(names.secret_key, names.wanted);
    }
    if webhook_secret.is_none() {
        reader.wrong(names.webhook_secret, &format!("set beside {}, or no webhook can be believed", names.secret_key));
    }
    Some(ProviderKeys { secret_key, webhook_secret: webhook_secret?, api_base, mode: mode? })
}
