//! What a person finds on a page: its text, its links, and the forms behind its buttons. Reads the shop's own HTML, and no other.

use std::collections::BTreeMap;

/// A form as it would be sent by one of its buttons.
#[derive(Clone, Debug)]
pub struct Form {
    /// `None` sends it to the page's own address.
    pub action: Option<String>,
    pub fields: Fields,
    /// Every radio button and box of it, chosen or not.
    choices: Fields,
}

/// Names and values.
type Fields = Vec<(String, String)>;

impl Form {
    /// What stands in a field; empty where there is no such field.
    pub fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// Writes into a field that the form has, or chooses what it offers.
    pub fn fill(&mut self, name: &str, value: &str) {
        let choice = (name.to_owned(), value.to_owned());
        match self.fields.iter_mut().find(|(field, _)| field == name) {
            Some(field) => *field = choice,
            None if self.choices.contains(&choice) => self.fields.push(choice),
            None => panic!("the form has no field {name}"),
        }
    }
}

/// The text within `<main>`, a line for each block of it, as it would be read aloud.
pub fn main_text(html: &str) -> String {
    let main = html.split_once("<main").map_or(html, |(_, main)| main.split_once("</main>").map_or(main, |(main, _)| main));
    let mut text = String::new();
    for piece in pieces(main.split_once('>').map_or("", |(_, inner)| inner)) {
        match piece {
            Piece::Text(words) => text.push_str(&unescaped(words)),
            // A word that may be broken there is one word.
            Piece::Tag(tag) if matches!(name(tag), "a" | "wbr") => {}
            Piece::Tag(tag) if is_block(name(tag)) => text.push('\n'),
            Piece::Tag(_) => text.push(' '),
        }
    }
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    // What is only set apart by its type has no blank before the stop behind it.
    let lines = lines.map(|line| line.replace(" .", ".").replace(" ,", ","));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Where the page's links lead.
pub fn links(html: &str) -> Vec<String> {
    let anchors = pieces(html).filter_map(|piece| match piece {
        Piece::Tag(tag) if name(tag) == "a" => attributes(tag).remove("href"),
        Piece::Tag(_) | Piece::Text(_) => None,
    });
    let mut links: Vec<String> = Vec::new();
    for link in anchors {
        if !links.contains(&link) {
            links.push(link);
        }
    }
    links
}

/// The form whose button says `label`.
pub fn form_with_button(html: &str, label: &str) -> Option<Form> {
    html.split("<form").skip(1).find_map(|rest| {
        let (form, _) = rest.split_once("</form>")?;
        let (opening, inner) = form.split_once('>')?;
        let button = button_saying(inner, label)?;
        let (mut fields, choices) = controls(inner);
        fields.extend(button.get("name").map(|name| (name.clone(), button.get("value").cloned().unwrap_or_default())));
        let action = button.get("formaction").cloned().or_else(|| attributes(&format!("form {opening}")).remove("action"));
        Some(Form { action, fields, choices })
    })
}

/// What the page says stands in a field, whatever form it is in.
pub fn value_of(html: &str, field: &str) -> Option<String> {
    controls(html).0.into_iter().find(|(name, _)| name == field).map(|(_, value)| value)
}

fn button_saying(inner: &str, label: &str) -> Option<BTreeMap<String, String>> {
    inner.split("<button").skip(1).find_map(|rest| {
        let (opening, rest) = rest.split_once('>')?;
        let (within, _) = rest.split_once("</button>")?;
        let words: String =
            pieces(within).filter_map(|piece| if let Piece::Text(words) = piece { Some(unescaped(words)) } else { None }).collect();
        let says = words.split_whitespace().collect::<Vec<_>>().join(" ");
        says.starts_with(label).then(|| attributes(&format!("button {opening}")))
    })
}

/// What would be sent, and every choice that is offered.
fn controls(inner: &str) -> (Fields, Fields) {
    let (mut found, mut choices) = (Vec::new(), Vec::new());
    let mut select = None;
    let mut rest = pieces(inner);
    while let Some(piece) = rest.next() {
        let Piece::Tag(tag) = piece else { continue };
        let attributes = attributes(tag);
        let (field, value) = (attributes.get("name").cloned(), attributes.get("value").cloned().unwrap_or_default());
        match (name(tag), field) {
            ("input", Some(field)) => {
                let is_choice = matches!(attributes.get("type").map(String::as_str), Some("radio" | "checkbox"));
                choices.extend(is_choice.then(|| (field.clone(), value.clone())));
                if !is_choice || attributes.contains_key("checked") {
                    found.push((field, value));
                }
            }
            ("textarea", Some(field)) => {
                let text = if let Some(Piece::Text(text)) = rest.next() { unescaped(text) } else { String::new() };
                found.push((field, text.strip_prefix('\n').unwrap_or(&text).to_owned()));
            }
            ("select", Some(field)) => {
                found.push((field, String::new()));
                select = Some(found.len() - 1);
            }
            ("option", _) if attributes.contains_key("selected") => {
                if let Some(place) = select {
                    found[place].1 = value;
                }
            }
            _ => {}
        }
    }
    (found, choices)
}

enum Piece<'a> {
    Text(&'a str),
    /// Without its brackets.
    Tag(&'a str),
}

/// Attributes here are quoted with `"`, and a `>` in one does not end its tag. Comments are passed over.
fn pieces(html: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = html;
    std::iter::from_fn(move || {
        while let Some(comment) = rest.strip_prefix("<!") {
            let end = if comment.starts_with("--") { "-->" } else { ">" };
            rest = comment.split_once(end).map_or("", |(_, after)| after);
        }
        let Some(tag) = rest.strip_prefix('<') else {
            let end = rest.find('<').unwrap_or(rest.len());
            let (text, after) = rest.split_at(end);
            rest = after;
            return (!text.is_empty()).then_some(Piece::Text(text));
        };
        let mut is_quoted = false;
        let end = tag.find(|letter| {
            is_quoted ^= letter == '"';
            letter == '>' && !is_quoted
        })?;
        rest = &tag[end + 1..];
        Some(Piece::Tag(&tag[..end]))
    })
}

fn name(tag: &str) -> &str {
    tag.trim_start_matches('/').split(|letter: char| letter.is_whitespace() || letter == '/').next().unwrap_or_default()
}

fn attributes(tag: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut rest = tag.split_once(char::is_whitespace).map_or("", |(_, rest)| rest);
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_alphabetic()) {
        rest = &rest[start..];
        let end = rest.find(|letter: char| letter == '=' || letter == '/' || letter.is_whitespace()).unwrap_or(rest.len());
        let (key, after) = rest.split_at(end);
        let (value, after) = after.strip_prefix("=\"").and_then(|value| value.split_once('"')).unwrap_or(("", after));
        found.insert(key.to_owned(), unescaped(value));
        rest = after;
    }
    found
}

fn is_block(name: &str) -> bool {
    !matches!(
        name,
        "a" | "b"
            | "bdi"
            | "i"
            | "em"
            | "strong"
            | "span"
            | "small"
            | "abbr"
            | "time"
            | "output"
            | "leptos-island"
            | "svg"
            | "path"
    )
}

fn unescaped(text: &str) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'"), ("&nbsp;", "\u{a0}"), ("&amp;", "&")]
        .into_iter()
        .fold(text.to_owned(), |text, (escaped, letter)| text.replace(escaped, letter))
}

#[test]
fn a_form_is_read_as_a_browser_would_send_it() {
    let html = r#"<main class="x"><form method="post" action="/a?b=1&amp;c=2"><input type="hidden" name="h" value="1 &lt; 2"/>
        <input type="radio" name="r" value="one"/><input type="radio" name="r" value="two" checked/><!>
        <textarea name="t">
&lt;b></textarea><select name="s"><option value="x">X</option><option value="y" selected>Y</option></select>
        <button>Other</button><button name="goes" value="on">Go <!--here-->on</button></form><p>One <b>two</b></p><p>three</p></main>"#;
    let mut form = form_with_button(html, "Go on").unwrap();
    assert_eq!(form.action.as_deref(), Some("/a?b=1&c=2"));
    assert_eq!(["h", "r", "t", "s", "goes"].map(|name| form.get(name)), ["1 < 2", "two", "<b>", "y", "on"]);
    form.fill("h", "else");
    form.fill("r", "one");
    assert_eq!((form.get("h"), form.get("r")), ("else", "one"));
    assert!(form_with_button(html, "Stop").is_none());
    assert!(main_text(html).ends_with("One two\nthree"), "{}", main_text(html));
}
