//! The top of a gift's mail: the cover of the card, laid flat, on the stock of its occasion, with the occasion's mark.

use super::colours::{Palette, Rgb};
use super::html::{BREAK, Page, SERIF, TABLE, escape};
use super::sheet::{Block, Dedication};
use super::stitches;
use crate::values::Occasion;

/// The cover of a card: what it is cut from, and what is printed and stamped on it.
#[derive(Clone, Copy)]
struct Stock {
    /// By which the dark replaces the ground; one that is night already has none.
    class: &'static str,
    ground: Rgb,
    print: Rgb,
    quiet: Rgb,
    foil: Rgb,
    /// Below it, where the letter begins.
    rule: Rgb,
}

impl Stock {
    /// What the occasion changes, as the style sheet changes it on the pages.
    const fn of(occasion: Occasion, colours: &Palette) -> Self {
        let Palette { paper, ink, soft, line, ribbon, on_ribbon, tint, night, dusk, .. } = *colours;
        let plain = Self { class: "rule", ground: paper, print: ink, quiet: soft, foil: ribbon, rule: line };
        match occasion {
            Occasion::JustBecause => plain,
            Occasion::Birthday => Self { class: "rule tint", ground: tint, ..plain },
            Occasion::ThankYou => Self { class: "", rule: ribbon, ..plain },
            Occasion::Holidays => Self { class: "", ground: night, print: on_ribbon, quiet: dusk, foil: on_ribbon, rule: night },
        }
    }
}

/// What replaces the grounds of the stocks at night. Paper is the card's own, which shows through.
pub(super) fn dark_stocks(dark: &Palette) -> String {
    format!(".tint{{background:{}!important}}", dark.tint)
}

/// How an occasion sets its greeting and the name below it.
struct Type {
    greeting: String,
    name_style: &'static str,
    /// In px.
    name_max: u8,
}

impl Type {
    fn of(occasion: Occasion) -> Self {
        let italic = |size: &str| format!("font:italic {size} {SERIF}");
        match occasion {
            Occasion::JustBecause => Self { greeting: italic("19px/1.3"), name_style: "normal", name_max: 48 },
            Occasion::Birthday => Self { greeting: italic("19px/1.3"), name_style: "italic", name_max: 48 },
            Occasion::ThankYou => Self { greeting: italic("34px/1.2"), name_style: "normal", name_max: 34 },
            Occasion::Holidays => Self {
                greeting: format!("font:400 13px/1.7 {SERIF};letter-spacing:2px;text-transform:uppercase"),
                name_style: "normal",
                name_max: 48,
            },
        }
    }
}

impl Page {
    /// A row above the letter, through which the ribbon runs as well.
    pub(super) fn head(&self, block: &Block, ribbon: &str) -> Option<String> {
        let Block::For(dedication) = block else { return None };
        let stock = Stock::of(dedication.occasion, &self.colours);
        let Stock { class, ground, foil, quiet, rule, .. } = stock;
        let (words, mark) = (words(dedication, stock), stitches::mark(dedication.occasion, foil, quiet));
        // Paper is left to the card, whose colour the dark replaces.
        let ground = if ground == self.colours.paper { String::new() } else { format!("background:{ground};") };
        let cell = format!("{ground}border-bottom:1px solid {rule}");
        Some(format!(
            "<tr>\n<td class=\"gutter {class}\" width=\"26\" style=\"width:26px;{cell};font-size:0;line-height:0\">&nbsp;</td>\n\
             {ribbon}<td class=\"head {class}\" align=\"left\" style=\"padding:40px 44px 34px 34px;{cell}\">\n\
             <table {TABLE} width=\"100%\"><tr><td valign=\"top\" align=\"left\">\n{words}</td>\n\
             <td width=\"60\" valign=\"bottom\" align=\"right\" style=\"width:60px;padding:0 0 6px 16px\">{mark}</td></tr></table>\n</td></tr>"
        ))
    }
}

fn words(Dedication { occasion, name }: &Dedication, stock: Stock) -> String {
    let Stock { print, quiet, .. } = stock;
    let Type { greeting, name_style, name_max } = Type::of(*occasion);
    // What is printed on night stays as it is when all else turns dark.
    let (ink, soft) = if matches!(occasion, Occasion::Holidays) { ("lit", "lit") } else { ("ink", "soft") };
    let (says, size, name) = (occasion.greeting(), name_size(name.as_str()).min(name_max), escape(name.as_str()));
    format!(
        "<p class=\"{soft}\" style=\"margin:0 0 2px;{greeting};color:{quiet}\">{says}</p>\n\
         <h1 class=\"{ink}\" style=\"margin:0;font:400 {size}px/1.12 {SERIF};font-style:{name_style};letter-spacing:-.5px;color:{print};{BREAK}\">\
         <span class=\"name\"><bdi>{name}</bdi></span></h1>\n"
    )
}

/// The three sizes of a name on the card, by its length and its longest word, in px.
fn name_size(name: &str) -> u8 {
    let length = name.chars().count();
    let longest_word = name.split_whitespace().map(|word| word.chars().count()).max().unwrap_or(0);
    if longest_word > 13 || length > 28 {
        26
    } else if longest_word > 8 || length > 12 {
        36
    } else {
        48
    }
}
