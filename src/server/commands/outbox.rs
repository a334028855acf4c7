//! `ribbon outbox`: what could not be sent or done outside.

use clap::Subcommand;

use super::super::{Settings, StartError};
use super::{open_shop, say};
use crate::store::outbox::Parked;
use crate::values::{OutboxId, Zone};

#[derive(Subcommand)]
pub enum OutboxCommand {
    /// Lists what was given up, the newest first.
    List,
    /// Has something that was given up tried again, after what stood in its way was mended. The shop's server does it.
    Retry {
        /// As the list and the mail about it name it.
        id: OutboxId,
    },
}

pub async fn carry_out(command: OutboxCommand, settings: &Settings) -> Result<(), StartError> {
    let shop = open_shop(settings).await?;
    match command {
        OutboxCommand::List => {
            let parked = shop.parked_work().await?;
            if parked.is_empty() {
                return say(format_args!("Nothing was given up."));
            }
            parked.iter().try_for_each(|parked| say(format_args!("{}", line(parked, shop.zone()))))
        }
        OutboxCommand::Retry { id } => {
            shop.retry_work(&id).await?;
            say(format_args!("{id} is tried again."))
        }
    }
}

fn line(parked: &Parked, zone: &Zone) -> String {
    let Parked { id, kind, attempts, reason, parked_at, .. } = parked;
    format!("{id}  {kind}, given up on {} after {attempts} tries: {reason}", zone.date_and_time(*parked_at))
}
