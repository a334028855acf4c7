//! The occasion's mark in a mail, where nothing can be drawn: cross-stitched out of the cells of a table.

use super::colours::Rgb;
use crate::values::Occasion;

/// Edge of a stitch, in px.
const STITCH: usize = 4;
const COLUMNS: usize = 11;

/// Rows of stitches: `#` in foil, `+` in thread, blank where the stock shows.
type Pattern = &'static [&'static str];

const BOW: Pattern = &[" ###   ### ", "#   # #   #", "#    #    #", " #### #### ", "    # #    ", "   #   #   ", "  #     #  "];
const CANDLES: Pattern = &[
    "     #     ",
    " #   #   # ",
    " #       # ",
    "     +     ",
    " +   +   + ",
    " +   +   + ",
    " +   +   + ",
    " +   +   + ",
    "+++++++++++",
];
const SPRIG: Pattern = &[
    "         ##",
    "    ##  ###",
    "   ### ++# ",
    "   ###+    ",
    " ## ++#### ",
    "### +  ### ",
    " ##+ ##    ",
    "  +        ",
    " +         ",
];
const STAR: Pattern = &[
    "     #     ",
    "     #     ",
    "  #  #  #  ",
    "   # # #   ",
    "    ###    ",
    "###########",
    "    ###    ",
    "   # # #   ",
    "  #  #  #  ",
    "     #     ",
    "     #     ",
];

/// Decoration: whoever listens to the mail is not told of it.
pub(super) fn mark(occasion: Occasion, foil: Rgb, thread: Rgb) -> String {
    let pattern = match occasion {
        Occasion::JustBecause => BOW,
        Occasion::Birthday => CANDLES,
        Occasion::ThankYou => SPRIG,
        Occasion::Holidays => STAR,
    };
    let cell = |run: &[u8]| {
        let colour = match run.first() {
            Some(b'#') => format!(r#" bgcolor="{foil}""#),
            Some(b'+') => format!(r#" bgcolor="{thread}""#),
            _ => String::new(),
        };
        format!(r#"<td colspan="{}" width="{}" height="{STITCH}"{colour}></td>"#, run.len(), run.len() * STITCH)
    };
    let row = |stitches: &&str| {
        let cells: String = stitches.as_bytes().chunk_by(|one, next| one == next).map(cell).collect();
        format!("<tr>{cells}</tr>")
    };
    let (width, rows) = (COLUMNS * STITCH, pattern.iter().map(row).collect::<String>());
    // The first row tells every column its width, for programs that look no further.
    let columns = format!(r#"<td width="{STITCH}"></td>"#).repeat(COLUMNS);
    format!(
        r#"<table role="presentation" aria-hidden="true" cellpadding="0" cellspacing="0" border="0" width="{width}" style="width:{width}px;table-layout:fixed;font-size:0;line-height:0"><tr>{columns}</tr>{rows}</table>"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_as_wide_as_its_table() {
        for row in [BOW, CANDLES, SPRIG, STAR].into_iter().flatten() {
            assert_eq!(row.len(), COLUMNS, "{row:?}");
        }
    }
}
