//! Every path of the program and what stands before it, outside in: kept pages, the request's id and its line in the log, guards,
//! sessions, the visitor, refused forms, and the pages themselves.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use http::{Method, StatusCode, Uri};
use leptos::nonce::Nonce;
use leptos::prelude::*;
use leptos::reactive::owner::take_context;
use leptos_axum::{LeptosRoutes as _, generate_route_list, handle_server_fns_with_context};
use tower::ServiceExt as _;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::services::ServeDir;
use tower_sessions::Session;

use super::guards::{self, Gate, SecurityHeaders};
use super::kept_pages::KeptPages;
use super::refusals::{in_their_words, refusal};
use super::refused_forms::{BODY_MAX, refused_forms};
use super::site::Site;
use super::telemetry;
use crate::api;
use crate::catalog::Brand;
use crate::error::CauseKept;
use crate::pages::{ApiDescription, App, Draft, Notice, Refusal, RequestId, Shell, Shopfront, SignedIn};
use crate::shop::Shop;
use crate::store::sessions::Sessions;
use crate::values::Accent;
use crate::visitor::{self, Visitor};

const ACCENT_SHEET: &str = "/brand.css";

/// What the router is made of.
pub struct Parts {
    pub shop: Arc<Shop>,
    pub front: Arc<Shopfront>,
    pub site: Site,
    pub sessions: Sessions,
    pub gate: Gate,
    /// Origins besides our own to which programs may send their buyers back, and whose scripts may ask the API.
    pub allowed_origins: Vec<String>,
    /// Origins of the payment pages to which our forms lead.
    pub checkout_origins: Vec<String>,
    pub is_https: bool,
}

/// The whole program behind one service.
pub async fn router(parts: Parts) -> Router {
    let Parts { shop, front, site, sessions, gate, allowed_origins, checkout_origins, is_https } = parts;
    let origins = api::Origins { own: gate.origin.clone(), listed: allowed_origins };
    let description = Arc::new(api::describe(&front.brand.name, &gate.origin));
    let sessions = visitor::sessions(sessions, is_https);
    let gate = Arc::new(gate);
    let described = ApiDescription(Arc::clone(&description));
    let bare = pages(&shop, &front, &described, &site);
    let pages = bare
        .clone()
        .layer(from_fn_with_state(bare.clone(), refused_forms))
        .layer(from_fn_with_state(Arc::clone(&shop), know_visitor))
        .layer(sessions.clone());
    let kept = KeptPages::render(&pages, visitor::cookie_name(is_https)).await;
    let security = Arc::new(SecurityHeaders::new(kept.script_hashes(), &checkout_origins, is_https));
    let kept = Arc::new(kept.guarded(&security));
    let pages = pages.layer(CompressionLayer::new()).layer(from_fn(guards::never_stored));
    let program = Router::new()
        .merge(pages)
        .merge(api::routes(api::Parts { shop, origins, description, sessions }))
        .merge(site.pkg())
        .route(ACCENT_SHEET, get(accent_of).with_state(front))
        .route_layer(from_fn(telemetry::note_route))
        .layer(from_fn_with_state(Arc::clone(&gate), guards::own_origin))
        .layer(from_fn_with_state(gate, guards::client_address))
        .layer(RequestBodyLimitLayer::new(BODY_MAX))
        .layer(CatchPanicLayer::custom(broken))
        .layer(from_fn_with_state(bare, in_their_words))
        .layer(from_fn_with_state(security, guards::security_headers))
        .layer(from_fn(telemetry::request_line));
    // Before everything else, the log included: these pages are the same for everybody, and answering them does nothing.
    Router::new().fallback(move |request: Request| {
        let (answer, program) = (kept.answer(&request), program.clone());
        async move {
            match answer {
                Some(answer) => answer,
                None => program.oneshot(request).await.into_response(),
            }
        }
    })
}

