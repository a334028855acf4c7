//! The buyer corrects for whom a gift is: free of charge, until it is redeemed.

use std::net::IpAddr;

use super::doubts::settled;
use super::fields::{self, recipient_email, recipient_name};
use super::{Changed, GiftFields, Shop};
use crate::{Error, Result};

impl Shop {
    /// Gives the gift another recipient. With another address the link and the code that were sent before end, and a new mail goes out
    /// where one had; with the same, what was mailed goes out once more. One that looks mistyped is asked about. A `message` is written
    /// on the card as well, before it goes.
    pub async fn readdress(
        &self,
        reference: &str,
        key: &str,
        wish: &GiftFields,
        message: Option<&str>,
        from: IpAddr,
    ) -> Result<Changed> {
        let meant = settled("recipient_email", &wish.recipient_email, &wish.recipient_email_answer);
        let email = meant.and_then(|email| recipient_email(&email));
        let message = message.map(fields::message).transpose();
        let (name, email, message) = match (recipient_name(&wish.recipient_name), email, message) {
            (Ok(name), Ok(email), Ok(message)) => (name, email, message),
            (name, email, message) => {
                return Err(Error::Invalid(name.err().into_iter().chain(email.err()).chain(message.err()).collect()));
            }
        };
        let change = self
            .change_gift(reference, key, from, "readdressed", |gift, now| {
                let given = gift.readdress(name.clone(), email.clone(), &self.secrets.current, now)?;
                let written = match &message {
                    Some(message) => given.reword(message.clone())?,
                    None => given,
                };
                Ok(written.mailed_again_after(gift, now))
            })
            .await?;
        let is_another = change.before.generation != change.after.generation;
        Ok(change.or_same(if is_another {
            Changed::Readdressed(change.new_code())
        } else if change.is_leaving() {
            Changed::SentAgain
        } else {
            Changed::Corrected
        }))
    }
}
