//! The colours of a mail, worked out from the operator's accent: OKLCH as the style sheet derives it, written as the hex
//! that mail clients understand. The one file of the crate that calculates with floats, and nothing in it is money.
#![expect(clippy::float_arithmetic, reason = "a colour space is calculated in floats; no sum of money comes near")]

use std::fmt;

use crate::values::Accent;

/// A colour as a mail client reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rgb {
    red: u8,
    green: u8,
    blue: u8,
}

/// The colours of one mail in one light. Named as the style sheet's tokens are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Palette {
    pub desk: Rgb,
    pub paper: Rgb,
    pub ink: Rgb,
    pub soft: Rgb,
    pub line: Rgb,
    pub ribbon: Rgb,
    pub on_ribbon: Rgb,
    /// The two light threads that are woven into a Founder's ribbon.
    pub woven: Rgb,
    /// Links.
    pub thread: Rgb,
    /// The pale stock of a card, and the one that is night in any light; what is written on that in the quieter colour.
    pub tint: Rgb,
    pub night: Rgb,
    pub dusk: Rgb,
}

/// Lightness 0 to 1, chroma 0 to 0.4, hue in degrees.
#[derive(Clone, Copy)]
struct Oklch {
    lightness: f64,
    chroma: f64,
    hue: f64,
}

/// How the paper's hue lies to the ribbon's: on the other side of the wheel.
const DESK_TURN: f64 = 205.0;
const INK_TURN: f64 = 235.0;
const NIGHT_TURN: f64 = 225.0;
/// The warm white of paper, whatever the accent.
const PAPER_HUE: f64 = 90.0;

impl Palette {
    pub fn light(accent: Accent) -> Self {
        let accent = Oklch::from(accent);
        let paper = oklch(0.99, 0.006, PAPER_HUE).rgb();
        let ink = accent.turned(0.25, 0.035, INK_TURN).rgb();
        Self {
            desk: accent.turned(0.938, 0.015, DESK_TURN).rgb(),
            paper,
            ink,
            soft: accent.turned(0.44, 0.03, INK_TURN).rgb(),
            line: ink.over(paper),
            thread: oklch(accent.lightness.min(0.45), accent.chroma.min(0.17), accent.hue).rgb(),
            tint: accent.turned(0.935, 0.03, DESK_TURN).rgb(),
            ..Self::of_ribbon(accent)
        }
    }

    pub fn dark(accent: Accent) -> Self {
        let accent = Oklch::from(accent);
        let paper = accent.turned(0.245, 0.02, DESK_TURN).rgb();
        let ink = oklch(0.93, 0.012, PAPER_HUE).rgb();
        Self {
            desk: accent.turned(0.185, 0.018, DESK_TURN).rgb(),
            paper,
            ink,
            soft: oklch(0.78, 0.015, PAPER_HUE).rgb(),
            line: ink.over(paper),
            thread: oklch(accent.lightness.max(0.8), (accent.chroma * 0.55).min(0.1), accent.hue).rgb(),
            tint: accent.turned(0.3, 0.04, DESK_TURN).rgb(),
            ..Self::of_ribbon(accent)
        }
    }

    /// What is the same in every light. The clamps keep the writing on the ribbon readable for any accent.
    fn of_ribbon(accent: Oklch) -> Self {
        let ribbon = oklch(accent.lightness.clamp(0.4, 0.5), accent.chroma.min(0.19), accent.hue);
        let on_ribbon = oklch(0.985, 0.006, PAPER_HUE).rgb();
        let woven = oklch(ribbon.lightness + 0.35, ribbon.chroma * 0.4, ribbon.hue).rgb();
        let night = accent.turned(0.3, 0.05, NIGHT_TURN).rgb();
        let dusk = accent.turned(0.84, 0.03, NIGHT_TURN).rgb();
        let ribbon = ribbon.rgb();
        Self {
            desk: ribbon,
            paper: ribbon,
            ink: ribbon,
            soft: ribbon,
            line: ribbon,
            ribbon,
            on_ribbon,
            woven,
            thread: ribbon,
            tint: ribbon,
            night,
            dusk,
        }
    }
}

impl From<Accent> for Oklch {
    fn from(accent: Accent) -> Self {
        oklch(f64::from(accent.lightness) / 1000.0, f64::from(accent.chroma) / 1000.0, f64::from(accent.hue))
    }
}

const fn oklch(lightness: f64, chroma: f64, hue: f64) -> Oklch {
    Oklch { lightness, chroma, hue }
}

impl Oklch {
    fn turned(self, lightness: f64, chroma: f64, degrees: f64) -> Self {
        oklch(lightness, chroma, self.hue + degrees)
    }

