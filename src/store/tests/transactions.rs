//! Whoever goes away in the middle leaves nothing behind for the next user of the connection.

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use futures::future::{join_all, poll_fn};

use super::things::NOW;
use crate::store::testing::on_both;
use crate::store::{Store, attempts};

/// As many connections as there may be, and one more caller than that.
const CALLERS: usize = 17;

on_both!(a_caller_who_goes_away_while_a_transaction_begins_leaves_none_open, async |store: Store| {
    for step in 1..=CALLERS {
        let mut begin = pin!(store.begin());
        let mut left = step % 4;
        poll_fn(|context| {
            let is_done = left == 0 || begin.as_mut().poll(context).is_ready();
            left = left.saturating_sub(1);
            if is_done { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
    let writes = (0..CALLERS).map(async |n| {
        let mut connection = store.connection().await.unwrap();
        attempts::count(&mut connection, &format!("bucket {n}"), Duration::from_mins(1), NOW).await.unwrap();
    });
    join_all(writes).await;
    let counts = (0..CALLERS).map(async |_| {
        let mut connection = store.connection().await.unwrap();
        sqlx::query_scalar::<_, i64>("select count(*) from attempts").fetch_one(&mut *connection).await.unwrap()
    });
    assert_eq!(join_all(counts).await, vec![17; CALLERS], "what one writes is written for all");
});
