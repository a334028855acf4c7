//! Settings: from the environment, or by the same names from an optional `ribbon.toml`. Everything that is wrong is said at once,
//! by name, and no secret is ever printed.

mod file;
mod keys;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use url::Url;

use self::file::File;
pub use self::keys::{KeyNames, ProviderKeys};
use crate::catalog::{Brand, Catalog};
use crate::checkout::{CreemOptions, FlowgladOptions, Mode, ProviderName, StripeOptions};
use crate::gifts::RefundRule;
use crate::outbox::ReportSecret;
use crate::shop::{ClockAhead, SystemClock};
use crate::values::{Clock, Email, Secret, Zone};

/// Where the optional file is looked for.
const FILE: &str = "ribbon.toml";
const DEFAULT_PORT: u16 = 3000;
const SANDBOX_PORT: u16 = 3010;
const DAYS_AHEAD: &str = "RIBBON_TEST_DAYS_AHEAD";

/// Everything that an operator can set, read and judged.
#[derive(Debug)]
pub struct Settings {
    pub addr: SocketAddr,
    pub public_url: Url,
    pub database_url: String,
    /// Where the shop keeps what isn't in the database: beside a SQLite file, else `data`.
    pub data: PathBuf,
    /// `None` asks for one under `data`, which only test mode grants.
    pub secret: Option<Secret>,
    pub previous_secret: Option<Secret>,
    pub provider: ProviderName,
    pub sandbox_port: u16,
    /// By how many days everything here runs ahead of the machine's clock; in test mode only.
    pub days_ahead: u16,
    pub smtp_url: Option<Url>,
    pub mail_from: Email,
    /// By which reports about our mail are signed; without it there are none.
    pub report_secret: Option<ReportSecret>,
    pub trusted_proxies: Vec<IpNet>,
    /// Origins besides our own to which a client may send its buyers back.
    pub allowed_origins: Vec<String>,
    pub zone: Zone,
    /// Of every provider that has some; the sandbox plays the others.
    pub keys: BTreeMap<ProviderName, ProviderKeys>,
    pub stripe: StripeOptions,
    pub creem: CreemOptions,
    pub flowglad: FlowgladOptions,
    pub brand: Brand,
    pub catalog: Catalog,
    pub refunds: RefundRule,
}

/// All that is wrong with the settings, one sentence each.
#[derive(Debug)]
pub struct SettingsError(pub Vec<String>);

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "The settings need correcting:")?;
        self.0.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for SettingsError {}

impl Settings {
    /// From this process's environment and the `ribbon.toml` of the folder it was started in.
    pub fn load() -> Result<Self, SettingsError> {
        let file = match std::fs::read_to_string(FILE) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(SettingsError(vec![format!("{FILE} can't be read: {error}")])),
        };
        Self::read(&std::env::vars().collect(), &file)
    }

    /// From what an environment and a file say; the environment wins.
    pub fn read(environment: &BTreeMap<String, String>, file: &str) -> Result<Self, SettingsError> {
        let file: File = toml::from_str(file).map_err(|error| SettingsError(vec![format!("{FILE}: {}", error.message())]))?;
        let mut reader = Reader { environment, file: &file.names, problems: Vec::new() };
        let settings = reader.settings();
        let brand = file.brand.read(&mut reader.problems);
        let catalog = file.catalog.read(&mut reader.problems);
        let refunds = file.refunds.read(&mut reader.problems);
        reader.problems.extend(file.creem.check().err().map(str::to_owned));
        reader.problems.extend(settings.as_ref().and_then(|settings| keys::mixed_modes(&settings.keys, &settings.public_url)));
        if settings.as_ref().is_some_and(|settings| settings.days_ahead > 0 && settings.is_in_the_open()) {
            reader.problems.push(format!("{DAYS_AHEAD} is for trying the shop out: leave it out where it is open to the world"));
        }
        if let (Some(settings), Some(catalog)) = (&settings, &catalog) {
            reader.problems.extend(keys::unnamed_offer(settings.provider, &settings.keys, catalog));
        }
        match (settings, brand, catalog) {
            (Some(settings), Some(brand), Some(catalog)) if reader.problems.is_empty() => {
                Ok(Self { brand, catalog, refunds, stripe: file.stripe, creem: file.creem, flowglad: file.flowglad, ..settings })
            }
            _ => Err(SettingsError(reader.problems)),
        }
    }

    /// The clock of the shop and of the sandbox.
    pub fn clock(&self) -> Arc<dyn Clock> {
        match self.days_ahead {
            0 => Arc::new(SystemClock),
            days => Arc::new(ClockAhead(Duration::from_hours(u64::from(days) * 24))),
        }
    }

    /// Real money could move, or the world can reach us: the sandbox must not start.
    pub fn is_in_the_open(&self) -> bool {
        let is_public = self.public_url.scheme() == "https" && !self.is_on_this_machine();
        self.keys.values().any(|keys| keys.mode == Mode::Live) || is_public
    }

    /// Whether the shop's address is known to this machine alone.
    pub fn is_on_this_machine(&self) -> bool {
        self.public_url.host_str().is_some_and(|host| {
            host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback()) || host == "[::1]"
        })
    }
}

