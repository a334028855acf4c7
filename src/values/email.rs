//! An email address as people type it, kept as typed and compared without regard to case.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::mistyped::meant_by;

/// The longest address that SMTP carries, in octets (RFC 5321, 4.5.3.1.3).
const LONGEST: usize = 254;
const LONGEST_LOCAL: usize = 64;
const LONGEST_LABEL: usize = 63;

/// A whole address: `local@domain.tld`, ASCII, by the rule of HTML's `type=email` and with a dot in its domain.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    #[error("no address was given")]
    Missing,
    #[error("that is not a whole email address")]
    Malformed,
}

impl Email {
    /// White space around the address is dropped; anything odd inside of it is refused.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let text = text.trim_matches([' ', '\t', '\u{a0}']);
        if text.is_empty() {
            return Err(EmailError::Missing);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(EmailError::Malformed)?;
        let sound = text.len() <= LONGEST && is_local(local) && is_domain(domain);
        if sound { Ok(Self(text.to_owned())) } else { Err(EmailError::Malformed) }
    }

    /// An address in a domain that is nobody's (RFC 2606), for a shop that has not been given one.
    pub(crate) fn at_example(local: &str) -> Self {
        Self(format!("{local}@ribbon.example"))
    }

    /// As it was typed: what a mail is sent to and a page shows its owner.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two spellings of one address have in common; look-ups and unique indexes use it.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// The address that was perhaps meant, where the domain looks mistyped.
    #[must_use]
    pub fn meant(&self) -> Option<Self> {
        let (local, domain) = self.0.rsplit_once('@')?;
        Self::parse(&format!("{local}@{}", meant_by(domain)?)).ok()
    }

    /// What somebody else may see of it: `b•••@e•••.com`, of one length whatever is hidden.
    #[must_use]
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.rsplit_once('@').unwrap_or((&self.0, ""));
        let ending = domain.rsplit_once('.').map_or("", |(_, ending)| ending);
        format!("{}•••@{}•••.{ending}", first(local), first(domain))
    }

    /// [`Email::masked`] as a sentence for somebody who listens to the page.
    #[must_use]
    pub fn masked_in_words(&self) -> String {
        let (local, domain) = self.0.rsplit_once('@').unwrap_or((&self.0, ""));
        let ending = domain.rsplit_once('.').map_or("", |(_, ending)| ending);
        format!("an address that begins with {}, at a domain that begins with {}, ending in .{ending}", first(local), first(domain))
    }
}

fn first(text: &str) -> String {
    text.chars().take(1).flat_map(char::to_lowercase).collect()
}

fn is_local(local: &str) -> bool {
    let allowed = |letter: u8| letter.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&letter);
    let dotted_well = !local.starts_with('.') && !local.ends_with('.') && !local.contains("..");
    (1..=LONGEST_LOCAL).contains(&local.len()) && local.bytes().all(allowed) && dotted_well
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=LONGEST_LABEL).contains(&label.len())
            && label.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    domain.contains('.') && domain.split('.').all(is_label) && domain.rsplit('.').next().is_some_and(|ending| ending.len() > 1)
}

impl PartialEq for Email {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Email {}

/// Masked, so that no log shows an address by accident.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Email({})", self.masked())
    }
}

impl TryFrom<String> for Email {
    type Error = EmailError;
    fn try_from(text: String) -> Result<Self, EmailError> {
        Self::parse(&text)
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_without_case_and_kept_as_typed() {
        let typed = Email::parse(" Bea.Lind+gift@Example.COM ").unwrap();
        assert_eq!(typed.as_str(), "Bea.Lind+gift@Example.COM");
        assert_eq!(typed, Email::parse("bea.lind+gift@example.com").unwrap());
    }

    #[test]
    fn a_mistyped_domain_is_guessed_and_the_rest_kept_as_typed() {
        let meant = |typed: &str| Email::parse(typed).unwrap().meant().map(String::from);
        assert_eq!(meant("Bea.Lind+gift@Gmial.com").as_deref(), Some("Bea.Lind+gift@gmail.com"));
        assert_eq!(meant("gmial.com@example.com"), None);
    }

    #[test]
    fn what_is_no_whole_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(65));
        let longer = format!("a@{}.com", "b.".repeat(130));
        for wrong in [
            "bea",
            "bea@example",
            "@example.com",
            "bea@",
            "a b@example.com",
            "bea@exa mple.com",
            "bea@@example.com",
            ".bea@example.com",
            "bea.@example.com",
            "b..a@example.com",
            "bea@-example.com",
            "bea@example-.com",
            "bea@example..com",
            "bea@example.c",
            "bea@example.com\nbcc: carl@example.com",
            "bea\r@example.com",
            "bea@example.com\0",
            "bea,carl@example.com",
            "<bea@example.com>",
            "béa@example.com",
            long.as_str(),
            longer.as_str(),
        ] {
            assert_eq!(Email::parse(wrong), Err(EmailError::Malformed), "{wrong}");
        }
        assert_eq!(Email::parse("  "), Err(EmailError::Missing));
    }

    #[test]
    fn a_masked_address_tells_two_letters_and_the_ending() {
        let email = Email::parse("Bea@mail.example.com").unwrap();
        assert_eq!(email.masked(), "b•••@m•••.com");
        assert_eq!(format!("{email:?}"), "Email(b•••@m•••.com)");
    }
}
