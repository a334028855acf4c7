//! Small sources that break the table, and some that don't: a wall that nothing can break holds nothing.

use super::source::Source;
use super::{breaches, sentence};

/// What `text` would break if it stood in the module `room`.
fn broken(room: &str, text: &str) -> Vec<&'static str> {
    let file = format!("{room}/example.rs");
    let module = if matches!(room, "lib" | "main") { Vec::new() } else { vec![room.to_owned(), "example".to_owned()] };
    let file = if module.is_empty() { format!("{room}.rs") } else { file };
    breaches(&Source::read(&file, module, text)).into_iter().map(|breach| breach.sentence).collect()
}

#[test]
fn each_sentence_can_be_broken() {
    for (room, text, sentence) in [
        ("store", "use crate::shop::Shop;", sentence::DOWNWARDS),
        ("shop", "use crate::visitor;", sentence::DOWNWARDS),
        ("values", "use crate::catalog::Tier;", sentence::DOWNWARDS),
        ("error", "fn tier() -> crate::catalog::Tier { todo() }", sentence::DOWNWARDS),
        ("checkout", "use crate::gifts::Gift;", sentence::NEIGHBOURS),
        ("memberships", "use crate::gifts::Gift;", sentence::NEIGHBOURS),
        ("store", "use crate::outbox::Task;", sentence::NEIGHBOURS),
        ("api", "use crate::pages::ErrorPage;", sentence::NEIGHBOURS),
        ("shop", "use crate::server::Settings;", sentence::WIRING),
        ("sandbox", "use crate::server::Settings;", sentence::OUTSIDE),
        ("sandbox", "use crate::checkout::Order;", sentence::OUTSIDE),
        ("outbox", "use crate::sandbox::Inbox;", sentence::OUTSIDE),
        ("main", "fn main() { ribbon::shop::open() }", sentence::MAIN),
        ("islands", "use crate::shop::Shop;", sentence::BROWSER),
        ("actions", "use crate::visitor::Caller;", sentence::BROWSER),
        ("pages", "use crate::store::Store;", sentence::VERBS),
        ("api", "fn f() { crate::outbox::post() }", sentence::VERBS),
        ("gifts", "use sqlx::Row;", sentence::PURITY),
        ("emails", "async fn f() { tokio::task::yield_now().await }", sentence::PURITY),
        ("shop", "fn f() { sqlx::query(\"select 1\") }", sentence::SQL),
        ("pages", "#[cfg(feature = \"ssr\")] fn f() {}", sentence::FEATURES),
        ("islands", "#[cfg_attr(not(feature = \"ssr\"), test)] fn f() {}", sentence::FEATURES),
        ("store", "use crate::attic::Box;", sentence::UNKNOWN),
    ] {
        assert_eq!(broken(room, text), [sentence], "in {room}: {text}");
    }
}

#[test]
fn what_the_table_allows_is_let_through() {
    for (room, text) in [
        ("pages", "use crate::shop::Shop; use crate::values::{Email, Money};"),
        ("gifts", "use crate::memberships::Grant;"),
        ("outbox", "use crate::store::{self, Store};"),
        ("sandbox", "use crate::checkout::signatures::stripe_header; use crate::values::Money;"),
        ("server", "use crate::{api, pages, sandbox, shop, store};"),
        ("main", "fn main() { ribbon::server::run() }"),
        ("lib", "#[cfg(feature = \"ssr\")] pub mod shop; pub use error::{Error, Result};"),
        ("shop", "use super::super::shop::Parts; use super::Shop;"),
        ("store", "fn f() { sqlx::query(\"select 1\") }"),
        ("values", "// crate::shop\n/// [`crate::shop`]\nconst A: &str = \"crate::shop\"; const B: char = '\"'; /* crate::shop */"),
    ] {
        assert_eq!(broken(room, text), [""; 0], "in {room}: {text}");
    }
}

#[test]
fn a_server_functions_body_is_the_servers_and_its_signature_is_not() {
    let body = "#[server(prefix = \"\", endpoint = \"/x\")]\npub async fn x(#[server(default)] a: String) -> Result<(), Error> { crate::shop::x() }";
    assert_eq!(broken("actions", body), [""; 0]);
    let signature = "#[server] pub async fn x() -> Result<crate::shop::Gift, Error> { todo() }";
    assert_eq!(broken("actions", signature), [sentence::BROWSER]);
    let behind = "#[server] pub async fn x() {} fn y() { crate::shop::x() }";
    assert_eq!(broken("actions", behind), [sentence::BROWSER]);
    let past_the_verb = "#[server] pub async fn x() { crate::store::x() }";
    assert_eq!(broken("actions", past_the_verb), [sentence::VERBS]);
}

#[test]
fn groups_supers_and_macros_are_seen_through() {
    for text in [
        "use crate::{values::{self, Money}, shop::{buy, sell as give}};",
        "use crate::{\n    catalog::Tier,\n    shop,\n};",
        "use super::super::shop::Shop;",
        "macro_rules! m { () => { $crate::shop::Shop }; }",
        "const MARK: char = '\"'; use crate::shop::Shop;",
        "fn f<'a>(text: &'a str) -> crate::shop::Shop { 'x' }",
    ] {
        assert!(broken("store", text).contains(&sentence::DOWNWARDS), "{text}");
    }
}

#[test]
fn test_code_is_free() {
    let tests = "#[cfg(test)]\nmod tests { use crate::shop::Shop; }\n#[cfg(all(test, unix))] mod fake;\n#[test] fn t() { crate::shop::x() }";
    assert_eq!(broken("store", tests), [""; 0]);
    assert_eq!(broken("store", "#[cfg(not(test))] use crate::shop::Shop;"), [sentence::DOWNWARDS]);
    assert_eq!(broken("store", &format!("{tests} use crate::shop::Shop;")), [sentence::DOWNWARDS]);
}

#[test]
fn a_breach_names_its_file_and_line() {
    let source =
        Source::read("store/gifts.rs", vec!["store".to_owned(), "gifts".to_owned()], "\n\nuse crate::{\n    shop::Shop,\n};");
    let found = breaches(&source);
    assert_eq!((found[0].file.as_str(), found[0].line, found[0].what.as_str()), ("store/gifts.rs", 4, "shop::Shop"));
}
