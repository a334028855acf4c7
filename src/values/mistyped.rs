//! Which mail domain was perhaps meant by one that looks mistyped. A guess that is worth a question and nothing more: it is made of common
//! domains and common slips, and asks nobody whether a domain exists.

/// Where most mailboxes are, the most common first. None of them is ever questioned.
const COMMON: [&str; 94] = [
    "gmail.com",
    "hotmail.com",
    "outlook.com",
    "yahoo.com",
    "icloud.com",
    "googlemail.com",
    "live.com",
    "aol.com",
    "gmx.de",
    "gmx.net",
    "gmx.com",
    "gmx.at",
    "gmx.ch",
    "web.de",
    "t-online.de",
    "online.de",
    "freenet.de",
    "posteo.de",
    "mailbox.org",
    "proton.me",
    "protonmail.com",
    "pm.me",
    "me.com",
    "mac.com",
    "msn.com",
    "ymail.com",
    "rocketmail.com",
    "mail.com",
    "email.com",
    "mail.de",
    "mail.ru",
    "yandex.ru",
    "yandex.com",
    "fastmail.com",
    "fastmail.fm",
    "hey.com",
    "zoho.com",
    "tutanota.com",
    "tuta.com",
    "hotmail.co.uk",
    "yahoo.co.uk",
    "live.co.uk",
    "btinternet.com",
    "virginmedia.com",
    "talktalk.net",
    "ntlworld.com",
    "sky.com",
    "yahoo.fr",
    "hotmail.fr",
    "orange.fr",
    "wanadoo.fr",
    "laposte.net",
    "free.fr",
    "sfr.fr",
    "libero.it",
    "virgilio.it",
    "tiscali.it",
    "alice.it",
    "hotmail.it",
    "ziggo.nl",
    "kpnmail.nl",
    "planet.nl",
    "telenet.be",
    "skynet.be",
    "bluewin.ch",
    "hispeed.ch",
    "chello.at",
    "aon.at",
    "telia.com",
    "seznam.cz",
    "interia.pl",
    "onet.pl",
    "wp.pl",
    "o2.pl",
    "sapo.pt",
    "comcast.net",
    "verizon.net",
    "sbcglobal.net",
    "bellsouth.net",
    "att.net",
    "cox.net",
    "charter.net",
    "earthlink.net",
    "rogers.com",
    "shaw.ca",
    "bigpond.com",
    "optusnet.com.au",
    "xtra.co.nz",
    "uol.com.br",
    "naver.com",
    "qq.com",
    "163.com",
    "126.com",
    "rediffmail.com",
];

/// Endings that no domain has, and what stands next to them on a keyboard or in a hurry.
const ENDINGS: [(&str, &str); 19] = [
    ("con", "com"),
    ("cmo", "com"),
    ("ocm", "com"),
    ("comm", "com"),
    ("coom", "com"),
    ("ccom", "com"),
    ("vom", "com"),
    ("xom", "com"),
    ("cim", "com"),
    ("cpm", "com"),
    ("clm", "com"),
    ("c0m", "com"),
    ("ner", "net"),
    ("nte", "net"),
    ("ent", "net"),
    ("nett", "net"),
    ("ogr", "org"),
    ("rog", "org"),
    ("orgg", "org"),
];

/// Endings of real countries that stand for `.com` far more often than for the country, behind a name that is common under `.com`.
const RARELY_MEANT: [&str; 3] = ["co", "cm", "om"];

/// Names from this length on can be told from others, in letters; shorter ones have too many neighbours that are real.
const SHORTEST_NAME: usize = 5;
/// From here on two slips are one too many for chance.
const LONG_NAME: usize = 9;

/// The domain that was meant, where `domain` looks mistyped; in small letters.
pub(super) fn meant_by(domain: &str) -> Option<String> {
    let typed = domain.to_ascii_lowercase();
    if COMMON.contains(&typed.as_str()) {
        return None;
    }
    match with_real_ending(&typed) {
        Some(mended) => Some(nearest(&mended).map_or(mended, str::to_owned)),
        None => nearest(&typed).map(str::to_owned),
    }
}

fn with_real_ending(domain: &str) -> Option<String> {
    let (name, ending) = domain.rsplit_once('.')?;
    let (_, real) = ENDINGS.iter().find(|(wrong, _)| *wrong == ending)?;
    Some(format!("{name}.{real}"))
}

/// The common domain that is one slip away, or two for a long name.
fn nearest(domain: &str) -> Option<&'static str> {
    if is_abroad(domain) {
        return None;
    }
    let is_near = |slips: usize| {
        COMMON.into_iter().find(|common| slips <= slips_allowed(common) && is_within(slips, domain.as_bytes(), common.as_bytes()))
    };
    is_near(1).or_else(|| is_near(2))
}

