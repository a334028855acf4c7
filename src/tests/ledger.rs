//! The ledger of membership time is appended to: nothing in the program rewrites or removes one of its lines.

use std::path::Path;

/// The only change there is.
const CLOSE: &str = "update subscription_periods set version = version + 1, closed_at = $2 where id = $1 and closed_at is null";

/// Every statement of ours that changes one of the ledger's tables, blanks evened out.
fn statements() -> Vec<String> {
    const TABLES: [&str; 3] = ["grants", "grant_voids", "subscription_periods"];
    let store = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let mut found = Vec::new();
    for file in std::fs::read_dir(store).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
        let text = std::fs::read_to_string(&file).unwrap();
        let words: Vec<&str> = text.split(|letter: char| letter.is_whitespace() || letter == '"' || letter == '(').collect();
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        for (place, pair) in words.windows(3).enumerate() {
            let table = match pair {
                ["update", table, _] | ["insert", "into", table] | ["delete", "from", table] => *table,
                _ => continue,
            };
            if TABLES.contains(&table) {
                found.push(words.iter().skip(place).take(CLOSE.split(' ').count()).copied().collect::<Vec<_>>().join(" "));
            }
        }
    }
    found.sort_unstable();
    found
}

#[test]
fn a_line_of_the_ledger_is_written_once_and_a_period_closed_once() {
    let (inserts, others): (Vec<String>, Vec<String>) =
        statements().into_iter().partition(|statement| statement.starts_with("insert into"));
    assert_eq!(inserts.len(), 3, "{inserts:?}");
    assert_eq!(others, [CLOSE]);
}

#[test]
fn no_migration_changes_a_line_that_was_written() {
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    for file in std::fs::read_dir(migrations).unwrap().map(|entry| entry.unwrap().path()) {
        let text = std::fs::read_to_string(&file).unwrap().to_lowercase();
        for statement in
            ["update grant", "update subscription_periods", "delete from", "drop table grant", "drop table subscription_periods"]
        {
            assert!(!text.contains(statement), "{statement} in {}", file.display());
        }
    }
}