/// Reads one name after another and collects what is wrong.
struct Reader<'a> {
    environment: &'a BTreeMap<String, String>,
    file: &'a BTreeMap<String, toml::Value>,
    problems: Vec<String>,
}

impl Reader<'_> {
    fn settings(&mut self) -> Option<Settings> {
        let addr = self.parsed(
            "RIBBON_ADDR",
            SocketAddr::from(([127, 0, 0, 1], DEFAULT_PORT)),
            "an address and port, as in 127.0.0.1:3000",
        );
        let port = addr.map_or(DEFAULT_PORT, |addr| addr.port());
        let public_url = self.public_url(port);
        let (database_url, data) = self.database();
        let secret = self.secret("RIBBON_SECRET");
        let previous_secret = self.secret("RIBBON_SECRET_PREVIOUS");
        let provider = self.parsed("RIBBON_PROVIDER", ProviderName::Stripe, "stripe, creem or flowglad");
        let sandbox_port = self.parsed("RIBBON_SANDBOX_PORT", SANDBOX_PORT, "a port, as in 3010");
        let days_ahead = self.parsed(DAYS_AHEAD, 0, "a number of days, as in 7");
        let smtp_url = self.optional("RIBBON_SMTP_URL", "a URL, as in smtps://user:password@host");
        let mail_from = self.mail_from();
        let report_secret = self.report_secret();
        let trusted_proxies = self.list("RIBBON_TRUSTED_PROXIES", "addresses or networks, as in 10.0.0.0/8", |text| {
            text.parse().ok().or_else(|| text.parse::<std::net::IpAddr>().ok().map(IpNet::from))
        });
        let allowed_origins = self.list("RIBBON_ALLOWED_ORIGINS", "origins, as in https://shop.example", origin);
        let zone = match self.text("RIBBON_TIME_ZONE") {
            Some(name) => Zone::parse(&name).map_err(|error| self.problems.push(format!("RIBBON_TIME_ZONE: {error}"))).ok(),
            None => Some(Zone::UTC),
        };
        let keys = keys::read(self);
        Some(Settings {
            addr: addr?,
            public_url: public_url?,
            database_url: database_url?,
            data,
            secret,
            previous_secret,
            provider: provider?,
            sandbox_port: sandbox_port?,
            days_ahead: days_ahead?,
            smtp_url,
            mail_from: mail_from?,
            report_secret,
            trusted_proxies,
            allowed_origins,
            zone: zone?,
            keys,
            stripe: StripeOptions::default(),
            creem: CreemOptions::default(),
            flowglad: FlowgladOptions::default(),
            brand: Brand::default(),
            catalog: Catalog::default(),
            refunds: RefundRule::default(),
        })
    }

    fn text(&self, name: &str) -> Option<String> {
        let from_file = || {
            let value = self.file.get(name)?;
            Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        };
        self.environment.get(name).cloned().or_else(from_file).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    fn wrong(&mut self, name: &str, wanted: &str) {
        self.problems.push(format!("{name} must be {wanted}"));
    }

    fn parsed<T: FromStr>(&mut self, name: &str, default: T, wanted: &str) -> Option<T> {
        let Some(text) = self.text(name) else { return Some(default) };
        text.parse().map_err(|_| self.wrong(name, wanted)).ok()
    }

    fn optional<T: FromStr>(&mut self, name: &str, wanted: &str) -> Option<T> {
        self.text(name)?.parse().map_err(|_| self.wrong(name, wanted)).ok()
    }

    fn list<T>(&mut self, name: &str, wanted: &str, read: fn(&str) -> Option<T>) -> Vec<T> {
        let text = self.text(name).unwrap_or_default();
        let parts: Option<Vec<T>> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(read).collect();
        parts.unwrap_or_else(|| {
            self.wrong(name, wanted);
            Vec::new()
        })
    }

    fn public_url(&mut self, port: u16) -> Option<Url> {
        let text = self.text("RIBBON_PUBLIC_URL").unwrap_or_else(|| format!("http://localhost:{port}"));
        let url = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some());
        if url.is_none() {
            self.wrong("RIBBON_PUBLIC_URL", "an address as browsers write it, as in https://gifts.example.com");
        }
        url.map(|mut url| {
            url.set_path("/");
            url.set_query(None);
            url.set_fragment(None);
            url
        })
    }

    fn database(&mut self) -> (Option<String>, PathBuf) {
        let url = self.text("DATABASE_URL");
        let own_folder = self.text("RIBBON_DATA").map(PathBuf::from);
        let folder = own_folder.clone().unwrap_or_else(|| PathBuf::from("data"));
        match url {
            None => (Some(format!("sqlite://{}", folder.join("ribbon.db").display())), folder),
            Some(url) if url.starts_with("sqlite:") => {
                let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
                let beside = Path::new(path.split('?').next().unwrap_or(path)).parent().map(Path::to_path_buf);
                let beside = beside.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| PathBuf::from("."));
                (Some(url), own_folder.unwrap_or(beside))
            }
            Some(url) if url.starts_with("postgres:") || url.starts_with("postgresql:") => (Some(url), folder),
            Some(_) => {
                self.wrong("DATABASE_URL", "sqlite://path/to/file or postgres://user@host/database");
                (None, folder)
            }
        }
    }

    fn secret(&mut self, name: &str) -> Option<Secret> {
        Secret::parse(&self.text(name)?).map_err(|error| self.problems.push(format!("{name}: {error}"))).ok()
    }

    fn report_secret(&mut self) -> Option<ReportSecret> {
        const NAME: &str = "RIBBON_MAIL_WEBHOOK_SECRET";
        ReportSecret::parse(&self.text(NAME)?).map_err(|error| self.wrong(NAME, &error.to_string())).ok()
    }

    fn mail_from(&mut self) -> Option<Email> {
        let Some(text) = self.text("RIBBON_MAIL_FROM") else { return Some(Email::at_example("gifts")) };
        Email::parse(&text).map_err(|_| self.wrong("RIBBON_MAIL_FROM", "an email address")).ok()
    }
}

