//! A letter's HTML: tables, inline styles and hex colours, because mail clients know little else. No images and no scripts;
//! whatever a person wrote is escaped, and only pages of ours are links.

use super::colours::Palette;
use super::dedication::dark_stocks;
use super::sheet::{Block, Line, Piece, Ribbon, Sheet, Sum, spoken};
use crate::values::{Accent, Message, TypeSize};

pub(super) const SERIF: &str = "'Iowan Old Style','Palatino Linotype',Palatino,'URW Palladio L',P052,'Book Antiqua',Georgia,serif";
const SANS: &str = "system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif";
const MONO: &str = "ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace";
pub(super) const TABLE: &str = r#"role="presentation" cellpadding="0" cellspacing="0" border="0""#;
/// Long names and addresses break rather than widen the card.
pub(super) const BREAK: &str = "overflow-wrap:anywhere;word-break:break-word";

pub(super) fn render(sheet: &Sheet, accent: Accent) -> String {
    let light = Palette::light(accent);
    Page { colours: light, dark: Palette::dark(accent) }.whole(sheet)
}

pub(super) struct Page {
    /// By day, inline; at night the one media block replaces them.
    pub(super) colours: Palette,
    dark: Palette,
}

impl Page {
    fn whole(&self, sheet: &Sheet) -> String {
        let Palette { desk, paper, line, soft, .. } = self.colours;
        let (subject, preheader) = (escape(&sheet.subject), escape(&sheet.preheader));
        let (styles, ribbon) = (self.styles(), self.ribbon(sheet.ribbon));
        let head: String = sheet.blocks.iter().filter_map(|block| self.head(block, &ribbon)).collect();
        let blocks: String = sheet.blocks.iter().map(|block| self.block(block)).collect();
        let foot = self.line(&sheet.foot, "soft");
        format!(
            r#"<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<title>{subject}</title>
<style>{styles}</style>
</head>
<body class="desk" style="margin:0;padding:0;background:{desk}">
<div role="article" aria-roledescription="email" aria-label="{subject}">
<div style="display:none;max-height:0;overflow:hidden">{preheader}</div>
<table {TABLE} width="100%" class="desk" style="background:{desk}"><tr><td align="center" class="margin" style="padding:40px 16px">
<table {TABLE} width="100%" class="card" style="max-width:560px;background:{paper};border:1px solid {line};border-radius:2px">{head}<tr>
<td class="gutter" width="26" style="width:26px;font-size:0;line-height:0">&nbsp;</td>
{ribbon}<td class="pad" align="left" style="padding:44px 44px 44px 34px">
{blocks}</td></tr></table>
<p class="soft" style="max-width:560px;margin:24px auto 0;font:14px/1.55 {SANS};color:{soft};text-align:left;{BREAK}">{foot}</p>
</td></tr></table>
</div>
</body>
</html>
"#
        )
    }

    fn styles(&self) -> String {
        let Palette { desk, paper, ink, soft, line, thread, .. } = self.dark;
        let stocks = dark_stocks(&self.dark);
        format!(
            ".pad>:first-child{{margin-top:0!important}}.pad>:last-child{{margin-bottom:0!important}}\
             @media (max-width:36em){{.margin{{padding:0 0 32px!important}}.margin>p{{padding:0 22px 0 38px!important}}.gutter{{display:none!important}}\
             .card{{border-width:0 0 1px!important;border-radius:0!important}}.pad{{padding:32px 22px 36px!important}}.head{{padding:32px 22px 28px!important}}.name{{font-size:.86em!important}}}}\
             @media (prefers-color-scheme:dark){{.desk{{background:{desk}!important}}.card{{background:{paper}!important}}\
             .card,.rule{{border-color:{line}!important}}.ink{{color:{ink}!important}}.soft{{color:{soft}!important}}\
             .thread{{color:{thread}!important}}{stocks}}}"
        )
    }

    /// The ribbon as cells of colour, 16px in all.
    fn ribbon(&self, ribbon: Ribbon) -> String {
        let Palette { ribbon: cloth, woven, .. } = self.colours;
        let cell = |width: u8, colour| {
            format!(
                r#"<td width="{width}" bgcolor="{colour}" style="width:{width}px;background:{colour};font-size:0;line-height:0">&nbsp;</td>"#
            )
        };
        match ribbon {
            Ribbon::Plain => cell(16, cloth),
            Ribbon::Threaded => [(4, cloth), (1, woven), (6, cloth), (1, woven), (4, cloth)]
                .into_iter()
                .map(|(width, colour)| cell(width, colour))
                .collect(),
        }
    }

