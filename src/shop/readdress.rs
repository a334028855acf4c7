//! The buyer corrects for whom a gift is: free of charge, until it is redeemed.

use std::net::IpAddr;

use super::doubts::settled;
use super::fields::{recipient_email, recipient_name};
use super::{Changed, GiftFields, Shop};
use crate::{Error, Result};

impl Shop {
    /// Gives the gift another recipient. With another address the link and the code that were sent before end, and a new mail goes out
    /// where one had. One that looks mistyped is asked about.
    pub async fn readdress(&self, reference: &str, key: &str, wish: &GiftFields, from: IpAddr) -> Result<Changed> {
        let meant = settled("recipient_email", &wish.recipient_email, &wish.recipient_email_answer);
        let email = meant.and_then(|email| recipient_email(&email));
        let (name, email) = match (recipient_name(&wish.recipient_name), email) {
            (Ok(name), Ok(email)) => (name, email),
            (name, email) => return Err(Error::Invalid(name.err().into_iter().chain(email.err()).collect())),
        };
        let secret = &self.secrets.current;
        let change = self
            .change_gift(reference, key, from, "readdressed", |gift, now| gift.readdress(name.clone(), email.clone(), secret, now))
            .await?;
        let is_another = change.before.generation != change.after.generation;
        Ok(change.or_same(if is_another { Changed::Readdressed(change.new_code()) } else { Changed::Corrected }))
    }
}
