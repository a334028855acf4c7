//! For other programs: where each provider is on this machine, and where its events go.

use crate::sandbox::html::escape;
use crate::sandbox::protocol;
use crate::sandbox::till::Provider;
use crate::sandbox::webhooks::{Endpoint, Post};
use crate::sandbox::world::World;

pub fn section(world: &World, post: &Post) -> String {
    let providers: String = protocol::ALL.into_iter().map(|provider| entry(provider, world, post)).collect();
    format!(
        "<h2 id=\"programs\">For other programs</h2>\
         <p>A provider’s own library works here once it is given this address and the key that stands in \
         <span class=\"id\">{env_file}</span>.</p><div class=\"side-by-side\">{providers}</div>",
        env_file = escape(&world.settings.env_file.to_string_lossy()),
    )
}

fn entry(provider: Provider, world: &World, post: &Post) -> String {
    let protocol = protocol::of(provider);
    let shop = format!("<li class=\"id\">{}</li>", escape(&world.webhook_url(protocol.webhook_path())));
    let others: String = post.endpoints.iter().filter(|endpoint| endpoint.provider == provider).map(other).collect();
    format!(
        "<article class=\"entry\"><h3>{title}</h3><p class=\"id\">{api}</p><p class=\"soft\">Its events go to</p><ul>{shop}{others}</ul></article>",
        title = protocol.title(),
        api = escape(&world.keys.of(provider).api_base),
    )
}

/// An endpoint that somebody registered beside the shop's.
fn other(endpoint: &Endpoint) -> String {
    let kinds = if endpoint.kinds.is_empty() { "everything".to_owned() } else { escape(&endpoint.kinds.join(", ")) };
    let off = if endpoint.is_active { "" } else { ", switched off" };
    format!("<li><span class=\"id\">{}</span> <span class=\"soft\">({kinds}{off})</span></li>", escape(&endpoint.url))
}