/// The pages, their forms, and the page that says that there is none.
fn pages(shop: &Arc<Shop>, front: &Arc<Shopfront>, described: &ApiDescription, site: &Site) -> Router {
    let options = site.leptos_options();
    let context = {
        let (shop, front, described) = (Arc::clone(shop), Arc::clone(front), described.clone());
        move || {
            provide_context(described.clone());
            provide_request(&shop, &front);
        }
    };
    let document = {
        let options = options.clone();
        move || view! { <Shell options=options.clone()><App/></Shell> }
    };
    let lost = leptos_axum::render_app_async_with_context(context.clone(), document.clone());
    let public = site.public();
    Router::new()
        .leptos_routes_with_context(&options, generate_route_list(App), context.clone(), document)
        .route("/redeem/{code}", post(form_of("/redeem", context.clone())))
        .route("/gifts/{reference}", post(form_of("/gifts", context)))
        .fallback(move |request: Request| {
            let (lost, public) = (lost.clone(), public.clone());
            async move { public_file_or(public, lost, request).await }
        })
        .with_state(options)
}

/// What every page and every server function finds in its context.
fn provide_request(shop: &Arc<Shop>, front: &Arc<Shopfront>) {
    // The policy names the scripts that wake the islands by their hashes; a nonce would make every page another one.
    take_context::<Nonce>();
    provide_context(Arc::clone(shop));
    provide_context(Arc::clone(front));
    let Some(parts) = use_context::<http::request::Parts>() else { return };
    let visitor = parts.extensions.get::<Visitor>();
    provide_context(SignedIn(visitor.is_some_and(|visitor| visitor.account().is_some())));
    if let Some(kept) = parts.extensions.get::<CauseKept>() {
        provide_context(kept.clone());
    }
    if let Some(refusal) = parts.extensions.get::<Refusal>() {
        provide_context(refusal.clone());
    }
    if let Some(draft) = parts.extensions.get::<Draft>() {
        provide_context(draft.clone());
    }
    if let Some(id) = parts.extensions.get::<RequestId>() {
        provide_context(id.clone());
    }
    let query = parts.uri.query().unwrap_or_default();
    let done = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "done");
    if let Some(notice) = done.and_then(|(_, value)| value.parse::<Notice>().ok()) {
        provide_context(notice);
    }
}

/// A form on a page whose path has a parameter: it goes to the server function at `endpoint`, which finds the parameter in the address
/// at which the form was opened.
fn form_of<C: Fn() + Clone + Send + Sync + 'static>(
    endpoint: &'static str,
    context: C,
) -> impl Fn(Request) -> std::pin::Pin<Box<dyn Future<Output = Response> + Send>> + Clone {
    move |mut request: Request| {
        let context = context.clone();
        Box::pin(async move {
            *request.uri_mut() = Uri::from_static(endpoint);
            handle_server_fns_with_context(context, request).await.into_response()
        })
    }
}

/// A file of the site where one stands at that path, else the page that says that nothing does.
async fn public_file_or<F>(public: ServeDir, lost: impl Fn(Request) -> F, request: Request) -> Response
where
    F: Future<Output = Response>,
{
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        let (parts, _) = request.into_parts();
        let asked = Request::from_parts(parts.clone(), Body::empty());
        if let Ok(found) = public.oneshot(asked).await
            && found.status() != StatusCode::NOT_FOUND
        {
            return found.map(Body::new);
        }
        return lost(Request::from_parts(parts, Body::empty())).await;
    }
    (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD")]).into_response()
}

/// The path of the sheet that sets the operator's colour, and what it holds; `None` where the colour is the style sheet's own.
pub fn accent_sheet(brand: &Brand) -> Option<String> {
    (brand.accent != Accent::CRIMSON).then(|| ACCENT_SHEET.to_owned())
}

async fn accent_of(State(front): State<Arc<Shopfront>>) -> Response {
    let sheet = format!(":root{{--accent:{}}}", front.brand.accent);
    ([(CONTENT_TYPE, "text/css"), (CACHE_CONTROL, "no-cache")], sheet).into_response()
}

/// Finds out who is asking, once for each request.
async fn know_visitor(State(shop): State<Arc<Shop>>, session: Session, mut request: Request, next: Next) -> Response {
    match visitor::current(&session, &shop).await {
        Ok(visitor) => {
            request.extensions_mut().insert(visitor);
            next.run(request).await
        }
        Err(error) => refusal(error),
    }
}

/// A panic of ours ends one request and nothing else.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
fn broken(panic: Box<dyn std::any::Any + Send>) -> Response {
    let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(said, "a handler panicked");
    refusal(crate::Error::Internal(crate::error::Cause::default()))
}
