//! Mail over SMTP. The conversation is held step by step, because only a refusal of the recipient or of the mail itself is
//! final: one of the greeting, the password or the sender is the operator's to mend, and the mail waits.

use std::time::{Duration, UNIX_EPOCH};

use async_trait::async_trait;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, address::Envelope};
use url::{Host, Url, form_urlencoded};

use super::mailer::{Mailer, Outgoing, SendError};

/// For a whole conversation; with the parting the worker's lease is still longer.
const TIMEOUT: Duration = Duration::from_secs(20);
/// For the answer to our goodbye.
const PARTING: Duration = Duration::from_secs(2);
const SUBMISSION_PORT: u16 = 587;
const SUBMISSIONS_PORT: u16 = 465;

/// Hands each mail to one relay.
pub struct SmtpMailer {
    host: String,
    port: u16,
    encryption: Encryption,
    credentials: Option<Credentials>,
    hello_name: ClientId,
    timeout: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encryption {
    None,
    /// STARTTLS where the server offers it.
    WhereOffered,
    /// STARTTLS, or no mail.
    Required,
    /// TLS from the first byte.
    FromTheStart,
}

/// What is wrong with `RIBBON_SMTP_URL`; never repeats it, as it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a mail server is written as smtps://user:password@mail.example.com or smtp://localhost:25, with ?tls=required or ?tls=none at need"
)]
pub struct SmtpUrlError;

impl SmtpMailer {
    /// `smtp://` encrypts where the server offers it (on this machine never), `smtps://` always.
    pub fn parse(url: &str) -> Result<Self, SmtpUrlError> {
        let url = Url::parse(url).map_err(|_| SmtpUrlError)?;
        let host = Host::parse(url.host_str().ok_or(SmtpUrlError)?).map_err(|_| SmtpUrlError)?;
        let tls = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
        let (encryption, usual_port) = match (url.scheme(), tls.as_deref()) {
            ("smtps", None) => (Encryption::FromTheStart, SUBMISSIONS_PORT),
            ("smtp", Some("required")) => (Encryption::Required, SUBMISSION_PORT),
            ("smtp", Some("none")) => (Encryption::None, SUBMISSION_PORT),
            ("smtp", None) if is_this_machine(&host) => (Encryption::None, SUBMISSION_PORT),
            ("smtp", None) => (Encryption::WhereOffered, SUBMISSION_PORT),
            _ => return Err(SmtpUrlError),
        };
        Ok(Self {
            host: host.to_string().trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(usual_port),
            encryption,
            credentials: credentials(&url),
            hello_name: ClientId::default(),
            timeout: TIMEOUT,
        })
    }

    /// Greets the server and takes leave, without a mail. Encryption and password are tried on the way.
    pub async fn greet(&self) -> Result<(), SendError> {
        let greeted = tokio::time::timeout(self.timeout, self.connect()).await;
        let greeted = greeted.map_err(|_| SendError::Temporary("smtp_timeout".to_owned()))?;
        let mut server = greeted.map_err(|error| temporary("connect", &error))?;
        let _ = tokio::time::timeout(PARTING.min(self.timeout), server.abort()).await;
        Ok(())
    }

