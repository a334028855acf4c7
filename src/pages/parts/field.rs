//! Labelled controls, wired to their hints and to what a refusal says of them.

use leptos::prelude::*;

use super::super::Refusal;
use crate::catalog::PromoName;
use crate::shop::Quote;
use crate::values::{Email, Message, PersonName, TypedEmail};

/// The names by which a control points at the texts that describe it, the refusal before the hint.
struct Wiring {
    wrong: Option<String>,
    described_by: Option<String>,
}

impl Wiring {
    fn of(name: &str, has_hint: bool) -> Self {
        let wrong = Refusal::of_this_page().and_then(|refusal| refusal.message(name));
        let error = wrong.is_some().then(|| format!("{name}-error"));
        let hint = has_hint.then(|| format!("{name}-hint"));
        let described_by = [error, hint].into_iter().flatten().collect::<Vec<_>>().join(" ");
        Self { wrong, described_by: (!described_by.is_empty()).then_some(described_by) }
    }

    /// The same of a field that is asked about: nothing is wrong with what it holds.
    fn asked(name: &str, has_hint: bool) -> Self {
        Self { wrong: None, ..Self::of(name, has_hint) }
    }

    fn invalid(&self) -> Option<&'static str> {
        self.wrong.is_some().then_some("true")
    }
}

/// An address that looks mistyped, and the one that was perhaps meant.
#[derive(Clone)]
pub struct Question {
    typed: String,
    meant: Email,
}

/// Two answers, of which none is chosen beforehand: what was typed may well be right.
#[component]
fn Asked(name: &'static str, question: Question) -> impl IntoView {
    let Question { typed, meant } = question;
    let domain_typed = Email::parse(&typed).map_or_else(|_| typed.clone(), |email| email.domain().to_owned());
    let answer = |value: String, words: String| {
        view! {
            <label>
                <input type="radio" name=format!("{name}_answer") value=value/>
                {words}
            </label>
        }
    };
    let yes = format!("Yes, it is {}", meant.domain());
    let no = format!("No, keep {domain_typed}");
    let message = Refusal::of_this_page().and_then(|refusal| refusal.message(name));
    view! {
        <div class="wrong asked" role="radiogroup" aria-labelledby=format!("{name}-error")>
            <p id=format!("{name}-error")>{message}</p>
            {answer(meant.as_str().to_owned(), yes)}
            {answer(typed, no)}
        </div>
    }
    .into_any()
}

/// Label, refusal or question, control and hint, one below the other.
#[component]
fn Labelled(
    name: &'static str,
    label: String,
    optional: bool,
    wrong: Option<String>,
    #[prop(optional_no_strip)] question: Option<Question>,
    hint: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    let optional = optional.then(|| view! { " "<span class="opt">"(optional)"</span> });
    let wrong = wrong.map(|wrong| view! { <p class="wrong" id=format!("{name}-error")>{wrong}</p> });
    let question = question.map(|question| view! { <Asked name question/> });
    let hint = hint.map(|hint| view! { <p class="hint" id=format!("{name}-hint")>{hint}</p> });
    view! {
        <div class="field">
            <label for=name>{label}{optional}</label>
            {wrong}
            {question}
            {children()}
            {hint}
        </div>
    }
    .into_any()
}

/// One line of text. Its id is its name, so that a slip can link to it.
#[component]
pub fn Field(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(optional, into)] value: String,
    #[prop(optional_no_strip, into)] hint: Option<&'static str>,
    #[prop(default = "text")] kind: &'static str,
    #[prop(default = "off")] autocomplete: &'static str,
    #[prop(optional)] optional: bool,
    #[prop(optional)] class: Option<&'static str>,
    #[prop(default = PersonName::LONGEST)] longest: usize,
    #[prop(optional_no_strip)] question: Option<Question>,
) -> impl IntoView {
    let wiring = match question {
        Some(_) => Wiring::asked(name, hint.is_some()),
        None => Wiring::of(name, hint.is_some()),
    };
    let (invalid, described_by) = (wiring.invalid(), wiring.described_by);
    let typed = !matches!(kind, "date" | "password");
    view! {
        <Labelled name label optional wrong=wiring.wrong question hint>
            <input
                id=name
                name=name
                type=(kind != "text").then_some(kind)
                class=class
                value=(!value.is_empty()).then_some(value)
                autocomplete=autocomplete
                maxlength=typed.then_some(longest)
                spellcheck=(class.is_some() || kind == "email").then_some("false")
                required=!optional
                aria-invalid=invalid
                aria-describedby=described_by
            />
        </Labelled>
    }
    .into_any()
}

/// An email address. With an `answer`, empty before there was one, it is asked once whether an address that looks mistyped was meant so.
#[component]
pub fn EmailField(
    #[prop(default = "email")] name: &'static str,
    #[prop(default = "Email address".to_owned(), into)] label: String,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] answer: Option<String>,
    #[prop(optional_no_strip, into)] hint: Option<&'static str>,
    #[prop(default = "username")] autocomplete: &'static str,
) -> impl IntoView {
    const LONGEST: usize = 254;
    let typed = match answer {
        Some(answer) => TypedEmail::read(&value, &answer),
        None => TypedEmail::Plain(value),
    };
    let value = typed.text().to_owned();
    let (kept, question) = match typed {
        TypedEmail::Plain(_) => (None, None),
        TypedEmail::Kept(text) => (Some(view! { <input type="hidden" name=format!("{name}_answer") value=text/> }), None),
        TypedEmail::Odd { typed, meant } => {
            let is_asked = Refusal::of_this_page().is_some_and(|refusal| refusal.asks(name));
            (None, is_asked.then_some(Question { typed, meant }))
        }
    };
    view! {
        <Field name label value hint kind="email" autocomplete longest=LONGEST question/>
        {kept}
    }
    .into_any()
}

