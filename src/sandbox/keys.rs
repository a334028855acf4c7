//! `sandbox.env`: the sandbox's keys and addresses as `NAME=value` lines, for the shop and for other programs.
//! Random per installation, made once, readable by their owner alone.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use super::till::Provider;
use crate::values::Entropy;

/// What a program needs to talk to one provider of the sandbox and to believe its webhooks.
#[derive(Clone, PartialEq, Eq)]
pub struct ProviderKeys {
    pub secret_key: String,
    pub webhook_secret: String,
    pub api_base: String,
}

/// Everything that stands in `sandbox.env`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    pub stripe: ProviderKeys,
    pub creem: ProviderKeys,
    pub flowglad: ProviderKeys,
    pub inbox: InboxKeys,
    /// The origin of the hosted payment pages and of the inbox, as browsers reach it; no slash at its end.
    pub hosted_origin: String,
}

/// Where mail is posted, the bearer token for it, and the secret by which what became of it is reported.
#[derive(Clone, PartialEq, Eq)]
pub struct InboxKeys {
    pub url: String,
    pub key: String,
    pub webhook_secret: String,
}

/// Where the sandbox's listeners are, as other programs on this machine reach them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bases {
    pub stripe: String,
    pub creem: String,
    pub flowglad: String,
    /// The same listener as Stripe's, as browsers reach it.
    pub hosted_origin: String,
}

impl Bases {
    /// The usual layout: Stripe and the pages on `port`, the other two on the ports that follow it; browsers on this machine.
    #[must_use]
    pub fn from_port(host: &str, port: u16) -> Self {
        let base = |offset: u16| format!("http://{host}:{}", port.saturating_add(offset));
        Self { stripe: base(0), creem: base(1), flowglad: base(2), hosted_origin: format!("http://localhost:{port}") }
    }
}

/// Why the keys can't be had.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox's keys at {} can't be read or written: {source}", path.display())]
pub struct KeysError {
    path: PathBuf,
    source: std::io::Error,
}

/// Reads the keys, or makes those that are missing. Lines that stand in the file win, also over `bases`:
/// whoever runs apart from the sandbox learns from the file where it is. Two programs that start at once agree.
pub fn load_or_make_keys(env_file: &Path, bases: &Bases, entropy: &dyn Entropy) -> Result<Keys, KeysError> {
    let failed = |source| KeysError { path: env_file.to_owned(), source };
    let found = read(env_file).map_err(failed)?;
    let keys = Keys::complete(&found, bases, entropy);
    if keys.lines() == found {
        return Ok(keys);
    }
    let is_new = found.is_empty();
    match write(env_file, &keys, is_new) {
        Ok(()) => Ok(keys),
        // Somebody else made the file meanwhile: theirs hold.
        Err(error) if is_new && error.kind() == ErrorKind::AlreadyExists => {
            Ok(Keys::complete(&read(env_file).map_err(failed)?, bases, entropy))
        }
        Err(error) => Err(failed(error)),
    }
}

/// Writes down where the listeners really are; the secrets stay as they were.
pub(super) fn move_to(env_file: &Path, keys: &Keys, bases: &Bases) -> Result<Keys, KeysError> {
    let mut moved = keys.clone();
    moved.stripe.api_base.clone_from(&bases.stripe);
    moved.creem.api_base.clone_from(&bases.creem);
    moved.flowglad.api_base.clone_from(&bases.flowglad);
    moved.inbox.url = inbox_url(bases);
    moved.hosted_origin.clone_from(&bases.hosted_origin);
    if moved != *keys {
        write(env_file, &moved, false).map_err(|source| KeysError { path: env_file.to_owned(), source })?;
    }
    Ok(moved)
}

/// Random text in lower-case letters and figures; eight symbols for every five bytes.
pub(super) fn random_text(entropy: &dyn Entropy, bytes: usize) -> String {
    data_encoding::BASE32_DNSSEC.encode(&random(entropy, bytes))
}

/// A secret that signs events: base64 behind its prefix, as Flowglad's SDK wants it and the other two don't mind.
pub(super) fn webhook_secret(entropy: &dyn Entropy) -> String {
    format!("whsec_{}", data_encoding::BASE64.encode(&random(entropy, 24)))
}

impl Keys {
    fn complete(found: &BTreeMap<String, String>, bases: &Bases, entropy: &dyn Entropy) -> Self {
        let take = |name: &str, make: &dyn Fn() -> String| found.get(name).cloned().unwrap_or_else(make);
        let made = |prefix: &'static str| move || format!("{prefix}{}", random_text(entropy, 20));
        let base64 = || webhook_secret(entropy);
        Self {
            stripe: ProviderKeys {
                secret_key: take("STRIPE_SECRET_KEY", &made("sk_test_")),
                webhook_secret: take("STRIPE_WEBHOOK_SECRET", &made("whsec_")),
                api_base: take("STRIPE_API_BASE", &|| bases.stripe.clone()),
            },
            creem: ProviderKeys {
                secret_key: take("CREEM_API_KEY", &made("creem_test_")),
                webhook_secret: take("CREEM_WEBHOOK_SECRET", &made("whsec_")),
                api_base: take("CREEM_API_BASE", &|| bases.creem.clone()),
            },
            flowglad: ProviderKeys {
                secret_key: take("FLOWGLAD_SECRET_KEY", &made("sk_test_")),
                webhook_secret: take("FLOWGLAD_WEBHOOK_SECRET", &base64),
                api_base: take("FLOWGLAD_API_BASE", &|| bases.flowglad.clone()),
            },
            inbox: InboxKeys {
                url: take("RIBBON_SANDBOX_INBOX", &|| inbox_url(bases)),
                key: take("RIBBON_SANDBOX_KEY", &made("inbox_")),
                webhook_secret: take("RIBBON_MAIL_WEBHOOK_SECRET", &base64),
            },
            hosted_origin: take("RIBBON_SANDBOX_ORIGIN", &|| bases.hosted_origin.clone()),
        }
    }

