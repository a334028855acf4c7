//! Several servers on one database: they share the questions, and ask none twice.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use futures::future::join_all;

use super::testing::{Desk, PAID, fields};
use crate::shop::testing::World;
use crate::shop::{GiftFields, Promised, Reconciled};
use crate::store::Store;
use crate::store::testing::on_both;

/// More than one server asks about side by side.
const OTHER_GIFTS: u8 = 23;

/// Orders for other recipients, all on their payment pages.
async fn others(world: &World) -> Vec<Promised> {
    let mut promised = Vec::new();
    for number in 0..OTHER_GIFTS {
        let from = IpAddr::V4(Ipv4Addr::new(192, 0, 2, number));
        let fields = GiftFields { recipient_email: format!("bea-{number}@example.com"), ..fields() };
        let purchase = world.shop.read_purchase(&fields, from).await.unwrap();
        promised.push(world.shop.buy(&purchase, from, None).await.unwrap());
    }
    promised
}

on_both!(servers_that_reconcile_at_once_ask_about_each_session_once, async |store: Store| {
    let desk = Desk::on(store).await;
    let mut sessions = vec![desk.promised.session_id.clone()];
    sessions.extend(others(&desk.world).await.into_iter().map(|promised| promised.session_id));
    let paid = |session| desk.event(Some(session), Some(&format!("pi_{session}")), &[PAID]);
    desk.puppet.answers.lock().unwrap().extend(sessions.iter().map(paid));
    desk.world.pass(Duration::from_mins(1));
    let servers = [desk.world.beside(), desk.world.beside(), desk.world.beside()];
    let rounds = join_all(servers.iter().map(|server| server.shop.reconcile())).await;
    let rounds: Vec<Reconciled> = rounds.into_iter().map(Result::unwrap).collect();
    let asked = desk.puppet.asked.lock().unwrap().clone();
    assert_eq!(asked.len(), sessions.len());
    assert_eq!(asked.iter().collect::<BTreeSet<_>>().len(), asked.len(), "one of them was asked about twice");
    assert_eq!(rounds.iter().map(Reconciled::changed).sum::<usize>(), sessions.len());
    let receipts = desk.world.kinds_posted().await.into_iter().filter(|kind| kind == "receipt").count();
    assert_eq!(receipts, sessions.len());
});