    fn block(&self, block: &Block) -> String {
        let Palette { soft, line, .. } = self.colours;
        match block {
            // Stands above the letter.
            Block::For(_) => String::new(),
            Block::Title(title) => self.text(
                "h1",
                "ink",
                &format!("0 0 20px;font:400 30px/1.2 {SERIF};letter-spacing:-.3px"),
                &self.line(title, "ink"),
            ),
            Block::Message(message) => self.message(message),
            Block::Signature(name) => {
                let name = escape(name.as_str());
                self.text("p", "ink", &format!("0 0 36px;font:italic 24px/1.4 {SERIF}"), &format!("<bdi>{name}</bdi>"))
            }
            Block::Say(says) => self.text("p", "ink", &format!("0 0 20px;font:17px/1.55 {SANS}"), &self.line(says, "ink")),
            Block::Aside(says) => self.text("p", "soft", &format!("0 0 20px;font:15px/1.55 {SANS}"), &self.line(says, "soft")),
            Block::Button { label, url } => self.button(label, url.as_str()),
            Block::Link { label, url } => {
                let link = self.link(url.as_str(), label);
                self.text("p", "soft", &format!("0 0 20px;font:15px/1.55 {SANS}"), &link)
            }
            Block::Code { lead, code } => {
                let (lead, Palette { ink, .. }) = (self.line(lead, "soft"), self.colours);
                format!(
                    "<p class=\"soft rule\" style=\"margin:28px 0 0;padding-top:22px;border-top:1px solid {line};font:15px/1.55 {SANS};color:{soft};{BREAK}\">\
                     {lead}<br><span class=\"ink\" style=\"font:17px/2 {MONO};color:{ink}\">{code}</span></p>\n",
                    code = escape(code)
                )
            }
            Block::Sums(sums) => self.sums(sums),
            Block::Facts(facts) => {
                let facts: Vec<String> = facts.iter().map(|(what, value)| format!("{what}: {}", escape(value))).collect();
                self.text("p", "soft", &format!("0 0 20px;font:15px/1.6 {SANS}"), &facts.join("<br>"))
            }
        }
    }

    /// `style` begins with the margin. Colour comes from the class at night and inline by day.
    fn text(&self, tag: &str, class: &str, style: &str, inside: &str) -> String {
        let colour = if class == "ink" { self.colours.ink } else { self.colours.soft };
        format!("<{tag} class=\"{class}\" style=\"margin:{style};color:{colour};{BREAK}\">{inside}</{tag}>\n")
    }

    /// `dir="auto"` a paragraph, because a message may be in any script.
    fn message(&self, message: &Message) -> String {
        let Palette { ink, .. } = self.colours;
        let size = match TypeSize::of(message.as_str()) {
            TypeSize::Large => "24px/1.45",
            TypeSize::Middle => "20px/1.6",
            TypeSize::Small => "18px/1.6",
        };
        let paragraph = |lines: Vec<&str>| {
            let lines: Vec<String> = lines.into_iter().map(escape).collect();
            format!(
                "<p class=\"ink\" dir=\"auto\" style=\"margin:0 0 16px;font:{size} {SERIF};color:{ink};text-align:start;{BREAK}\">{}</p>\n",
                lines.join("<br>")
            )
        };
        message.paragraphs().map(paragraph).collect()
    }

    fn button(&self, label: &str, url: &str) -> String {
        let (Palette { ribbon, on_ribbon, .. }, url) = (self.colours, escape(url));
        format!(
            "<table {TABLE} style=\"margin:8px 0 28px\"><tr><td bgcolor=\"{ribbon}\" style=\"background:{ribbon};border-radius:3px\">\
             <a href=\"{url}\" style=\"display:inline-block;padding:14px 26px;font:600 17px/1.3 {SANS};color:{on_ribbon};text-decoration:none\">{label}</a>\
             </td></tr></table>\n"
        )
    }

    fn sums(&self, sums: &[Sum]) -> String {
        let Palette { ink, line, .. } = self.colours;
        let row = |sum: &Sum| {
            let (weight, rule) = if sum.is_total { (600, format!("border-top:1px solid {line};")) } else { (400, String::new()) };
            format!(
                "<tr><th class=\"ink rule\" scope=\"row\" align=\"left\" style=\"padding:8px 0;{rule}font:{weight} 17px/1.4 {SANS};color:{ink};text-align:left\">{}</th>\
                 <td class=\"ink rule\" align=\"right\" style=\"padding:8px 0 8px 16px;{rule}font:400 18px/1.4 {SERIF};color:{ink};text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums lining-nums\">{}</td></tr>\n",
                escape(&sum.what),
                escape(&sum.amount)
            )
        };
        let rows: String = sums.iter().map(row).collect();
        format!(
            "<table width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" style=\"margin:0 0 20px;border-collapse:collapse\">\n{rows}</table>\n"
        )
    }

    fn line(&self, line: &Line, class: &str) -> String {
        line.0.iter().map(|piece| self.piece(piece, class)).collect()
    }

    fn link(&self, href: &str, shown: &str) -> String {
        format!(r#"<a class="thread" href="{}" style="color:{}">{}</a>"#, escape(href), self.colours.thread, escape(shown))
    }

    fn piece(&self, piece: &Piece, class: &str) -> String {
        match piece {
            Piece::Plain(text) => escape(text),
            Piece::Strong(text) => format!(r#"<strong class="{class}" style="font-weight:600">{}</strong>"#, escape(text)),
            Piece::Name(name) => format!("<bdi>{}</bdi>", escape(name)),
            Piece::Page(page) => self.link(page.as_str(), spoken(page)),
            Piece::Mailbox(mailbox) => self.link(&format!("mailto:{}", mailbox.as_str()), mailbox.as_str()),
        }
    }
}

/// Text as text, in an element or in a quoted attribute.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
