//! A mailer that keeps what it is given, and a mail as its reader has it.

use std::sync::Mutex;

use async_trait::async_trait;

use super::page;
use crate::outbox::{Mailer, Outgoing, SendError};

/// Everybody's mailbox.
#[derive(Default)]
pub struct Mailboxes {
    delivered: Mutex<Vec<Mail>>,
    /// Addresses that there are no mailboxes for.
    unknown: Mutex<Vec<String>>,
}

#[derive(Clone)]
pub struct Mail {
    /// Without brackets.
    pub message_id: String,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// Where its mail program posts to unsubscribe.
    pub one_click: Option<String>,
}

#[async_trait]
impl Mailer for Mailboxes {
    async fn send(&self, mail: &Outgoing) -> Result<(), SendError> {
        let message_id = mail.message_id.clone();
        let mail = &mail.mail;
        if self.unknown.lock().unwrap().iter().any(|unknown| unknown == mail.to.as_str()) {
            return Err(SendError::Refused("smtp_recipient_550".to_owned()));
        }
        let (subject, text, html) = (mail.subject.clone(), mail.text.clone(), mail.html.clone());
        let (to, one_click) = (mail.to.as_str().to_owned(), mail.one_click.as_ref().map(|link| link.0.to_string()));
        self.delivered.lock().unwrap().push(Mail { message_id, to, subject, text, html, one_click });
        Ok(())
    }
}

impl Mailboxes {
    /// Mail to this address comes back from now on.
    pub fn refuses(&self, email: &str) {
        self.unknown.lock().unwrap().push(email.to_owned());
    }

    /// Mail to this address arrives again.
    pub fn takes_again(&self, email: &str) {
        self.unknown.lock().unwrap().retain(|unknown| unknown != email);
    }

    /// Everything that arrived, oldest first.
    pub fn all(&self) -> Vec<Mail> {
        self.delivered.lock().unwrap().clone()
    }
}

impl Mail {
    /// Every place that it leads to.
    pub fn links(&self) -> Vec<String> {
        page::links(&self.html)
    }

    /// The first of its links that leads to such a path.
    #[track_caller]
    pub fn link_to(&self, path: &str) -> String {
        let begin = format!("{}{path}", super::SHOP);
        let link = self.links().into_iter().find(|link| link.starts_with(&begin));
        link.unwrap_or_else(|| panic!("no link to {path} in “{}”:\n{}", self.subject, self.text))
    }

    /// The recipient's own link, with the proof in it.
    #[track_caller]
    pub fn redeem_link(&self) -> String {
        self.link_to("/redeem/")
    }

    /// The code in that link.
    #[track_caller]
    pub fn code(&self) -> String {
        let link = self.redeem_link();
        let (_, code) = link.split_once("/redeem/").unwrap();
        code.split('?').next().unwrap().to_owned()
    }

    /// The buyer's own page of the gift.
    #[track_caller]
    pub fn gift_page(&self) -> String {
        self.link_to("/gifts/")
    }
}
