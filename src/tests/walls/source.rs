//! Reads Rust just well enough to see what a file names: words and signs without comments, texts and test code.

use std::path::{Path, PathBuf};

/// The files of the crate that are built into the program.
pub struct Sources(Vec<Source>);

/// One file, as its tokens.
pub struct Source {
    /// Below `src`, with slashes.
    pub file: String,
    /// `crate::shop::buy` is `["shop", "buy"]`; of `lib.rs` and `main.rs` it is empty.
    module: Vec<String>,
    tokens: Vec<Token>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Token {
    text: String,
    line: usize,
    is_in_server_function: bool,
}

/// A path that a file names.
#[derive(Debug, PartialEq, Eq)]
pub struct Named {
    pub line: usize,
    /// From the crate's root on; of another crate's, from its name on.
    pub path: Vec<String>,
    pub is_ours: bool,
    pub is_in_server_function: bool,
}

impl Sources {
    /// Follows the `mod` lines from `lib.rs`, past those of test code, and adds `main.rs`.
    pub fn of_crate(src: &Path) -> Self {
        let mut sources = Self(Vec::new());
        for root in ["lib.rs", "main.rs"] {
            sources.read(src, Path::new(root), Vec::new());
        }
        sources
    }

    pub fn all(&self) -> &[Source] {
        &self.0
    }

    fn read(&mut self, src: &Path, file: &Path, module: Vec<String>) {
        let text = std::fs::read_to_string(src.join(file)).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let source = Source::read(&file.to_string_lossy(), module, &text);
        let folder: PathBuf = source.module.iter().collect();
        for name in source.modules() {
            let inner = source.module.iter().cloned().chain([name.clone()]).collect();
            let beside = folder.join(format!("{name}.rs"));
            let within = folder.join(&name).join("mod.rs");
            let file = if src.join(&beside).exists() { beside } else { within };
            self.read(src, &file, inner);
        }
        self.0.push(source);
    }
}

impl Source {
    pub fn read(file: &str, module: Vec<String>, text: &str) -> Self {
        let mut tokens = without_tests(&tokens(text));
        mark_server_functions(&mut tokens);
        Self { file: file.to_owned(), module, tokens }
    }

    /// The top-level module that the file belongs to; `lib` or `main` for those two.
    pub fn room(&self) -> &str {
        self.module.first().map_or_else(|| self.file.trim_end_matches(".rs"), String::as_str)
    }

    /// The modules that stand in files of their own.
    fn modules(&self) -> impl Iterator<Item = String> {
        let declared = |three: &[Token]| (three[0].text == "mod" && three[2].text == ";").then(|| three[1].text.clone());
        self.tokens.windows(3).filter_map(declared)
    }

    /// The lines with `cfg(feature …)` in whatever form.
    pub fn features(&self) -> impl Iterator<Item = usize> {
        let is_cfg = |text: &str| matches!(text, "cfg" | "cfg_attr");
        let starts = self.tokens.iter().enumerate().filter(move |(_, token)| is_cfg(&token.text));
        starts.filter_map(|(place, token)| {
            let end = closing(&self.tokens, place);
            self.tokens[place..end].iter().any(|token| token.text == "feature").then_some(token.line)
        })
    }

    /// Every path, `use` groups taken apart and `super` resolved.
    pub fn named(&self) -> impl Iterator<Item = Named> {
        let mut named = Vec::new();
        let mut place = 0;
        while place < self.tokens.len() {
            let is_start = is_name(&self.tokens[place].text) && !self.is_behind_colons(place);
            let is_path = self.text(place + 1) == "::";
            if is_start && is_path {
                self.follow(place, &[], &mut named);
            }
            place += 1;
        }
        named.into_iter()
    }

    /// Reads the path that goes on at `place` behind `prefix`, and into its group if it ends in one.
    fn follow(&self, place: usize, prefix: &[String], named: &mut Vec<Named>) -> usize {
        let (mut path, mut at) = (prefix.to_vec(), place);
        loop {
            match self.text(at) {
                "{" => {
                    at += 1;
                    while !matches!(self.text(at), "}" | "") {
                        at = self.follow(at, &path, named);
                        at += usize::from(self.text(at) == ",");
                    }
                    return at + 1;
                }
                text if is_name(text) || text == "*" => path.push(text.to_owned()),
                _ => break,
            }
            at += 1;
            if self.text(at) != "::" {
                break;
            }
            at += 1;
        }
        named.extend(self.resolved(place, &path));
        // `name as other` stays within its group.
        if self.text(at) == "as" { at + 2 } else { at.max(place + 1) }
    }

    fn resolved(&self, place: usize, path: &[String]) -> Option<Named> {
        let token = self.tokens.get(place)?;
        let named = |path: Vec<String>, is_ours| Named {
            line: token.line,
            path,
            is_ours,
            is_in_server_function: token.is_in_server_function,
        };
        let supers = path.iter().take_while(|part| *part == "super").count();
        match path.first()?.as_str() {
            "crate" | "ribbon" => Some(named(path[1..].to_vec(), true)),
            "super" => {
                let above = self.module.len().checked_sub(supers)?;
                Some(named(self.module[..above].iter().chain(&path[supers..]).cloned().collect(), true))
            }
            "self" | "Self" => None,
            _ => Some(named(path.to_vec(), false)),
        }
    }

