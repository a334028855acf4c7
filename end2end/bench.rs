//! Ratios, measured in one run: pages against the same bytes from memory, and redeeming against a bare transaction that writes the same
//! rows. `make bench` runs it on the release build and prints; no test depends on how fast anything is.

use std::error::Error;
use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::response::IntoResponse as _;
use axum::serve::ListenerExt as _;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, HeaderMap, LOCATION, ORIGIN};
use ribbon::accounts::Account;
use ribbon::catalog::{Brand, Catalog, Months, PriceIds, Tier};
use ribbon::checkout::{LineItem, Mode, Order, OrderState, ProviderName};
use ribbon::gifts::{self, Delivery, Gift, GiftState, RefundRule};
use ribbon::shop::{GiftKey, Parts, Shop, SystemClock, SystemEntropy};
use ribbon::store::{self, Store};
use ribbon::values::{
    AccountId, Clock as _, Currency, Email, GiftId, GrantId, Money, Occasion, OrderId, PersonName, Secret, Secrets, Timestamp, Zone,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

const SHOP: &str = "127.0.0.1:3980";
const SANDBOX: &str = "127.0.0.1:3990";
const CONNECTIONS: usize = 8;
/// One measurement; the two sides take turns, so that a noisy neighbour disturbs both.
const ROUND: Duration = Duration::from_secs(2);
const ROUNDS: usize = 3;
/// Gifts redeemed by each side in one turn, and how many turns.
const BATCH: usize = 100;
const TURNS: usize = 8;

#[tokio::main]
async fn main() -> Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = std::env::current_dir()?.join(format!("target/ratios-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let measured = measure(&folder).await;
    std::fs::remove_dir_all(&folder)?;
    measured
}

async fn measure(folder: &std::path::Path) -> Result<()> {
    let mut shop = start(folder)?;
    let measured = pages().await;
    // By its own pid: this child and nothing else.
    shop.kill()?;
    shop.wait()?;
    measured?;
    redeeming(&folder.join("redeeming.db")).await
}

fn start(folder: &std::path::Path) -> Result<Child> {
    let program = std::env::current_dir()?.join("target/release/ribbon");
    let site = std::env::current_dir()?.join("target/site");
    let child = Command::new(program)
        .arg("serve")
        .current_dir(folder)
        .env("RIBBON_ADDR", SHOP)
        .env("RIBBON_PUBLIC_URL", format!("http://{SHOP}"))
        .env("RIBBON_SANDBOX_PORT", SANDBOX.rsplit(':').next().unwrap_or_default())
        .env("LEPTOS_SITE_ROOT", site)
        .env("RUST_LOG", "error")
        .stdout(Stdio::null())
        .spawn()?;
    Ok(child)
}

async fn pages() -> Result<()> {
    let link = buy_a_gift().await?;
    for (name, path) in [("/gift", "/gift".to_owned()), ("/redeem/{code}", link)] {
        let (headers, body) = fetch(&path).await?;
        let memory = from_memory(headers, body).await?;
        let (mut ours, mut bare) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            bare.push(load(&memory, "/").await?);
            ours.push(load(SHOP, &path).await?);
        }
        say(&format!("{name}: {} of the requests per second of the same bytes from memory", ratio(median(ours), median(bare))))?;
    }
    Ok(())
}

/// Buys a gift at the sandbox, and gives the path that its mail leads to.
async fn buy_a_gift() -> Result<String> {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let own = format!("http://{SHOP}");
    for _ in 0..100 {
        if client.get(format!("{own}/readyz")).send().await.is_ok_and(|answer| answer.status().is_success()) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let form = "tier=founder&duration_months=12&recipient_name=Bea&recipient_email=bea%40example.com&buyer_name=Ada\
                &buyer_email=ada%40example.com&delivery=email&message=Thirty+years.";
    let post = |url: String, origin: String, body: &'static str| {
        client
            .post(url)
            .header(ORIGIN, origin)
            .header(ACCEPT, "text/html")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
    };
    let bought = post(format!("{own}/gift"), own.clone(), form).send().await?;
    let hosted = bought.headers().get(LOCATION).ok_or("no payment page")?.to_str()?.to_owned();
    post(hosted, format!("http://{SANDBOX}"), "outcome=pay").send().await?.error_for_status()?;
    for _ in 0..100 {
        let inbox: serde_json::Value = client.get(format!("http://{SANDBOX}/inbox.json")).send().await?.json().await?;
        let texts = inbox.as_array().into_iter().flatten().filter_map(|mail| mail.get("text")?.as_str());
        if let Some(link) = texts.flat_map(str::split_whitespace).find_map(|word| word.strip_prefix(&format!("{own}/redeem/"))) {
            return Ok(format!("/redeem/{link}"));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err("the gift's mail did not come".into())
}

async fn fetch(path: &str) -> Result<(HeaderMap, Bytes)> {
    let answer = reqwest::Client::new().get(format!("http://{SHOP}{path}")).header(ACCEPT_ENCODING, "br").send().await?;
    Ok((answer.headers().clone(), answer.bytes().await?))
}

/// Serves one answer from memory and does nothing else; gives its address.
async fn from_memory(headers: HeaderMap, body: Bytes) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let answer = move || {
        let mut answer = body.clone().into_response();
        let kept = headers.iter().filter(|(name, _)| !matches!(name.as_str(), "content-length" | "date" | "transfer-encoding"));
        answer.headers_mut().extend(kept.map(|(name, value)| (Some(name.clone()), value.clone())));
        std::future::ready(answer)
    };
    let router = Router::new().fallback(answer);
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// Requests answered in one round, one after the other on each of a few connections.
async fn load(address: &str, path: &str) -> Result<u64> {
    let (answered, is_over) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let request: Arc<str> =
        format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept-Encoding: br\r\nAccept: text/html\r\n\r\n").into();
    let mut hands = Vec::new();
    for _ in 0..CONNECTIONS {
        let (answered, is_over, request) = (Arc::clone(&answered), Arc::clone(&is_over), Arc::clone(&request));
        let mut stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        hands.push(tokio::spawn(async move {
            let mut buffer = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                stream.write_all(request.as_bytes()).await?;
                answer(&mut stream, &mut buffer).await?;
                answered.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<(), Box<dyn Error + Send + Sync>>(())
        }));
    }
    tokio::time::sleep(ROUND).await;
    is_over.store(true, Ordering::Relaxed);
    for hand in hands {
        hand.await??;
    }
    Ok(answered.load(Ordering::Relaxed))
}

/// Reads one whole answer, which must be 200, by its length or its chunks.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<()> {
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err("the connection ended".into());
        }
        let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(buffer.get(..end).unwrap_or_default()).to_ascii_lowercase();
        if !head.starts_with("http/1.1 200") {
            return Err(format!("not 200: {}", head.lines().next().unwrap_or_default()).into());
        }
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
        let is_whole = length.map_or_else(|| buffer.ends_with(b"0\r\n\r\n"), |length| buffer.len() >= end + 4 + length);
        if is_whole {
            return Ok(());
        }
    }
}