    async fn converse(&self, envelope: &Envelope, message: &[u8]) -> Result<(), SendError> {
        let conversation = async {
            let mut server = self.connect().await.map_err(|error| temporary("connect", &error))?;
            let taken = hand_over(&mut server, envelope, message).await;
            Ok((server, taken))
        };
        let held = tokio::time::timeout(self.timeout, conversation).await;
        let (mut server, taken) = held.map_err(|_| SendError::Temporary("smtp_timeout".to_owned()))??;
        // A polite end. What the server says to it, or doesn't, changes nothing: a mail that was taken must not go out twice.
        let _ = tokio::time::timeout(PARTING.min(self.timeout), server.abort()).await;
        taken
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, smtp::Error> {
        let parameters = || TlsParameters::new(self.host.clone());
        let at_once = if self.encryption == Encryption::FromTheStart { Some(parameters()?) } else { None };
        let address = (self.host.as_str(), self.port);
        let mut server = AsyncSmtpConnection::connect_tokio1(address, Some(self.timeout), &self.hello_name, at_once, None).await?;
        let upgrades = match self.encryption {
            Encryption::None | Encryption::FromTheStart => false,
            Encryption::WhereOffered => server.can_starttls(),
            Encryption::Required => true,
        };
        if upgrades {
            server.starttls(parameters()?, &self.hello_name).await?;
        }
        if let Some(credentials) = &self.credentials {
            server.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(server)
    }
}

async fn hand_over(server: &mut AsyncSmtpConnection, envelope: &Envelope, message: &[u8]) -> Result<(), SendError> {
    server.command(Mail::new(envelope.from().cloned(), vec![])).await.map_err(|error| temporary("sender", &error))?;
    for to in envelope.to() {
        server.command(Rcpt::new(to.clone(), vec![])).await.map_err(|error| final_if_permanent("recipient", &error))?;
    }
    server.command(Data).await.map_err(|error| temporary("data", &error))?;
    server.message(message).await.map_err(|error| final_if_permanent("mail", &error))?;
    Ok(())
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: &Outgoing) -> Result<(), SendError> {
        let message = message(mail).map_err(|_| SendError::Refused("unwritable".to_owned()))?;
        self.converse(message.envelope(), &message.formatted()).await
    }
}

/// The mail as it goes over the wire: text and HTML, seven bits a byte.
fn message(mail: &Outgoing) -> Result<Message, lettre::error::Error> {
    let to_name = mail.mail.to_name.as_ref().map(|name| name.as_str().to_owned());
    let age = Duration::from_millis(u64::try_from(mail.sent_at.millis()).unwrap_or_default());
    let unwritable = |_| lettre::error::Error::NonAsciiChars;
    let address = |email: &crate::values::Email| email.as_str().parse::<Address>().map_err(unwritable);
    let mut message = Message::builder()
        .message_id(Some(format!("<{}>", mail.message_id)))
        .date(UNIX_EPOCH + age)
        .from(Mailbox::new(Some(mail.from_name.clone()), address(&mail.from)?))
        .reply_to(Mailbox::new(Some(mail.from_name.clone()), address(&mail.reply_to)?))
        .to(Mailbox::new(to_name, address(&mail.mail.to)?))
        .subject(mail.mail.subject.clone())
        .multipart(MultiPart::alternative_plain_html(mail.mail.text.clone(), mail.mail.html.clone()))?;
    let mut add = |name, value| message.headers_mut().insert_raw(HeaderValue::new(HeaderName::new_from_ascii_str(name), value));
    // No out-of-office answers to a program (RFC 3834).
    add("Auto-Submitted", "auto-generated".to_owned());
    // One press in the reader's own mail program ends such mails (RFC 8058).
    if let Some(link) = &mail.mail.one_click {
        add("List-Unsubscribe", format!("<{}>", link.0));
        add("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned());
    }
    Ok(message)
}

fn temporary(step: &str, error: &smtp::Error) -> SendError {
    SendError::Temporary(tag(step, error))
}

fn final_if_permanent(step: &str, error: &smtp::Error) -> SendError {
    let tag = tag(step, error);
    if error.is_permanent() { SendError::Refused(tag) } else { SendError::Temporary(tag) }
}

/// `smtp_recipient_550`: the step and the code, never the server's words.
fn tag(step: &str, error: &smtp::Error) -> String {
    let what = error.status().map_or_else(|| kind(error).to_owned(), |code| code.to_string());
    format!("smtp_{step}_{what}")
}

fn kind(error: &smtp::Error) -> &'static str {
    if error.is_timeout() {
        "timeout"
    } else if error.is_tls() {
        "tls"
    } else if error.is_response() {
        "nonsense"
    } else {
        "connection"
    }
}

fn credentials(url: &Url) -> Option<Credentials> {
    Some(Credentials::new(decoded(url.username()), decoded(url.password()?)))
}

/// Undoes the percent signs of a user's name or password. A form's decoder does it, once `+` and `&` mean nothing to it.
fn decoded(text: &str) -> String {
    let form = text.replace('+', "%2B").replace('&', "%26");
    form_urlencoded::parse(form.as_bytes()).next().map(|(decoded, _)| decoded.into_owned()).unwrap_or_default()
}

fn is_this_machine(host: &Host) -> bool {
    match host {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// Hides the password.
impl std::fmt::Debug for SmtpMailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpMailer").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
