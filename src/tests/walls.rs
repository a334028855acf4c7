//! The direction table, held against the sources: who may name whom. Whoever breaks it reads the file, the line and the sentence.
//! Test code is free, since nothing is built on it.

mod examples;
mod source;

use std::path::Path;

use source::{Named, Source, Sources};

/// The layers from the top down, `crate::Error` and `crate::Result` counting as `error`. A module may name those of the layers below its own.
const LAYERS: [&[&str]; 8] = [
    &["pages", "api", "actions", "islands"],
    &["visitor"],
    &["shop"],
    &["store", "outbox"],
    &["gifts", "memberships", "checkout", "accounts", "emails"],
    &["catalog"],
    &["error"],
    &["values"],
];

/// Where two rooms of one layer meet, and why.
const BETWEEN_NEIGHBOURS: [(&str, &str, &str); 3] = [
    ("gifts", "memberships", "redeeming a gift gives a grant"),
    ("outbox", "store", "the worker reads what is due, and writes down what became of it, by the store's functions"),
    ("pages", "islands", "a page places the parts of it that wake in a browser"),
];

/// Rooms outside of the layers.
const SERVER: &str = "server";
const SANDBOX: &str = "sandbox";

/// What a browser's build compiles, outside of the bodies that only the server runs.
const IN_THE_BROWSER: [&str; 2] = ["actions", "islands"];
const KNOWN_IN_THE_BROWSER: [&str; 3] = ["catalog", "error", "values"];

/// Doors reach what is written through a verb.
const DOORS: [&str; 3] = ["pages", "api", "actions"];
const BEHIND_THE_VERBS: [&str; 2] = ["store", "outbox"];

/// Rules are pure: these touch no network, no disk, no page and no runtime.
const PURE: [&str; 6] = ["values", "error", "catalog", "gifts", "memberships", "emails"];
const WORLDLY: [&str; 9] = ["axum", "leptos", "leptos_axum", "lettre", "reqwest", "sqlx", "tokio", "tower", "tower_http"];

mod sentence {
    pub const DOWNWARDS: &str = "pages, api, actions, islands -> visitor -> shop -> store, outbox -> the domain -> catalog -> error -> values, and never up";
    pub const NEIGHBOURS: &str = "the domain modules do not know each other, and neither do other rooms of one layer";
    pub const WIRING: &str = "server wires all of it, and nobody names server";
    pub const OUTSIDE: &str =
        "sandbox is an outside system: it shares only values and checkout::signatures, and only server starts it";
    pub const MAIN: &str = "main uses only server";
    pub const BROWSER: &str = "actions and islands name, outside of server-function bodies, only catalog, error and values";
    pub const VERBS: &str = "a door reaches store and outbox through a verb of shop";
    pub const PURITY: &str = "rules are pure: time, randomness and outside systems are handed in";
    pub const SQL: &str = "all SQL stands in store";
    pub const FEATURES: &str = "cfg(feature) stands in lib.rs only";
    pub const UNKNOWN: &str = "every room has its place in the table";
}

/// One broken wall.
#[derive(Debug, PartialEq, Eq)]
struct Breach {
    file: String,
    line: usize,
    what: String,
    sentence: &'static str,
}

/// Everything in `source` that breaks the table.
fn breaches(source: &Source) -> Vec<Breach> {
    let breach = |line, what: String, sentence| Breach { file: source.file.clone(), line, what, sentence };
    let mut found: Vec<Breach> = Vec::new();
    if source.file != "lib.rs" {
        found.extend(source.features().map(|line| breach(line, "cfg(feature …)".to_owned(), sentence::FEATURES)));
    }
    for named in source.named() {
        if let Some(broken) = broken_by(source.room(), &named) {
            found.push(breach(named.line, named.path.join("::"), broken));
        }
    }
    found
}

/// The sentence that `room` breaks by naming this.
fn broken_by(room: &str, named: &Named) -> Option<&'static str> {
    let first = named.path.first()?.as_str();
    if !named.is_ours {
        return broken_by_crate(room, named);
    }
    let other = match first {
        "Error" | "Result" => "error",
        other => other,
    };
    if room == other || room == "lib" {
        return None;
    }
    if room == "main" {
        return (other != SERVER).then_some(sentence::MAIN);
    }
    if room == SANDBOX {
        let is_shared = other == "values" || named.path.get(..2).is_some_and(|path| path == ["checkout", "signatures"]);
        return (!is_shared).then_some(sentence::OUTSIDE);
    }
    if other == SERVER {
        return Some(sentence::WIRING);
    }
    if room == SERVER {
        return None;
    }
    if other == SANDBOX {
        return Some(sentence::OUTSIDE);
    }
    if IN_THE_BROWSER.contains(&room) && !named.is_in_server_function {
        return (!KNOWN_IN_THE_BROWSER.contains(&other)).then_some(sentence::BROWSER);
    }
    if DOORS.contains(&room) && BEHIND_THE_VERBS.contains(&other) {
        return Some(sentence::VERBS);
    }
    match (layer(room), layer(other)) {
        (Some(above), Some(below)) if above < below => None,
        (Some(one), Some(same)) if one == same => {
            let is_known = BETWEEN_NEIGHBOURS.iter().any(|(from, to, _)| *from == room && *to == other);
            (!is_known).then_some(sentence::NEIGHBOURS)
        }
        (Some(_), Some(_)) => Some(sentence::DOWNWARDS),
        (None, _) | (_, None) => Some(sentence::UNKNOWN),
    }
}

fn broken_by_crate(room: &str, named: &Named) -> Option<&'static str> {
    let [name, rest @ ..] = named.path.as_slice() else { return None };
    if PURE.contains(&room) && WORLDLY.contains(&name.as_str()) {
        return Some(sentence::PURITY);
    }
    let is_sql = name == "sqlx" && rest.first().is_some_and(|item| item.starts_with("query"));
    (is_sql && room != "store").then_some(sentence::SQL)
}

fn layer(room: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&room))
}

#[test]
fn the_sources_keep_to_the_direction_table() {
    let sources = Sources::of_crate(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let broken: Vec<String> = sources
        .all()
        .iter()
        .flat_map(breaches)
        .map(|Breach { file, line, what, sentence }| format!("src/{file}:{line} names {what}, but {sentence}"))
        .collect();
    assert!(broken.is_empty(), "{} walls are broken:\n{}", broken.len(), broken.join("\n"));
}

/// The test above means nothing if it reads nothing.
#[test]
fn the_sources_are_read() {
    let sources = Sources::of_crate(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    for room in LAYERS.iter().copied().flatten().chain(&[SERVER, SANDBOX, "main", "lib"]) {
        assert!(sources.all().iter().any(|source| source.room() == *room), "no file of {room} was read");
    }
    let names = |room: &str, other: &str| {
        let mut named =
            sources.all().iter().filter(|source| source.room() == room).flat_map(|source| source.named().collect::<Vec<_>>());
        named.any(|named| named.is_ours && named.path.first().is_some_and(|first| first == other))
    };
    assert!(names("shop", "store") && names("main", "server") && names("actions", "visitor"));
    for (from, to, why) in BETWEEN_NEIGHBOURS {
        assert!(names(from, to), "{from} no longer names {to}: take the line from the table ({why})");
    }
}
