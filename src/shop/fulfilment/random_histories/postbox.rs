//! The mailboxes of everybody, and what happens on the way there.

use std::sync::Mutex;

use async_trait::async_trait;

use crate::outbox::{Mailer, Outgoing, SendError};

#[derive(Default)]
pub struct Postbox {
    sent: Mutex<Vec<Outgoing>>,
    refusals: Mutex<u8>,
}

impl Postbox {
    /// So many of the next mails do not leave.
    pub fn refuse(&self, mails: u8) {
        *self.refusals.lock().unwrap() = mails;
    }

    /// The id of every mail that arrived, in order.
    pub fn arrived(&self) -> Vec<String> {
        self.sent.lock().unwrap().iter().map(|mail| mail.message_id.clone()).collect()
    }
}

#[async_trait]
impl Mailer for Postbox {
    async fn send(&self, mail: &Outgoing) -> Result<(), SendError> {
        let mut refusals = self.refusals.lock().unwrap();
        if *refusals > 0 {
            *refusals -= 1;
            return Err(SendError::Temporary("smtp_451".to_owned()));
        }
        self.sent.lock().unwrap().push(mail.clone());
        Ok(())
    }
}