    fn text(&self, place: usize) -> &str {
        self.tokens.get(place).map_or("", |token| &token.text)
    }

    fn is_behind_colons(&self, place: usize) -> bool {
        place > 0 && self.text(place - 1) == "::"
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
}

/// The place behind the bracket that closes the first one at or after `start`.
fn closing(tokens: &[Token], start: usize) -> usize {
    let mut depth = 0_usize;
    for (place, token) in tokens.iter().enumerate().skip(start) {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 {
            return place + 1;
        }
    }
    tokens.len()
}

/// The place behind the item that begins at `start`: its body, or its semicolon.
fn end_of_item(tokens: &[Token], start: usize) -> usize {
    let mut place = start;
    while let Some(token) = tokens.get(place) {
        match token.text.as_str() {
            ";" => return place + 1,
            "{" => return closing(tokens, place),
            "(" | "[" => place = closing(tokens, place),
            _ => place += 1,
        }
    }
    place
}

/// Drops every item under `#[test]` or a `#[cfg(…)]` that asks for tests.
fn without_tests(tokens: &[Token]) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut place = 0;
    while place < tokens.len() {
        if is_of_tests(&tokens[place..]) {
            place = end_of_item(tokens, closing(tokens, place));
        } else {
            kept.push(tokens[place].clone());
            place += 1;
        }
    }
    kept
}

fn is_of_tests(tokens: &[Token]) -> bool {
    let begins = |words: &[&str]| tokens.iter().map(|token| token.text.as_str()).take(words.len()).eq(words.iter().copied());
    let names = |word: &str| tokens[..closing(tokens, 0)].iter().any(|token| token.text == word);
    begins(&["#", "[", "test", "]"]) || (begins(&["#", "[", "cfg", "("]) && names("test") && !names("not"))
}

/// Marks what stands in the body of a function under `#[server …]`: the browser's build leaves it out.
fn mark_server_functions(tokens: &mut [Token]) {
    let starts: Vec<usize> = tokens
        .windows(3)
        .enumerate()
        .filter(|(_, three)| three[1].text == "[" && three[2].text == "server")
        .map(|(place, _)| place)
        .collect();
    for start in starts {
        let attribute_end = closing(tokens, start);
        let end = end_of_item(tokens, attribute_end);
        let body = (attribute_end..end).find(|place| tokens[*place].text == "{").unwrap_or(end);
        tokens[body..end].iter_mut().for_each(|token| token.is_in_server_function = true);
    }
}

/// Words and signs, without comments and without what stands in quotes.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let (mut rest, mut line) = (text, 1);
    while let Some(letter) = rest.chars().next() {
        let length = length_of_token(rest, letter);
        let (token, after) = rest.split_at(length);
        let is_code = !letter.is_whitespace() && !token.starts_with("//") && !token.starts_with("/*") && !is_quoted(token);
        if is_code {
            tokens.push(Token { text: token.to_owned(), line, is_in_server_function: false });
        }
        line += token.matches('\n').count();
        rest = after;
    }
    tokens
}

fn is_quoted(token: &str) -> bool {
    token.starts_with(['"', '\'']) || token.starts_with("r\"") || token.starts_with("r#\"") || token.starts_with("b\"")
}

fn length_of_token(rest: &str, letter: char) -> usize {
    let until = |mark: &str| rest.find(mark).map_or(rest.len(), |end| end + mark.len());
    if rest.starts_with("//") {
        return until("\n");
    }
    if rest.starts_with("/*") {
        return until("*/");
    }
    if rest.starts_with("r#\"") {
        return until("\"#");
    }
    if let Some(raw) = rest.strip_prefix("r\"") {
        return raw.find('"').map_or(rest.len(), |end| end + 3);
    }
    if letter == '"' || rest.starts_with("b\"") {
        let start = if letter == 'b' { 2 } else { 1 };
        return start + end_of_text(&rest[start..]);
    }
    if letter == '\'' {
        return length_of_letter_or_lifetime(rest);
    }
    if is_name(rest) {
        return rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
    }
    if rest.starts_with("::") { 2 } else { letter.len_utf8() }
}

/// Behind the quote that ends a text, past those with a backslash before them.
fn end_of_text(text: &str) -> usize {
    let mut is_escaped = false;
    let end = text.find(|letter| {
        let ends = letter == '"' && !is_escaped;
        is_escaped = letter == '\\' && !is_escaped;
        ends
    });
    end.map_or(text.len(), |end| end + 1)
}

/// `'a'` and `'\n'` are letters; `'static` is a lifetime, whose mark alone is taken.
fn length_of_letter_or_lifetime(rest: &str) -> usize {
    let mut letters = rest.char_indices().skip(1);
    match letters.next() {
        Some((_, '\\')) => rest[2..].find('\'').map_or(1, |end| (end + 3).max(4)),
        Some((start, letter)) if rest[start + letter.len_utf8()..].starts_with('\'') => start + letter.len_utf8() + 1,
        Some(_) | None => 1,
    }
}
