//! Where the sandbox keeps what it knows, and that two of them never share it.

use super::*;
use crate::sandbox::SandboxError;

#[tokio::test]
async fn a_second_sandbox_over_the_same_folder_is_refused_until_the_first_has_ended() {
    let lab = Lab::new().await;
    let env_file = lab.folder.path().join("sandbox.env");
    let before = std::fs::read_to_string(&env_file).unwrap();
    let second = async || {
        let settings = Settings { state_file: None, ..settings(lab.folder.path(), lab.shop_port) };
        start(settings, lab.clock.clone(), Arc::new(Counting::default()), CancellationToken::new()).await
    };
    let Err(refused) = second().await else { panic!("two sandboxes share a folder") };
    assert!(matches!(refused, SandboxError::Occupied { .. }), "{refused}");
    assert_eq!(std::fs::read_to_string(&env_file).unwrap(), before, "the first one's addresses stand as they were");
    lab.ending.cancel();
    lab.sandbox.ended().await;
    assert!(second().await.is_ok());
}

#[tokio::test]
async fn without_a_file_it_remembers_its_keys_and_nothing_else() {
    let lab = Lab::new().await;
    let folder = lab.folder.path().join("apart");
    let open = async |stop: &CancellationToken| {
        let settings = Settings { state_file: None, ..settings(&folder, lab.shop_port) };
        start(settings, lab.clock.clone(), Arc::new(Counting::default()), stop.clone()).await.unwrap()
    };
    let stop = CancellationToken::new();
    let first = open(&stop).await;
    let mail = json!({ "message_id": "m", "to": "a@b.c", "from": "d@e.f", "subject": "s", "text": "t", "html": "h" });
    let posted = lab.client.post(&first.keys.inbox.url).bearer_auth(&first.keys.inbox.key).json(&mail).send().await.unwrap();
    assert!(posted.status().is_success());
    stop.cancel();
    let first_key = first.keys.stripe.secret_key.clone();
    first.ended().await;
    let second = open(&CancellationToken::new()).await;
    assert_eq!(second.keys.stripe.secret_key, first_key);
    let inbox = lab.client.get(format!("http://{}/inbox.json", second.address)).send().await.unwrap();
    assert_eq!(json_of(inbox).await, json!([]));
}