fn slips_allowed(common: &str) -> usize {
    match name_of(common).len() {
        0..SHORTEST_NAME => 0,
        SHORTEST_NAME..LONG_NAME => 1,
        _ => 2,
    }
}

/// A common name under another country's ending, such as `hotmail.be` or `yahoo.com.au`: most of them exist.
fn is_abroad(domain: &str) -> bool {
    let Some((name, ending)) = domain.split_once('.') else { return false };
    let country = ending.strip_prefix("co.").or_else(|| ending.strip_prefix("com.")).unwrap_or(ending);
    let is_country = country.len() == 2 && !RARELY_MEANT.contains(&country);
    is_country && COMMON.iter().any(|common| name_of(common) == name)
}

fn name_of(domain: &str) -> &str {
    domain.split_once('.').map_or(domain, |(name, _)| name)
}

/// Whether so many slips lead from one to the other; a slip is a letter too many, too few, another, or two that changed places.
fn is_within(slips: usize, one: &[u8], other: &[u8]) -> bool {
    match (one, other) {
        ([x, one @ ..], [y, other @ ..]) if x == y => is_within(slips, one, other),
        ([], rest) | (rest, []) => rest.len() <= slips,
        _ if slips == 0 => false,
        ([x, one_rest @ ..], [y, other_rest @ ..]) => {
            let is_swapped = || match (one_rest, other_rest) {
                ([x2, one @ ..], [y2, other @ ..]) => x == y2 && y == x2 && is_within(slips - 1, one, other),
                _ => false,
            };
            [(one_rest, other_rest), (one_rest, other), (one, other_rest)]
                .into_iter()
                .any(|(one, other)| is_within(slips - 1, one, other))
                || is_swapped()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_in_a_common_domain_is_seen() {
        for (typed, meant) in [
            ("gmial.com", "gmail.com"),
            ("gamil.com", "gmail.com"),
            ("gmai.com", "gmail.com"),
            ("gmaill.com", "gmail.com"),
            ("gnail.com", "gmail.com"),
            ("Gmail.co", "gmail.com"),
            ("gmail.cm", "gmail.com"),
            ("gmail.comm", "gmail.com"),
            ("GMIAL.CON", "gmail.com"),
            ("hotmial.com", "hotmail.com"),
            ("hotmal.com", "hotmail.com"),
            ("hotmail.con", "hotmail.com"),
            ("hotmial.co.uk", "hotmail.co.uk"),
            ("outlok.com", "outlook.com"),
            ("yaho.com", "yahoo.com"),
            ("yahooo.com", "yahoo.com"),
            ("iclod.com", "icloud.com"),
            ("googelmial.com", "googlemail.com"),
            ("protonmial.com", "protonmail.com"),
            ("t-onlien.de", "t-online.de"),
            ("btinternt.com", "btinternet.com"),
            ("harbour-review.con", "harbour-review.com"),
            ("harbour-review.ogr", "harbour-review.org"),
        ] {
            assert_eq!(meant_by(typed).as_deref(), Some(meant), "{typed}");
        }
    }

    #[test]
    fn a_domain_that_is_somebodys_is_left_alone() {
        for common in COMMON {
            assert_eq!(meant_by(common), None, "{common}");
        }
        for real in [
            "hotmail.be",
            "hotmail.de",
            "yahoo.com.au",
            "yahoo.co.jp",
            "yahoo.at",
            "outlook.es",
            "live.nl",
            "live.de",
            "gmx.us",
            "yandex.by",
            "orange.es",
            "icloud.com.cn",
            "inbox.com",
            "aim.com",
            "line.com",
            "love.com",
            "main.com",
            "mall.com",
            "horizon.net",
            "comcast.com",
            "verizon.com",
            "planet.com",
            "apple.com",
            "google.com",
            "example.com",
            "example.co",
            "sky.co",
            // A slip in the name and another in the ending are two: too many for a short name.
            "icoud.co",
            "new.example",
            "student.ox.ac.uk",
            "mail.gmail.example",
            "ribbon.community",
            "a.dom",
        ] {
            assert_eq!(meant_by(real), None, "{real}");
        }
    }

    #[test]
    fn slips_are_counted_once_each() {
        let within = |slips, one: &str, other: &str| is_within(slips, one.as_bytes(), other.as_bytes());
        for (one, other, slips) in [
            ("gmail", "gmail", 0),
            ("gmial", "gmail", 1),
            ("gmai", "gmail", 1),
            ("gmmail", "gmail", 1),
            ("gnail", "gmail", 1),
            ("gnial", "gmail", 2),
            ("", "ab", 2),
        ] {
            assert!(within(slips, one, other) && within(slips, other, one), "{one} {other}");
            assert!(slips == 0 || !within(slips - 1, one, other), "{one} {other}");
        }
    }
}
