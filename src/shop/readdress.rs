//! The buyer corrects for whom a gift is: free of charge, until it is redeemed.

use std::net::IpAddr;

use super::purchase::{recipient_email, recipient_name};
use super::{Changed, Shop};
use crate::{Error, Result};

impl Shop {
    /// Gives the gift another recipient. With another address the link and the code that were sent before end, and a new mail goes out
    /// where one had.
    pub async fn readdress(&self, reference: &str, key: &str, name: &str, email: &str, from: IpAddr) -> Result<Changed> {
        let (name, email) = match (recipient_name(name), recipient_email(email)) {
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