    /// Those of one provider.
    pub(super) const fn of(&self, provider: Provider) -> &ProviderKeys {
        match provider {
            Provider::Stripe => &self.stripe,
            Provider::Creem => &self.creem,
            Provider::Flowglad => &self.flowglad,
        }
    }

    fn lines(&self) -> BTreeMap<String, String> {
        [
            ("STRIPE_SECRET_KEY", &self.stripe.secret_key),
            ("STRIPE_WEBHOOK_SECRET", &self.stripe.webhook_secret),
            ("STRIPE_API_BASE", &self.stripe.api_base),
            ("CREEM_API_KEY", &self.creem.secret_key),
            ("CREEM_WEBHOOK_SECRET", &self.creem.webhook_secret),
            ("CREEM_API_BASE", &self.creem.api_base),
            ("FLOWGLAD_SECRET_KEY", &self.flowglad.secret_key),
            ("FLOWGLAD_WEBHOOK_SECRET", &self.flowglad.webhook_secret),
            ("FLOWGLAD_API_BASE", &self.flowglad.api_base),
            ("RIBBON_SANDBOX_INBOX", &self.inbox.url),
            ("RIBBON_SANDBOX_KEY", &self.inbox.key),
            ("RIBBON_MAIL_WEBHOOK_SECRET", &self.inbox.webhook_secret),
            ("RIBBON_SANDBOX_ORIGIN", &self.hosted_origin),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect()
    }
}

fn inbox_url(bases: &Bases) -> String {
    format!("{}/inbox", bases.stripe)
}

fn random(entropy: &dyn Entropy, bytes: usize) -> Vec<u8> {
    let mut drawn = vec![0; bytes];
    entropy.fill(&mut drawn);
    drawn
}

/// Every `NAME=value` line; none for a file that isn't there.
fn read(env_file: &Path) -> std::io::Result<BTreeMap<String, String>> {
    let text = match std::fs::read_to_string(env_file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(error),
    };
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#')).filter_map(|line| line.split_once('='));
    Ok(lines
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .filter(|(_, value)| !value.is_empty())
        .collect())
}

/// Puts the whole file in place at once. A new one must not be there yet.
fn write(env_file: &Path, keys: &Keys, is_new: bool) -> std::io::Result<()> {
    if let Some(folder) = env_file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let draft = env_file.with_extension(format!("env.{}", std::process::id()));
    let mut file = private_file(&draft)?;
    writeln!(file, "# The sandbox's keys and addresses, in test mode only. No money moves with them.")?;
    for (name, value) in keys.lines() {
        writeln!(file, "{name}={value}")?;
    }
    file.sync_all()?;
    // A link refuses to replace a file, a rename replaces it; both are done or not done.
    let placed = if is_new { std::fs::hard_link(&draft, env_file) } else { std::fs::rename(&draft, env_file) };
    if is_new || placed.is_err() {
        std::fs::remove_file(&draft)?;
    }
    placed
}

/// A file that only its owner may read.
pub(super) fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

impl fmt::Debug for ProviderKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProviderKeys({})", self.api_base)
    }
}

impl fmt::Debug for InboxKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InboxKeys({})", self.url)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::sandbox::tests::Counting;

    #[test]
    fn keys_are_made_once_and_stay() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data/sandbox.env");
        let bases = Bases::from_port("127.0.0.1", 3010);
        let entropy = Counting::default();
        let first = load_or_make_keys(&file, &bases, &entropy).unwrap();
        assert_eq!(load_or_make_keys(&file, &bases, &entropy).unwrap(), first);
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains("STRIPE_SECRET_KEY=sk_test_") && text.contains("CREEM_API_BASE=http://127.0.0.1:3011\n"), "{text}");
        assert_eq!(std::fs::read_dir(file.parent().unwrap()).unwrap().count(), 1, "no draft is left behind");
    }

    #[test]
    fn moving_changes_addresses_and_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sandbox.env");
        let entropy = Counting::default();
        let before = load_or_make_keys(&file, &Bases::from_port("127.0.0.1", 3010), &entropy).unwrap();
        let after = move_to(&file, &before, &Bases::from_port("127.0.0.1", 4010)).unwrap();
        assert_eq!(after.stripe.api_base, "http://127.0.0.1:4010");
        assert_eq!(after.stripe.secret_key, before.stripe.secret_key);
        assert_eq!(load_or_make_keys(&file, &Bases::from_port("127.0.0.1", 3010), &entropy).unwrap(), after);
    }

    #[test]
    fn a_line_that_is_missing_is_added_and_the_others_stay() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sandbox.env");
        std::fs::write(&file, "# mine\nSTRIPE_SECRET_KEY = sk_test_mine\n").unwrap();
        let keys = load_or_make_keys(&file, &Bases::from_port("127.0.0.1", 3010), &Counting::default()).unwrap();
        assert_eq!(keys.stripe.secret_key, "sk_test_mine");
        assert!(keys.stripe.webhook_secret.len() > 30);
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn secrets_never_show_in_debug_output() {
        let folder = tempfile::tempdir().unwrap();
        let keys = load_or_make_keys(&folder.path().join("e"), &Bases::from_port("h", 1), &Counting::default()).unwrap();
        let shown = format!("{keys:?}");
        for secret in [&keys.stripe.secret_key, &keys.stripe.webhook_secret, &keys.inbox.key] {
            assert!(!shown.contains(secret.as_str()), "{shown}");
        }
    }
}
