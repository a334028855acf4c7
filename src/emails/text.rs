//! A letter's text part: the same sentences in the same order as its HTML, a blank line between blocks.

use super::sheet::{Block, Dedication, Sheet, Sum, isolated};

pub(super) fn render(sheet: &Sheet) -> String {
    let mut parts: Vec<String> = sheet.blocks.iter().map(block).collect();
    parts.push("--".to_owned());
    parts.push(sheet.foot.text());
    parts.join("\n\n") + "\n"
}

fn block(block: &Block) -> String {
    match block {
        Block::For(Dedication { occasion, name }) => format!("{} {}", occasion.greeting(), isolated(name.as_str())),
        Block::Title(line) | Block::Say(line) | Block::Aside(line) => line.text(),
        Block::Message(message) => paragraphs(message.paragraphs()),
        Block::Signature(name) => name.as_str().to_owned(),
        Block::Button { label, url } | Block::Link { label, url } => format!("{label}:\n{url}"),
        Block::Code { lead, code } => format!("{}\n{code}", lead.text()),
        Block::Sums(sums) => table(sums),
        Block::Facts(facts) => facts.iter().map(|(what, value)| format!("{what}: {value}")).collect::<Vec<_>>().join("\n"),
    }
}

fn paragraphs<'a>(paragraphs: impl Iterator<Item = Vec<&'a str>>) -> String {
    paragraphs.map(|lines| lines.join("\n")).collect::<Vec<_>>().join("\n\n")
}

/// Amounts stand below each other, ranged right.
fn table(sums: &[Sum]) -> String {
    let width = |text: &str| text.chars().count();
    let what_width = sums.iter().map(|sum| width(&sum.what)).max().unwrap_or(0);
    let amount_width = sums.iter().map(|sum| width(&sum.amount)).max().unwrap_or(0);
    let row = |sum: &Sum| format!("{:what_width$}   {:>amount_width$}", sum.what, sum.amount);
    sums.iter().map(row).collect::<Vec<_>>().join("\n")
}
