//! A cable between the shop and its database, which a test can pull out and plug in again.

use std::sync::Arc;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use url::Url;

/// Carries connections to the server behind a PostgreSQL URL, as long as it is plugged in.
pub struct Cable {
    /// The same database, reached through the cable.
    pub url: String,
    is_plugged_in: Arc<watch::Sender<bool>>,
    carrier: JoinHandle<()>,
}

impl Cable {
    pub async fn to(url: &str) -> Self {
        let mut url = Url::parse(url).unwrap();
        let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        let is_plugged_in = Arc::new(watch::Sender::new(true));
        let carrier = tokio::spawn(carry(listener, server, Arc::clone(&is_plugged_in)));
        Self { url: url.to_string(), is_plugged_in, carrier }
    }

    /// Every connection breaks, and no new one is made.
    pub fn pull_out(&self) {
        self.is_plugged_in.send_replace(false);
    }

    pub fn plug_in(&self) {
        self.is_plugged_in.send_replace(true);
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        self.carrier.abort();
    }
}

async fn carry(listener: TcpListener, server: String, is_plugged_in: Arc<watch::Sender<bool>>) {
    while let Ok((mut near, _)) = listener.accept().await {
        let mut watch = is_plugged_in.subscribe();
        if !*watch.borrow() {
            continue;
        }
        let server = server.clone();
        tokio::spawn(async move {
            let Ok(mut far) = TcpStream::connect(server).await else { return };
            tokio::select! {
                _ = copy_bidirectional(&mut near, &mut far) => {}
                _ = watch.wait_for(|is_plugged_in| !is_plugged_in) => {}
            }
        });
    }
}