/// Redeems by the shop's verb and by a bare transaction in turns, each gift durable before the next.
async fn redeeming(file: &std::path::Path) -> Result<()> {
    let store = Store::connect(&format!("sqlite://{}", file.display())).await?;
    store.migrate().await?;
    let secret = Secret::parse(&"bench ".repeat(8))?;
    let shop = Shop::open(Parts {
        store: store.clone(),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        secrets: Secrets { current: secret.clone(), previous: None },
        brand: Brand::default(),
        catalog: Catalog::default(),
        zone: Zone::UTC,
        refunds: RefundRule::default(),
        providers: Vec::new(),
        selling: ProviderName::Stripe,
        public_url: "http://localhost".parse()?,
    });
    let account = recipient(&store).await?;
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let (verb, rows) = (purchased(&store, &secret).await?, purchased(&store, &secret).await?);
        let begun = Instant::now();
        for gift in &verb {
            let code = gifts::code(&secret, &gift.id, gift.generation);
            shop.redeem(&GiftKey::Code { code, proof: None }, &account).await?;
        }
        ours.push(per_second(begun.elapsed()));
        let begun = Instant::now();
        for gift in &rows {
            write_rows(&store, gift, &account).await?;
        }
        bare.push(per_second(begun.elapsed()));
    }
    say(&format!(
        "redeeming: {} of a bare transaction that writes the same rows (SQLite, synchronous=FULL)",
        ratio(median(ours), median(bare))
    ))
}

/// A batch in so long, as a rate.
fn per_second(elapsed: Duration) -> u64 {
    u64::try_from(BATCH as u128 * 1_000_000 / elapsed.as_micros().max(1)).unwrap_or(u64::MAX)
}

