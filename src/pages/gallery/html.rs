//! Just enough of a reader of HTML to ask questions about the pages' own.

use std::collections::BTreeMap;

#[derive(Debug)]
pub struct Tag {
    pub name: String,
    pub attributes: BTreeMap<String, String>,
}

impl Tag {
    pub fn get(&self, attribute: &str) -> Option<&str> {
        self.attributes.get(attribute).map(String::as_str)
    }
}

/// The opening tags of a page, in order.
pub struct Tags(Vec<Tag>);

impl Tags {
    pub fn of(html: &str) -> Self {
        Self(markup(html).filter(|tag| tag.starts_with(|letter: char| letter.is_ascii_alphabetic())).map(parsed).collect())
    }

    pub fn all(&self) -> impl Iterator<Item = &Tag> {
        self.0.iter()
    }

    pub fn named(&self, name: &str) -> impl Iterator<Item = &Tag> {
        self.0.iter().filter(move |tag| tag.name == name)
    }
}

/// What stands between `<` and `>`. Attributes here are quoted with `"`, and a `>` in one does not end its tag.
fn markup(html: &str) -> impl Iterator<Item = &str> {
    let mut rest = html;
    std::iter::from_fn(move || {
        let (_, after) = rest.split_once('<')?;
        let mut is_quoted = false;
        let end = after.find(|letter| {
            is_quoted ^= letter == '"';
            letter == '>' && !is_quoted
        })?;
        rest = &after[end..];
        Some(&after[..end])
    })
}

fn parsed(tag: &str) -> Tag {
    let (name, mut rest) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
    let mut attributes = BTreeMap::new();
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_alphabetic()) {
        rest = &rest[start..];
        let end = rest.find(|letter: char| letter == '=' || letter.is_whitespace() || letter == '/').unwrap_or(rest.len());
        let (key, after) = rest.split_at(end);
        let quoted = after.strip_prefix("=\"").and_then(|value| value.split_once('"'));
        let (value, after) = quoted.unwrap_or(("", after));
        attributes.insert(key.to_owned(), value.to_owned());
        rest = after;
    }
    Tag { name: name.to_owned(), attributes }
}

/// What a person reads of a page: its text without markup and scripts.
pub fn text(html: &str) -> String {
    let body = html.split_once("<body").map_or(html, |(_, body)| body);
    let mut text = String::new();
    for piece in body.split('<') {
        text.push_str(piece.split_once('>').map_or("", |(_, after)| after));
        text.push(' ');
    }
    text
}

#[test]
fn tags_are_read_with_their_attributes() {
    let tags = Tags::of("<!DOCTYPE html><p class=\"a > b\" hidden>1 &lt; 2</p><input id=\"x\" required/>");
    let read: Vec<_> = tags.all().map(|tag| (tag.name.as_str(), tag.get("class"), tag.attributes.len())).collect();
    assert_eq!(read, [("p", Some("a > b"), 2), ("input", None, 2)]);
    assert_eq!(text("<p>One<br>two</p>").split_whitespace().collect::<Vec<_>>(), ["One", "two"]);
}
