//! Where a client may send its buyers back: an absolute http address on our own origin, or on one that the operator listed. A link that
//! goes through a payment page and ends elsewhere would lend the shop's name to whoever asked for it.

use url::{ParseError, Url};

/// The longest address that is taken, in bytes.
pub const LONGEST: usize = 2_048;

/// The origins to which a buyer may be sent back, as browsers write them.
#[derive(Clone, Debug)]
pub struct Origins {
    pub own: String,
    pub listed: Vec<String>,
}

/// Why an address is none to be sent back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlRefused {
    Empty,
    TooLong,
    /// Not an absolute address, or one that programs read in different ways.
    Malformed(ParseError),
    /// Signs that some programs drop and others keep: blanks, line breaks, backslashes.
    OddSigns,
    Scheme,
    UserInfo,
    OtherOrigin,
}

impl UrlRefused {
    /// What to do about it; no full stop.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Empty | Self::Malformed(_) => "Give a whole address, as in https://shop.example/thanks",
            Self::TooLong => "Give an address of at most 2048 bytes",
            Self::OddSigns => "Write the address without blanks, line breaks and backslashes",
            Self::Scheme => "Give an address that begins with https:// or http://",
            Self::UserInfo => "Leave the user and the password out of the address",
            Self::OtherOrigin => "Give an address on this shop’s own origin, or on one that its operator listed",
        }
    }
}

impl Origins {
    /// Whether scripts of pages on `origin` may read what we answer, and buyers be sent back there.
    pub fn lists(&self, origin: &str) -> bool {
        self.listed.iter().any(|listed| listed == origin)
    }

    /// Reads an address to which a buyer is to be sent back.
    pub fn read(&self, text: &str) -> Result<Url, UrlRefused> {
        if text.is_empty() {
            return Err(UrlRefused::Empty);
        }
        if text.len() > LONGEST {
            return Err(UrlRefused::TooLong);
        }
        if text.chars().any(|letter| letter.is_control() || letter.is_whitespace() || letter == '\\') {
            return Err(UrlRefused::OddSigns);
        }
        let url = Url::parse(text).map_err(UrlRefused::Malformed)?;
        let rest = after_scheme(text).ok_or(UrlRefused::Scheme)?;
        // The parser takes any number of slashes, and forgets a user without a name.
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.is_empty() {
            return Err(UrlRefused::Malformed(ParseError::EmptyHost));
        }
        if authority.contains('@') {
            return Err(UrlRefused::UserInfo);
        }
        let origin = url.origin().ascii_serialization();
        if origin == self.own || self.lists(&origin) { Ok(url) } else { Err(UrlRefused::OtherOrigin) }
    }
}

/// What stands behind `http://` or `https://`.
fn after_scheme(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once("://")?;
    ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, UrlRefused> {
        let origins = Origins { own: "http://localhost:3000".to_owned(), listed: vec!["https://shop.example".to_owned()] };
        origins.read(text).map(|url| url.to_string())
    }

    #[test]
    fn our_own_origin_and_a_listed_one_are_taken() {
        for (text, url) in [
            ("http://localhost:3000", "http://localhost:3000/"),
            ("http://localhost:3000/gift?a=1#b", "http://localhost:3000/gift?a=1#b"),
            ("HTTPS://Shop.Example/thanks", "https://shop.example/thanks"),
            ("https://shop.example:443/", "https://shop.example/"),
            ("https://shop.example/a?id={CHECKOUT_SESSION_ID}", "https://shop.example/a?id={CHECKOUT_SESSION_ID}"),
            ("https://shop.example/@somebody", "https://shop.example/@somebody"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(url), "{text}");
        }
    }

    #[test]
    fn nothing_else_is() {
        use UrlRefused::{Empty, Malformed, OddSigns, OtherOrigin, Scheme, UserInfo};
        let relative = Malformed(ParseError::RelativeUrlWithoutBase);
        for (text, why) in [
            ("", Empty),
            ("/thanks", relative),
            ("//shop.example/thanks", relative),
            ("thanks", relative),
            ("javascript:alert(1)", Scheme),
            ("data:text/html,hello", Scheme),
            ("ftp://shop.example/", Scheme),
            ("https:shop.example", Scheme),
            ("https:/shop.example", Scheme),
            ("https:///shop.example", Malformed(ParseError::EmptyHost)),
            ("https://", Malformed(ParseError::EmptyHost)),
            ("https://shop.example:99999/", Malformed(ParseError::InvalidPort)),
            (" https://shop.example/", OddSigns),
            ("https://shop.example/\n", OddSigns),
            ("java\nscript:alert(1)", OddSigns),
            ("https:\\\\shop.example", OddSigns),
            ("https://ada@shop.example/", UserInfo),
            ("https://ada:pw@shop.example/", UserInfo),
            ("https://@shop.example/", UserInfo),
            ("https://shop.example@evil.example/", UserInfo),
            ("http://shop.example/", OtherOrigin),
            ("https://shop.example:8443/", OtherOrigin),
            ("http://localhost:3001/", OtherOrigin),
            ("http://localhost/", OtherOrigin),
            ("http://127.0.0.1:3000/", OtherOrigin),
            ("https://shop.example.evil.example/", OtherOrigin),
            ("https://evil-shop.example/", OtherOrigin),
            ("https://shop.example./", OtherOrigin),
            ("https://shоp.example/", OtherOrigin),
        ] {
            assert_eq!(read(text), Err(why), "{text}");
        }
        assert_eq!(read(&format!("https://shop.example/{}", "a".repeat(LONGEST))), Err(UrlRefused::TooLong));
    }
}