    /// The nearest colour of this lightness and hue that a screen can show: chroma gives way, so that contrast stays.
    fn rgb(self) -> Rgb {
        let mut colour = self;
        while colour.chroma > 0.0 && !colour.linear().iter().all(|part| (-0.0005..=1.0005).contains(part)) {
            colour.chroma -= 0.002;
        }
        let [red, green, blue] = colour.linear().map(gamma);
        Rgb { red, green, blue }
    }

    /// Linear sRGB, by Björn Ottosson's matrices for Oklab.
    fn linear(self) -> [f64; 3] {
        let (sin, cos) = self.hue.to_radians().sin_cos();
        let (a, b) = (self.chroma * cos, self.chroma * sin);
        let long = cube(self.lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b);
        let middle = cube(self.lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b);
        let short = cube(self.lightness - 0.089_484_177_5 * a - 1.291_485_548 * b);
        [
            4.076_741_662_1 * long - 3.307_711_591_3 * middle + 0.230_969_929_2 * short,
            -1.268_438_004_6 * long + 2.609_757_401_1 * middle - 0.341_319_396_5 * short,
            -0.004_196_086_3 * long - 0.703_418_614_7 * middle + 1.707_614_701 * short,
        ]
    }
}

fn cube(root: f64) -> f64 {
    root * root * root
}

/// A linear part of 0 to 1 as the byte that a screen takes.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the value was clamped to 0 to 255")]
fn gamma(linear: f64) -> u8 {
    let linear = linear.clamp(0.0, 1.0);
    let bent = if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
    (bent * 255.0).round().clamp(0.0, 255.0) as u8
}

impl Rgb {
    /// How a rule of this colour at 17 % looks on `ground`.
    fn over(self, ground: Self) -> Self {
        let mix = |ink: u8, paper: u8| u8::try_from((u16::from(ink) * 17 + u16::from(paper) * 83) / 100).unwrap_or(u8::MAX);
        Self { red: mix(self.red, ground.red), green: mix(self.green, ground.green), blue: mix(self.blue, ground.blue) }
    }
}

/// `#b3203c`.
impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast by WCAG 2.2, 1.4.3.
    fn contrast(one: Rgb, other: Rgb) -> f64 {
        let luminance = |colour: Rgb| {
            let part = |byte: u8| {
                let value = f64::from(byte) / 255.0;
                if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * part(colour.red) + 0.7152 * part(colour.green) + 0.0722 * part(colour.blue)
        };
        let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
        one.max(other) / one.min(other)
    }

    #[test]
    fn known_colours_are_worked_out_as_browsers_do() {
        // Pure sRGB red, green and blue in OKLCH, and the two ends of the scale.
        for (colour, hex) in [
            (oklch(0.627_96, 0.257_68, 29.234), "#ff0000"),
            (oklch(0.866_44, 0.294_83, 142.495), "#00ff00"),
            (oklch(0.452_01, 0.313_21, 264.052), "#0000ff"),
            (oklch(0.0, 0.0, 0.0), "#000000"),
            (oklch(1.0, 0.0, 0.0), "#ffffff"),
        ] {
            assert_eq!(colour.rgb().to_string(), hex);
        }
    }

    #[test]
    fn whatever_is_written_is_readable_for_any_accent_in_any_light() {
        for hue in (0..360).step_by(5) {
            for lightness in [0, 150, 400, 520, 700, 850, 1000] {
                for chroma in [0, 90, 190, 400] {
                    let accent = Accent { lightness, chroma, hue };
                    for palette in [Palette::light(accent), Palette::dark(accent)] {
                        for (writing, ground) in [
                            (palette.ink, palette.paper),
                            (palette.soft, palette.paper),
                            (palette.ink, palette.tint),
                            (palette.soft, palette.tint),
                            (palette.on_ribbon, palette.night),
                            (palette.dusk, palette.night),
                            (palette.soft, palette.desk),
                            (palette.thread, palette.paper),
                            (palette.thread, palette.desk),
                            (palette.on_ribbon, palette.ribbon),
                        ] {
                            assert!(contrast(writing, ground) >= 4.5, "{writing} on {ground} for {accent}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn the_papers_hue_is_the_ribbons_complement() {
        let crimson = Palette::light(Accent::CRIMSON);
        let green = Palette::light(Accent { lightness: 450, chroma: 120, hue: 150 });
        assert!(crimson.desk.blue > crimson.desk.red, "crimson lies on pale blue: {}", crimson.desk);
        assert!(green.desk.red > green.desk.green, "green lies on rose: {}", green.desk);
        assert_eq!(crimson.paper, green.paper);
    }
}
