//! A membership timeline as a drawing: one track a tier on a scale of years, and a line for today.
//! The list beside it says the same in words; on a phone it is the only one.

use leptos::prelude::*;

use super::super::shopfront;
use super::dates::date;
use crate::catalog::Tier;
use crate::memberships::{Stretch, StretchKind};
use crate::values::{Day, Timestamp};

const WIDTH: i64 = 800;
/// Room for a tier's name, and between it and today's line.
const NAME_WIDTH: i64 = 70;
const GAP: i64 = 7;
const TRACK_HEIGHT: i64 = 28;
const YEAR_MILLIS: i64 = 365 * 86_400_000;

/// Maps moments to the drawing's own units.
#[derive(Clone, Copy)]
struct Scale {
    from: i64,
    span: i64,
}

impl Scale {
    /// From the first to the last moment, at least a year; an open end gets a year beyond what is known.
    fn of(timeline: &[Stretch], today: Timestamp) -> Self {
        let from = timeline.iter().map(|stretch| stretch.from).chain([today]).min().unwrap_or(today).millis();
        let open = timeline.iter().any(|stretch| stretch.until.is_none());
        let last =
            timeline.iter().map(|stretch| stretch.until.unwrap_or(stretch.from)).chain([today]).max().unwrap_or(today).millis();
        let until = if open { last + YEAR_MILLIS } else { last };
        // A little air at the right, so that the last swallowtail does not touch the edge.
        let span = (until - from).max(YEAR_MILLIS);
        Self { from, span: span + span / 24 }
    }

    fn x(self, at: Timestamp) -> i64 {
        ((at.millis() - self.from) * WIDTH / self.span).clamp(0, WIDTH)
    }

    fn end(self, stretch: &Stretch) -> i64 {
        stretch.until.map_or(WIDTH, |until| self.x(until))
    }
}

const fn track(tier: Tier) -> i64 {
    match tier {
        Tier::Founder => 52,
        Tier::Member => 104,
    }
}

/// Where the name of a track stands that begins at `from`: there, or behind today's line where that would run through it.
const fn beside(from: i64, today: i64) -> i64 {
    if from <= today + GAP && today < from + NAME_WIDTH { today + GAP } else { from }
}

#[component]
pub fn Spool(timeline: Vec<Stretch>, today: Timestamp) -> impl IntoView {
    let scale = Scale::of(&timeline, today);
    let now = scale.x(today);
    let label = format!("Your time as a drawing, with a line at today, {}. The list below says the same.", date(today));
    let tiers = Tier::ALL.into_iter().filter_map(|tier| timeline.iter().find(|stretch| stretch.tier == tier));
    let names = tiers
        .map(|first| view! { <text x=beside(scale.x(first.from), now) y=track(first.tier) - 5>{first.tier.title()}</text> })
        .collect_view();
    let today_line = format!("M{now} 6v134");
    view! {
        <div class="spool">
            <svg viewBox=format!("0 0 {WIDTH} 142") role="img" aria-label=label>
                <Years scale/>
                {timeline.into_iter().map(|stretch| view! { <Piece stretch scale today/> }).collect_view()}
                <g class="words">{names}</g>
                <path class="today" d=today_line/>
            </svg>
        </div>
    }
    .into_any()
}

/// A fine line and its number for each year that begins on the drawing.
#[component]
fn Years(scale: Scale) -> impl IntoView {
    let zone = shopfront().zone.clone();
    let year = |millis| zone.day(Timestamp::from_millis(millis)).year();
    let first = year(scale.from) + 1;
    let lines = (first..=year(scale.from + scale.span))
        .filter_map(|year| Some((year, zone.morning_of(Day::new(year, 1, 1).ok()?)?)))
        .map(|(year, at)| {
            let x = scale.x(at);
            view! { <path d=format!("M{x} 22v118")/><text x=x + 5 y=14>{year}</text> }
        });
    view! { <g class="years">{lines.collect_view()}</g> }
}

/// One stretch: past paler, running full, still to run outlined, pausing or waiting dotted.
#[component]
fn Piece(stretch: Stretch, scale: Scale, today: Timestamp) -> impl IntoView {
    let (from, until, top) = (scale.x(stretch.from), scale.end(&stretch), track(stretch.tier));
    match stretch.kind {
        StretchKind::Paused | StretchKind::Waits => {
            let middle = top + TRACK_HEIGHT / 2;
            view! { <path class="rest" d=format!("M{from} {middle}H{until}")/> }.into_any()
        }
        StretchKind::Runs => {
            let class = if stretch.until.is_some_and(|until| until <= today) {
                "past"
            } else if stretch.from <= today {
                "run"
            } else {
                "wait"
            };
            // The threads stop short of the notch.
            let end = (until - 5).max(from);
            let stitches = (stretch.tier == Tier::Founder && class != "wait").then(
                || view! { <path class="stitch" d=format!("M{from} {}H{end}M{from} {}H{end}", top + 4, top + TRACK_HEIGHT - 4)/> },
            );
            view! { <path class=class d=swallowtail(from, until, top)/>{stitches} }.into_any()
        }
    }
}

/// A piece of ribbon from `from` to `until`, cut to a swallowtail where it is long enough to have one.
fn swallowtail(from: i64, until: i64, top: i64) -> String {
    let notch = ((until - from) / 2).clamp(0, 9);
    let half = TRACK_HEIGHT / 2;
    format!("M{from} {top}H{until}l-{notch} {half} {notch} {half}H{from}z")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memberships::Source;
    use crate::values::{Entropy, GrantId};

    struct Ones;
    impl Entropy for Ones {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(1);
        }
    }

    fn stretch(from: i64, until: Option<i64>) -> Stretch {
        let at = |years| Timestamp::from_millis(years * YEAR_MILLIS);
        let source = Source::Grant(GrantId::random(&Ones));
        Stretch { tier: Tier::Member, from: at(from), until: until.map(at), source, kind: StretchKind::Runs }
    }

    #[test]
    fn everything_fits_on_the_drawing() {
        let today = Timestamp::from_millis(YEAR_MILLIS);
        for timeline in [vec![], vec![stretch(0, Some(4))], vec![stretch(1, None)], vec![stretch(0, Some(1)), stretch(3, None)]] {
            let scale = Scale::of(&timeline, today);
            assert!((0..WIDTH).contains(&scale.x(today)), "{timeline:?}");
            for stretch in &timeline {
                assert!(scale.x(stretch.from) < scale.end(stretch) && scale.end(stretch) <= WIDTH, "{stretch:?}");
            }
        }
    }

    #[test]
    fn the_line_of_today_runs_through_no_name() {
        for (from, today) in [(0, 0), (0, 400), (300, 298), (300, 310), (300, 369), (300, 370), (300, 200)] {
            let x = beside(from, today);
            assert!(today < x - 2 || today > x + NAME_WIDTH - 8, "{from} {today}: {x}");
            assert!(x >= from && x <= from + NAME_WIDTH + GAP, "{from} {today}: {x} is beside its track");
        }
    }

    #[test]
    fn equal_times_have_equal_lengths() {
        let scale = Scale::of(&[stretch(0, Some(4))], Timestamp::from_millis(0));
        let x = |years| scale.x(Timestamp::from_millis(years * YEAR_MILLIS));
        assert_eq!(x(2) - x(0), x(4) - x(2));
    }
}