async fn recipient(store: &Store) -> Result<Account> {
    let now = SystemClock.now();
    let id = AccountId::random(&SystemEntropy);
    let hash = ribbon::accounts::Hasher::default()
        .hash(&ribbon::accounts::Password::typed("thirty years and rain"), &SystemEntropy)
        .await?;
    let account = Account::register(id, Email::parse("bea@example.com")?, hash, now).verify(now);
    store::accounts::insert(&mut *store.connection().await?, &account).await?;
    Ok(account)
}

/// A batch of gifts that can be redeemed.
async fn purchased(store: &Store, secret: &Secret) -> Result<Vec<Gift>> {
    let now = SystemClock.now();
    let mut made = Vec::new();
    let mut tx = store.begin().await?;
    for _ in 0..BATCH {
        let price = Money::new(19_200, Currency::EUR);
        let order = order(price, now);
        let gift = Gift {
            id: GiftId::random(&SystemEntropy),
            version: 1,
            order_id: order.id.clone(),
            tier: Tier::Founder,
            months: Months::Twelve,
            recipient_name: PersonName::parse("Bea")?,
            recipient_email: Email::parse("bea@example.com")?,
            giver_name: None,
            giver_email: order.buyer_email.clone(),
            message: None,
            generation: 1,
            secret_id: secret.id().to_owned(),
            delivery: Delivery::Sent { sent_at: now },
            occasion: Occasion::JustBecause,
            time_zone: None,
            opened_at: None,
            thanks: None,
            state: GiftState::Purchased { purchased_at: now },
            created_at: now,
        };
        store::orders::insert(&mut tx, &order, None).await?;
        store::gifts::insert(&mut tx, &gift, &gifts::digest(&gifts::code(secret, &gift.id, 1))).await?;
        made.push(gift);
    }
    tx.commit().await?;
    Ok(made)
}

fn order(price: Money, now: Timestamp) -> Order {
    let line_item = LineItem {
        title: "Founder, 12 months".to_owned(),
        unit_price: price,
        quantity: 1,
        price_ids: PriceIds::default(),
        is_list_price: true,
        every: None,
    };
    Order {
        id: OrderId::random(&SystemEntropy),
        version: 1,
        provider: ProviderName::Stripe,
        mode: Mode::Test,
        line_item,
        total: price,
        promo_code: None,
        list_total: price,
        buyer_name: None,
        buyer_email: Email::parse("ada@example.com").ok(),
        payment: None,
        tax: None,
        paid: None,
        refunded_minor: 0,
        state: OrderState::Paid { paid_at: now },
        created_at: now,
    }
}

/// The rows that redeeming writes, and nothing else: no look-up, no rule.
async fn write_rows(store: &Store, gift: &Gift, account: &Account) -> Result<()> {
    let now = SystemClock.now().millis();
    let grant = GrantId::random(&SystemEntropy);
    let mut tx = store.begin().await?;
    sqlx::query(
        "update gifts set version = version + 1, state = 'redeemed', redeemed_at = $2, redeemed_by = $3, grant_id = $4 where id = $1",
    )
    .bind(gift.id.as_str())
    .bind(now)
    .bind(account.id.as_str())
    .bind(grant.as_str())
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "insert into gift_events (gift_id, version, at, what, state, delivery) values ($1, 2, $2, 'redeemed', 'redeemed', 'sent')",
    )
    .bind(gift.id.as_str())
    .bind(now)
    .execute(&mut *tx)
    .await?;
    sqlx::query("insert into grants (id, account_id, gift_id, tier, months, granted_at) values ($1, $2, $3, 'founder', 12, $4)")
        .bind(grant.as_str())
        .bind(account.id.as_str())
        .bind(gift.id.as_str())
        .bind(now)
        .execute(&mut *tx)
        .await?;
    sqlx::query(
        "insert into outbox (id, version, kind, refs, dedupe_key, state, due_at, attempts, created_at)
         values ($1, 1, 'gift_redeemed', '{}', $2, 'waiting', $3, 0, $3)",
    )
    .bind(format!("out_{}", gift.id))
    .bind(format!("bare {}", gift.id))
    .bind(now)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

fn median(mut counts: Vec<u64>) -> u64 {
    counts.sort_unstable();
    counts.get(counts.len() / 2).copied().unwrap_or_default()
}

/// To two decimals, with both sides beside it.
fn ratio(ours: u64, bare: u64) -> String {
    let hundredths = ours.saturating_mul(100) / bare.max(1);
    format!("{}.{:02} ({ours} to {bare})", hundredths / 100, hundredths % 100)
}

fn say(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout().lock(), "{line}")?)
}