/// A password. It is never shown again, whatever was refused.
#[component]
pub fn PasswordField(
    #[prop(default = "password")] name: &'static str,
    #[prop(default = "Password")] label: &'static str,
    #[prop(optional_no_strip, into)] hint: Option<&'static str>,
    #[prop(default = "current-password")] autocomplete: &'static str,
) -> impl IntoView {
    view! { <Field name label hint kind="password" autocomplete/> }
}

/// A password that is chosen now.
#[component]
pub fn NewPasswordField(label: &'static str) -> impl IntoView {
    view! { <PasswordField label autocomplete="new-password" hint="8 characters or more. A short sentence is a good password."/> }
}

/// What the giver writes, in the card's own type; and what is written back.
#[component]
pub fn MessageField(
    value: String,
    #[prop(default = "message")] name: &'static str,
    #[prop(default = "Your message".to_owned(), into)] label: String,
    #[prop(default = "Up to 500 characters. It is printed just as you write it.")] hint: &'static str,
    #[prop(default = true)] optional: bool,
) -> impl IntoView {
    let wiring = Wiring::of(name, true);
    let (invalid, described_by) = (wiring.invalid(), wiring.described_by);
    view! {
        <Labelled
            name
            label
            optional
            wrong=wiring.wrong
            hint=Some(hint)
        >
            <textarea
                id=name
                name=name
                maxlength=Message::LONGEST
                required=!optional
                aria-invalid=invalid
                aria-describedby=described_by
                inner_html=textarea_html(&value)
            ></textarea>
        </Labelled>
    }
    .into_any()
}

/// Leptos does not escape the children of a `textarea`, so its text is escaped here.
/// A parser drops one line break behind the tag: with one of ours there, none that was typed is lost.
fn textarea_html(text: &str) -> String {
    format!("\n{}", text.replace('&', "&amp;").replace('<', "&lt;"))
}

/// Where a code is typed. Its own button shows the form again with the prices that it makes, and leads back to this field.
#[component]
pub fn PromoField(value: String) -> impl IntoView {
    let wiring = Wiring::of("promo_code", true);
    let (invalid, described_by) = (wiring.invalid(), wiring.described_by);
    view! {
        <Labelled
            name="promo_code"
            label="Promo code".to_owned()
            optional=true
            wrong=wiring.wrong
            hint=Some("Apply it to see the sum here. The payment page shows it as well.")
        >
            <div class="row apply">
                <input
                    id="promo_code"
                    name="promo_code"
                    class="short"
                    value=(!value.is_empty()).then_some(value)
                    autocomplete="off"
                    autocapitalize="characters"
                    spellcheck="false"
                    maxlength=PromoName::LONGEST
                    aria-invalid=invalid
                    aria-describedby=described_by
                />
                <button class="btn quiet" name="apply" value="code" formaction="/gift#promo_code">"Apply the code"</button>
            </div>
        </Labelled>
    }
    .into_any()
}

/// A code that counts. It can't be edited, so that the price beside it stays the price that is charged.
#[component]
pub fn PromoApplied(quote: Quote) -> impl IntoView {
    let Quote { name, discount, .. } = quote;
    view! {
        <div class="field">
            <input type="hidden" name="promo_code" value=name.to_string()/>
            <div class="note row" id="promo_code">
                <p role="status"><b>{name.to_string()}</b>" takes "{discount.to_string()}"."</p>
                <button class="btn quiet" name="apply" value="none" formaction="/gift#promo_code">"Remove the code"</button>
            </div>
        </div>
    }
    .into_any()
}

/// A choice as a card around a real radio button or, where several may be chosen, a box to tick.
#[component]
pub fn Pick(
    name: &'static str,
    value: String,
    checked: bool,
    #[prop(optional)] class: &'static str,
    #[prop(default = "radio")] kind: &'static str,
    /// The button's id, on the first choice of a group, so that a slip can link to the group.
    #[prop(optional_no_strip)]
    id: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    view! {
        <label class=format!("pick {class}").trim_end().to_owned()>
            <input type=kind id=id name=name value=value checked=checked/>
            {children()}
        </label>
    }
    .into_any()
}

/// What a refusal says of a group of choices; it stands above them.
#[component]
pub fn PickWrong(name: &'static str) -> impl IntoView {
    Wiring::of(name, false).wrong.map(|wrong| view! { <p class="wrong" id=format!("{name}-error")>{wrong}</p> })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_can_not_leave_its_textarea() {
        let html = view! { <MessageField value="\n</textarea><script>alert(1)</script> &lt;".to_owned()/> }.to_html();
        assert!(html.contains("\n\n&lt;/textarea>&lt;script>alert(1)&lt;/script> &amp;lt;</textarea>"), "{html}");
        assert!(!html.contains("<script"), "{html}");
    }
}
