//! The one colour that an operator sets, in thousandths, because no float stands in a setting.

use std::fmt;
use std::str::FromStr;

/// An OKLCH colour: lightness and chroma in thousandths, hue in whole degrees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accent {
    /// 0 to 1000.
    pub lightness: u16,
    /// 0 to 400.
    pub chroma: u16,
    /// 0 to 359.
    pub hue: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a colour is written as oklch(.52 .19 22)")]
pub struct AccentError;

impl Accent {
    pub const CRIMSON: Self = Self { lightness: 520, chroma: 190, hue: 22 };
}

impl FromStr for Accent {
    type Err = AccentError;

    fn from_str(text: &str) -> Result<Self, AccentError> {
        let inside = text.trim().strip_prefix("oklch(").and_then(|rest| rest.strip_suffix(')')).ok_or(AccentError)?;
        let parts: Vec<&str> = inside.split_whitespace().collect();
        let [lightness, chroma, hue] = parts.as_slice() else { return Err(AccentError) };
        let colour =
            Self { lightness: thousandths(lightness)?, chroma: thousandths(chroma)?, hue: hue.parse().map_err(|_| AccentError)? };
        let in_bounds = colour.lightness <= 1000 && colour.chroma <= 400 && colour.hue < 360;
        if in_bounds { Ok(colour) } else { Err(AccentError) }
    }
}

/// "0.52", ".52" and "1" as 520, 520 and 1000.
fn thousandths(text: &str) -> Result<u16, AccentError> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
    if part.len() > 3
        || whole.len() > 1
        || text.len() < 2 && part.is_empty() && whole.is_empty()
        || !is_number(whole)
        || !is_number(part)
    {
        return Err(AccentError);
    }
    format!("0{whole}{part:0<3}").parse().map_err(|_| AccentError)
}

impl fmt::Display for Accent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lightness, chroma, hue } = self;
        write!(f, "oklch({}.{:03} {}.{:03} {hue})", lightness / 1000, lightness % 1000, chroma / 1000, chroma % 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_read_as_css_writes_it() {
        assert_eq!("oklch(.52 .19 22)".parse(), Ok(Accent::CRIMSON));
        assert_eq!("oklch(0.520 0.19 22)".parse(), Ok(Accent::CRIMSON));
        assert_eq!(Accent::CRIMSON.to_string().parse(), Ok(Accent::CRIMSON));
        for wrong in [
            "crimson",
            "oklch(.52 .19)",
            "oklch(.52 .19 360)",
            "oklch(2 .19 22)",
            "oklch(.52 .19 22); }",
            "oklch(.5234 .19 22)",
            "oklch(. . 2)",
        ] {
            assert_eq!(wrong.parse::<Accent>(), Err(AccentError), "{wrong}");
        }
    }
}
