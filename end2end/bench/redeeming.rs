//! What redeeming costs beside a bare transaction that writes the same rows: by the shop's verb, and through the API.

use std::time::{Duration, Instant};

use ribbon::shop::GiftKey;

use crate::load::{Line, post};
use crate::program::SHOP;
use crate::stock::{RECIPIENT, Stock};
use crate::{Result, median, ratio, say};

/// Gifts redeemed by each side in one turn, each durable before the next, and how many turns.
const BATCH: usize = 100;
const TURNS: usize = 8;

/// The running shop redeems in its own database, and mails the givers meanwhile, whose recipient's token this is; the verb and the bare transaction in one beside it.
pub async fn redeeming(running: &Stock, token: &str, beside: &Stock) -> Result<()> {
    let (mut by_program, mut by_verb, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TURNS {
        by_program.push(through_the_api(running, token).await?);
        by_verb.push(through_the_verb(beside).await?);
        bare.push(without_the_shop(beside).await?);
    }
    let bare = median(bare);
    let same = "of a bare transaction that writes the same rows (SQLite, synchronous=FULL)";
    say(&format!("redeeming, by the verb: {} {same}", ratio(median(by_verb), bare)))?;
    say(&format!("redeeming, through the API: {} {same}", ratio(median(by_program), bare)))
}

async fn through_the_api(stock: &Stock, token: &str) -> Result<u64> {
    let gifts = stock.purchased(BATCH).await?;
    let headers = format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n");
    let request = |code: &str| {
        let body = format!(r#"{{"code":"{code}","recipient_email":"{RECIPIENT}"}}"#);
        post(SHOP, "/v1/billing/gifts/redeem", &headers, &body)
    };
    let requests: Vec<String> = gifts.iter().map(|gift| request(stock.code(gift).reveal())).collect();
    let mut line = Line::to(SHOP).await?;
    let begun = Instant::now();
    for request in &requests {
        line.ask(request).await?;
    }
    Ok(per_second(begun.elapsed()))
}

async fn through_the_verb(stock: &Stock) -> Result<u64> {
    let gifts = stock.purchased(BATCH).await?;
    let begun = Instant::now();
    for gift in &gifts {
        stock.shop.redeem(&GiftKey::Code { code: stock.code(gift), proof: None }, &stock.account, false).await?;
    }
    Ok(per_second(begun.elapsed()))
}

async fn without_the_shop(stock: &Stock) -> Result<u64> {
    let gifts = stock.purchased(BATCH).await?;
    let begun = Instant::now();
    for gift in &gifts {
        stock.write_rows(gift).await?;
    }
    Ok(per_second(begun.elapsed()))
}

/// A batch in so long, as a rate.
fn per_second(elapsed: Duration) -> u64 {
    u64::try_from(BATCH as u128 * 1_000_000 / elapsed.as_micros().max(1)).unwrap_or(u64::MAX)
}