/// An origin as browsers write it: scheme, host and port, nothing behind.
fn origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.path() == "/")?;
    Some(url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Months, Tier};

    fn read(names: &[(&str, &str)], file: &str) -> Result<Settings, SettingsError> {
        let environment = names.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Settings::read(&environment, file)
    }

    #[test]
    fn nothing_needs_to_be_set() {
        let settings = read(&[], "").unwrap();
        assert_eq!(settings.public_url.as_str(), "http://localhost:3000/");
        assert_eq!((settings.database_url.as_str(), settings.data.as_path()), ("sqlite://data/ribbon.db", Path::new("data")));
        assert!(!settings.is_in_the_open());
    }

    #[test]
    fn everything_wrong_is_said_at_once_and_no_secret_with_it() {
        let error = read(
            &[
                ("RIBBON_ADDR", "here"),
                ("DATABASE_URL", "mysql://root:hunter2@db/shop"),
                ("RIBBON_SECRET", "hunter2"),
                ("RIBBON_TIME_ZONE", "Mars"),
                ("STRIPE_SECRET_KEY", "hunter2"),
                ("RIBBON_MAIL_WEBHOOK_SECRET", "hunter2"),
                ("RIBBON_TRUSTED_PROXIES", "10.0.0.0/8, nowhere"),
            ],
            "[brand]\naccent = 'red'",
        )
        .unwrap_err();
        assert_eq!(error.0.len(), 9, "{error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }

    #[test]
    fn the_file_says_what_the_environment_does_not() {
        let file = "RIBBON_ADDR = '127.0.0.1:4000'\nRIBBON_SANDBOX_PORT = 4010\n[brand]\nname = 'Harbour'\n[catalog.member.prices]\n3 = 900";
        let settings = read(&[("RIBBON_ADDR", "127.0.0.1:5000")], file).unwrap();
        assert_eq!((settings.addr.port(), settings.sandbox_port, settings.brand.name.as_str()), (5000, 4010, "Harbour"));
        assert_eq!(settings.catalog.offer(Tier::Member, Months::Three).unwrap().price.minor, 900);
        assert_eq!(settings.public_url.as_str(), "http://localhost:5000/");
    }

    #[test]
    fn another_currency_needs_every_price() {
        let error = read(&[], "[catalog]\ncurrency = 'JPY'").unwrap_err();
        assert_eq!(error.0.len(), 2, "{error}");
    }

    #[test]
    fn tax_and_refunds_are_what_the_file_says_or_the_start_is_refused() {
        let says = |file: &str| read(&[], file);
        let settings = says("[catalog]\ntax = { name = 'VAT', percent = 7.7, included = true }\n[refunds]\ndays = 30").unwrap();
        assert_eq!(settings.catalog.tax().unwrap().label(), "7.7 % VAT");
        assert_eq!(settings.refunds.days, 30);
        let settings = says("").unwrap();
        assert_eq!((settings.catalog.tax(), settings.refunds.days), (None, 14));
        assert_eq!(says("[refunds]\ndays = 0").unwrap().refunds.days, 0);
        for (file, name) in [
            ("[refunds]\ndays = -1", "refunds.days"),
            ("[refunds]\ndays = 366", "refunds.days"),
            ("[catalog]\ntax = { name = 'VAT', percent = 19, included = false }", "catalog.tax.included"),
            ("[catalog]\ntax = { name = '', percent = 19 }", "catalog.tax"),
            ("[catalog]\ntax = { name = 'VAT', percent = '-1' }", "catalog.tax"),
            ("[catalog]\ntax = { name = 'VAT', percent = 'much' }", "catalog.tax"),
        ] {
            assert!(says(file).unwrap_err().to_string().contains(name), "{file}");
        }
    }

    #[test]
    fn keys_of_every_provider_are_read_with_their_mode() {
        for (key, secret, value, mode) in [
            ("CREEM_API_KEY", "CREEM_WEBHOOK_SECRET", "creem_test_x", Mode::Test),
            ("CREEM_API_KEY", "CREEM_WEBHOOK_SECRET", "creem_x", Mode::Live),
            ("FLOWGLAD_SECRET_KEY", "FLOWGLAD_WEBHOOK_SECRET", "sk_live_x", Mode::Live),
            ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "rk_test_x", Mode::Test),
        ] {
            let public = ("RIBBON_PUBLIC_URL", "https://localhost:3443");
            let settings = read(&[(key, value), (secret, "whsec_x"), public], "").unwrap();
            assert_eq!(settings.keys.values().map(|keys| keys.mode).collect::<Vec<_>>(), [mode], "{value}");
            assert_eq!(settings.is_in_the_open(), mode == Mode::Live, "{value}");
            assert!(read(&[(key, value)], "").unwrap_err().to_string().contains(secret), "{value}");
        }
    }

    #[test]
    fn a_webhook_secret_is_one_and_stands_beside_its_key() {
        for (set, sentence) in [
            (&[("STRIPE_WEBHOOK_SECRET", "whsec_x")][..], "STRIPE_WEBHOOK_SECRET must be set together with STRIPE_SECRET_KEY"),
            (&[("STRIPE_SECRET_KEY", "sk_test_x"), ("STRIPE_WEBHOOK_SECRET", "sk_test_x")], "STRIPE_WEBHOOK_SECRET must be"),
        ] {
            let error = read(set, "").unwrap_err().to_string();
            assert!(error.contains(sentence), "{error}");
            assert!(!error.contains("test_x"), "{error}");
        }
    }

    #[test]
    fn a_provider_that_sells_its_own_products_needs_one_for_every_offer() {
        let creem = [("RIBBON_PROVIDER", "creem"), ("CREEM_API_KEY", "creem_test_x"), ("CREEM_WEBHOOK_SECRET", "whsec_x")];
        let error = read(&creem, "").unwrap_err();
        assert!(error.to_string().contains("catalog.member.price_ids.3.creem must name"), "{error}");
        let of = |tier: &str| [3, 6, 12].map(|months| format!("[catalog.{tier}.price_ids.{months}]\ncreem = 'prod_1'\n")).concat();
        assert!(read(&creem, &(of("member") + &of("founder"))).is_ok());
        assert!(read(&creem[..1], "").is_ok(), "the sandbox knows them all");
    }

    #[test]
    fn live_keys_and_a_public_address_keep_the_sandbox_away() {
        let public = ("RIBBON_PUBLIC_URL", "https://gifts.example.com/");
        let local = ("RIBBON_PUBLIC_URL", "https://localhost:3443");
        let keys = [("STRIPE_SECRET_KEY", "sk_live_x"), ("STRIPE_WEBHOOK_SECRET", "whsec_x")];
        assert!(read(&[&keys[..], &[local]].concat(), "").unwrap().is_in_the_open());
        assert!(read(&[public], "").unwrap().is_in_the_open());
        assert!(!read(&[local], "").unwrap().is_in_the_open());
    }

    #[test]
    fn the_clock_runs_ahead_where_nothing_real_can_happen() {
        let ahead = ("RIBBON_TEST_DAYS_AHEAD", "7");
        let clock = read(&[ahead], "").unwrap().clock();
        let (machine, week) = (SystemClock.now(), Duration::from_hours(7 * 24));
        assert!(clock.now() >= machine.plus(week) && clock.now() < machine.plus(week * 2));
        assert!(read(&[], "").unwrap().clock().now() < machine.plus(week));
        for refused in ["-1", "1.5", "soon"] {
            assert!(read(&[("RIBBON_TEST_DAYS_AHEAD", refused)], "").unwrap_err().to_string().contains("RIBBON_TEST_DAYS_AHEAD"));
        }
        let live = [("STRIPE_SECRET_KEY", "sk_live_x"), ("STRIPE_WEBHOOK_SECRET", "whsec_x")];
        let public = ("RIBBON_PUBLIC_URL", "https://gifts.example.com/");
        for open in [&[&live[..], &[public]].concat()[..], &[public]] {
            assert!(read(open, "").is_ok());
            assert!(read(&[open, &[ahead]].concat(), "").unwrap_err().to_string().contains("RIBBON_TEST_DAYS_AHEAD"));
        }
    }

    #[test]
    fn keys_of_one_mode_beside_things_of_the_other_are_refused_in_one_sentence() {
        let public = ("RIBBON_PUBLIC_URL", "https://gifts.example.com/");
        let live = [("STRIPE_SECRET_KEY", "sk_live_x"), ("STRIPE_WEBHOOK_SECRET", "whsec_x")];
        let creem_test = [("CREEM_API_KEY", "creem_test_x"), ("CREEM_WEBHOOK_SECRET", "whsec_x")];
        let creem_live = [("CREEM_API_KEY", "creem_x"), ("CREEM_WEBHOOK_SECRET", "whsec_x")];
        for (names, sentence) in [
            (
                [&live[..], &creem_test, &[public]].concat(),
                "STRIPE_SECRET_KEY is for live mode and CREEM_API_KEY for test mode: give keys of one mode",
            ),
            (live.to_vec(), "STRIPE_SECRET_KEY is for live mode, and RIBBON_PUBLIC_URL is not: live mode needs an https address"),
            (
                [&live[..], &[public, ("STRIPE_API_BASE", "http://127.0.0.1:3010")]].concat(),
                "STRIPE_SECRET_KEY is for live mode and STRIPE_API_BASE is not: leave STRIPE_API_BASE out",
            ),
            (
                [&creem_live[..], &[public, ("CREEM_API_BASE", "https://test-api.creem.io")]].concat(),
                "CREEM_API_KEY is for live mode and CREEM_API_BASE is not: leave CREEM_API_BASE out",
            ),
            (
                [&creem_test[..], &[("CREEM_API_BASE", "https://api.creem.io/")]].concat(),
                "CREEM_API_KEY is for test mode and CREEM_API_BASE is not: leave CREEM_API_BASE out",
            ),
        ] {
            assert_eq!(read(&names, "").unwrap_err().0, [sentence]);
        }
        assert!(read(&[&live[..], &[public]].concat(), "").is_ok());
        assert!(read(&creem_test, "").is_ok());
    }
}
