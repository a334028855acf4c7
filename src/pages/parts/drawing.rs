//! What is drawn on a card: the wax with what is pressed into it, and the mark that each occasion leaves in the paper.

use leptos::prelude::*;

use crate::values::Occasion;

/// The poured edge of the wax.
const WAX: &str = "M92.8 36.8C95.7 42.9 97.4 51.7 96.2 58.6S89.9 72.4 85.3 77.7S74.4 88 68.1 90.4S54.4 92.2 47.4 92S32.3 92.4 26 89.4S13 80.2 10 74.1S8.2 59.5 8.2 52.4S7.5 38.2 9.8 31.8S16.8 18.7 22.2 14.4S35.1 6.9 42 5.6S57.6 3.9 63.6 6.5S73.6 16.6 78.5 21.7S89.8 30.6 92.8 36.8z";

/// What a drawing consists of: lines that are pressed into the paper, and surfaces that are stamped with foil.
struct Drawn {
    lines: &'static str,
    foil: Option<&'static str>,
}

/// A thread that was let fall, five candles, a sprig of laurel, the stars of a winter night. All stand in a square of 100.
const fn drawn(occasion: Occasion) -> Drawn {
    match occasion {
        Occasion::JustBecause => Drawn { lines: "M0 86C26 104 56 98 66 76S62 32 46 38S42 82 72 80S102 56 98 38", foil: None },
        Occasion::Birthday => Drawn {
            lines: "M8 100V62h8V100M12 62v-5M27 100V44h8V100M31 44v-5M46 100V34h8V100M50 34v-5M65 100V50h8V100M69 50v-5M84 100V40h8V100M88 40v-5",
            foil: Some(
                "M12 57q-6-7 0-17q6 10 0 17M31 39q-6-7 0-17q6 10 0 17M50 29q-6-7 0-17q6 10 0 17M69 45q-6-7 0-17q6 10 0 17M88 35q-6-7 0-17q6 10 0 17",
            ),
        },
        Occasion::ThankYou => Drawn {
            lines: "M104 96Q70 84 24 20M90 89q-17-6-30 6q17 6 30-6M90 89q4-17-8-30q-4 17 8 30M78 81q-15-7-28 2q15 7 28-2M78 81q6-15-4-28q-6 15 4 28M65 69q-13-8-26-1q13 8 26 1M65 69q7-13-1-26q-7 13 1 26M53 57q-11-8-23-2q11 8 23 2M53 57q7-11 1-23q-7 11-1 23M41 42q-10-7-21-3q10 7 21 3M41 42q7-10 2-21q-7 10-2 21M30 29q-8-7-19-3q8 7 19 3M30 29q6-9 2-19q-6 9-2 19M24 20q-1-10-10-14q1 10 10 14",
            foil: None,
        },
        Occasion::Holidays => Drawn {
            lines: "M70-6v12M70 42v14M38 24h12M90 24h12M57 11l6 6M77 31l6 6M83 11l-6 6M63 31l-6 6",
            foil: Some(
                "M70 2l3 19l19 3l-19 3l-3 19l-3-19l-19-3l19-3zM34 41l1 8l8 1l-8 1l-1 8l-1-8l-8-1l8-1zM84 54l1 11l11 1l-11 1l-1 11l-1-11l-11-1l11-1zM58 76l1 5l5 1l-5 1l-1 5l-1-5l-5-1l5-1zM94 36l1 3l3 1l-3 1l-1 3l-1-3l-3-1l3-1z",
            ),
        },
    }
}

/// What is pressed into the wax: a bow, a candle, a sprig, a star.
const fn pressed(occasion: Occasion) -> &'static str {
    match occasion {
        Occasion::JustBecause => {
            "M51 48C45 35 29 28 26 38S38 55 51 48C57 35 73 28 76 38S64 55 51 48C48 57 43 65 37 70M51 48C54 57 59 65 65 70"
        }
        Occasion::Birthday => "M46 72V46h10v26zM51 46v-4M51 42q-10-9 0-20q10 11 0 20M36 72h30",
        Occasion::ThankYou => {
            "M36 70C50 66 60 50 64 30M44 66q-14-2-14-16q12 2 14 16M53 57q-13-4-12-18q12 5 12 18M50 61q12 4 20-6q-11-6-20 6M58 48q12 2 18-9q-12-3-18 9M64 30q-8 6-5 14q8-5 5-14"
        }
        Occasion::Holidays => "M51 22l5 22 22 5-22 5-5 22-5-22-22-5 22-5zM38 36l4 4M64 36l-4 4M38 62l4-4M64 62l-4-4",
    }
}

/// For which occasion a card is dressed.
#[derive(Clone, Copy)]
pub enum Dress {
    For(Occasion),
    /// Nothing but ribbon and seal: it tells nothing of what it is for.
    Plain,
    /// As it is chosen in the form beside it: all stand in the page, and the style sheet shows the one.
    Chosen,
}

impl Dress {
    /// The occasions that stand in the page, each with the class by which it is shown.
    fn shown(self) -> Vec<(Occasion, Option<String>)> {
        match self {
            Self::For(occasion) => vec![(occasion, None)],
            Self::Plain => vec![(Occasion::JustBecause, None)],
            Self::Chosen => Occasion::ALL.map(|occasion| (occasion, Some(format!("at {occasion}")))).to_vec(),
        }
    }
}

#[component]
pub fn Seal(dress: Dress) -> impl IntoView {
    let press = |(occasion, class): (Occasion, Option<String>)| {
        let d = pressed(occasion);
        view! { <g class=class><path class="bow" d=d/><path class="bow hi" d=d/></g> }
    };
    view! {
        <svg class="seal" viewBox="0 0 100 100" aria-hidden="true">
            <path class="wax" d=WAX/>
            <path class="glow" d="M12 46A40 40 0 0 1 40 11"/>
            <circle class="rim" cx="52" cy="49" r="34"/>
            <path class="dip" d="M22 62A32.5 32.5 0 0 1 65 19"/>
            {dress.shown().into_iter().map(press).collect_view()}
        </svg>
    }
    .into_any()
}

/// The occasion's mark in the paper.
#[component]
pub fn Mark(dress: Dress) -> impl IntoView {
    let mark = |(occasion, class): (Occasion, Option<String>)| {
        let Drawn { lines, foil } = drawn(occasion);
        let foil = foil.map(|d| view! { <path class="foil" d=d/> });
        let class = class.map_or_else(|| "motif".to_owned(), |class| format!("motif {class}"));
        view! { <svg class=class viewBox="0 0 100 100" aria-hidden="true"><path d=lines/>{foil}</svg> }
    };
    let marks = if matches!(dress, Dress::Plain) { Vec::new() } else { dress.shown() };
    marks.into_iter().map(mark).collect_view().into_any()
}

/// How the card addresses them.
#[component]
pub fn Greeting(dress: Dress) -> impl IntoView {
    let greeting = |(occasion, class): (Occasion, Option<String>)| match class {
        Some(class) => view! { <span class=class>{occasion.greeting()}</span> }.into_any(),
        None => occasion.greeting().into_any(),
    };
    view! { <i class="greeting">{dress.shown().into_iter().map(greeting).collect_view()}</i> }.into_any()
}
