//! The site on disk as `make site` leaves it: islands, style sheet and public files, each compressed beside itself.
//! Knows no page; a page is given the names that it loads.

use std::path::PathBuf;

use axum::Router;
use axum::http::{HeaderValue, Response, header};
use leptos::config::LeptosOptions;
use tower::ServiceBuilder;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

/// Under which name everything stands whose own name carries no hash: what `cargo leptos` builds.
const PLAIN_NAME: &str = "ribbon";

/// The files that pages load, and where they are.
#[derive(Clone, Debug)]
pub struct Site {
    root: PathBuf,
    /// What the files' names begin with, the hash of their content included.
    name: String,
}

impl Site {
    /// The site of this checkout: where cargo-leptos has built it, else where `make site` leaves it.
    #[must_use]
    pub fn find() -> Self {
        Self::open(std::env::var_os("LEPTOS_SITE_ROOT").unwrap_or_else(|| "target/site".into()))
    }

    /// Reads which build stands in `root`. A site that was never made is said in the log; the pages work without it.
    fn open(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        let name = std::fs::read_to_string(root.join("pkg/name.txt")).map(|name| name.trim().to_owned());
        if let Err(error) = &name {
            tracing::warn!(root = %root.display(), %error, "no site here: pages come without their style sheet until `make site` has run");
        }
        Self { root, name: name.unwrap_or_else(|_| PLAIN_NAME.to_owned()) }
    }

    /// The path of the one style sheet.
    #[must_use]
    pub fn css_href(&self) -> String {
        format!("/pkg/{}.css", self.name)
    }

    /// What Leptos writes into a page to wake its islands.
    #[must_use]
    pub fn leptos_options(&self) -> LeptosOptions {
        let root = self.root.to_string_lossy();
        LeptosOptions::builder().output_name(self.name.as_str()).site_root(root.as_ref()).build()
    }

    /// The files that change their name with their content, kept for ever by whoever has them.
    pub fn pkg<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
        let is_found = |response: &Response<_>| response.status().is_success().then_some(FOR_EVER);
        let files = ServiceBuilder::new()
            .layer(SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, is_found))
            .service(compressed(self.root.join("pkg")));
        Router::new().nest_service("/pkg", files)
    }

    /// The public files, icon and robots.txt among them, to be asked when nothing else has the path.
    #[must_use]
    pub fn public(&self) -> ServeDir {
        compressed(self.root.clone()).append_index_html_on_directories(false)
    }
}

/// Serves the file that stands compressed beside the one that is asked for.
fn compressed(folder: PathBuf) -> ServeDir {
    ServeDir::new(folder).precompressed_br().precompressed_gzip()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::{Request, StatusCode};
    use tower::ServiceExt as _;

    use super::*;

    fn made() -> (tempfile::TempDir, Site) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("pkg")).unwrap();
        for (file, text) in
            [("pkg/name.txt", "ribbon.0123\n"), ("pkg/ribbon.0123.css", "plain"), ("pkg/ribbon.0123.css.br", "brotli")]
        {
            std::fs::write(folder.path().join(file), text).unwrap();
        }
        let site = Site::open(folder.path());
        (folder, site)
    }

    async fn ask(site: &Site, path: &str) -> Response<Body> {
        let request = Request::get(path).header(header::ACCEPT_ENCODING, "br").body(Body::empty()).unwrap();
        site.pkg().oneshot(request).await.unwrap()
    }

    #[tokio::test]
    async fn a_file_with_a_hash_comes_compressed_and_is_kept_for_ever() {
        let (_folder, site) = made();
        let answer = ask(&site, &site.css_href()).await;
        assert_eq!(answer.headers()[header::CONTENT_ENCODING], "br");
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/css");
        assert!(answer.headers()[header::CACHE_CONTROL].to_str().unwrap().ends_with("immutable"));
    }

    #[tokio::test]
    async fn a_file_that_is_not_there_is_not_kept() {
        let (_folder, site) = made();
        let answer = ask(&site, "/pkg/ribbon.4567.css").await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        assert!(!answer.headers().contains_key(header::CACHE_CONTROL));
    }

    #[test]
    fn the_islands_are_loaded_by_the_name_that_was_built() {
        let (_folder, site) = made();
        assert_eq!(&*site.leptos_options().output_name, "ribbon.0123");
    }

    #[test]
    fn a_site_that_was_never_made_has_plain_names() {
        assert_eq!(Site::open("no/such/folder").css_href(), "/pkg/ribbon.css");
    }
}
