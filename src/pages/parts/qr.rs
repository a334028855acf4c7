//! A QR code as a drawing in the page: nothing is loaded for it, and it prints as sharp as type.

use std::fmt::Write as _;

use leptos::prelude::*;
use qrcode::{Color, EcLevel};

/// The white around it without which a phone does not find it, in squares of the code (ISO/IEC 18004).
const QUIET: usize = 4;

/// `text` for a phone; `label` says to whoever listens what the phone would do. Nothing where it is too long for any code.
#[component]
pub fn QrCode(text: String, label: String) -> impl IntoView {
    let code = qrcode::QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let whole = code.width() + 2 * QUIET;
    let view_box = format!("-{QUIET} -{QUIET} {whole} {whole}");
    Some(view! {
        <svg class="qr" viewBox=view_box role="img" aria-label=label shape-rendering="crispEdges">
            <path d=dark_runs(&code)/>
        </svg>
    })
}

/// The dark squares, those that touch in a row as one rectangle.
fn dark_runs(code: &qrcode::QrCode) -> String {
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(code.width()).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|one, next| one == next) {
            let length = run.len();
            if run.first() == Some(&Color::Dark) {
                // Writing to a string can't fail.
                let _ = write!(path, "M{x} {y}h{length}v1h-{length}z");
            }
            x += length;
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dark_square_is_drawn_and_no_light_one() {
        let code = qrcode::QrCode::with_error_correction_level("https://ribbon.example/redeem", EcLevel::M).unwrap();
        let mut drawn = vec![Color::Light; code.width() * code.width()];
        for run in dark_runs(&code).split('M').skip(1) {
            let (x, rest) = run.split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let [x, y, length] = [x, y, rest.split_once('v').unwrap().0].map(|number| number.parse::<usize>().unwrap());
            drawn[y * code.width() + x..][..length].fill(Color::Dark);
        }
        assert_eq!(drawn, code.to_colors());
    }

    #[test]
    fn what_no_code_can_hold_is_left_out() {
        assert_eq!(
            view! { <QrCode text="a".repeat(5_000) label="It opens nothing".to_owned()/> }.to_html().matches("<path").count(),
            0
        );
    }
}
