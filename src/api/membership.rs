//! `GET /v1/memberships/me`: the membership time of a token's account.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::Doors;
use super::caller::Caller;
use super::problem::Problem;
use super::schema::TierName;
use crate::accounts::Scope;
use crate::memberships::{Source, Stretch, StretchKind};
use crate::values::Timestamp;

/// A membership, past and to come.
#[derive(Debug, Serialize, ToSchema)]
pub struct MembershipTime {
    #[schema(format = DateTime, example = "2026-11-21T12:00:00.000Z")]
    pub now: String,
    /// What runs now; null where nothing does.
    #[schema(required = true)]
    pub current: Option<Running>,
    /// In time order. Stretches that pause or wait lie beside the one that runs.
    pub timeline: Vec<TimelineStretch>,
}

/// The membership of this moment.
#[derive(Debug, Serialize, ToSchema)]
pub struct Running {
    pub tier: TierName,
    /// Until when this runs without a pause; null for a subscription that renews.
    #[schema(required = true, format = DateTime, example = "2027-11-21T12:00:00.000Z")]
    pub until: Option<String>,
}

/// One unbroken stretch of one tier's time.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimelineStretch {
    pub tier: TierName,
    #[schema(format = DateTime, example = "2026-11-21T12:00:00.000Z")]
    pub from: String,
    /// Null for a subscription that renews, and for what waits behind one.
    #[schema(required = true, format = DateTime, example = "2027-11-21T12:00:00.000Z")]
    pub until: Option<String>,
    /// `runs`, `paused` while a higher tier runs, or `waits` for its turn.
    #[schema(example = "runs")]
    pub kind: &'static str,
    /// `gift` or `subscription`.
    #[schema(example = "gift")]
    pub source: &'static str,
}

/// Read a membership's time
///
/// Of the token's account: what ran, what runs, and what will run when.
#[utoipa::path(
    get,
    path = "/v1/memberships/me",
    operation_id = "showMembership",
    tag = "Memberships",
    security(("bearer" = ["memberships:read"])),
    responses((status = 200, description = "The membership's time", body = MembershipTime))
)]
pub async fn mine(State(doors): State<Arc<Doors>>, caller: Caller) -> Result<Json<MembershipTime>, Problem> {
    let account = caller.allowed(Scope::MembershipsRead)?;
    let membership = doors.shop.membership(account).await?;
    let now = membership.now;
    let runs_now = |stretch: &&Stretch| {
        stretch.kind == StretchKind::Runs && stretch.from <= now && stretch.until.is_none_or(|until| until > now)
    };
    let current = membership.timeline.iter().find(runs_now);
    Ok(Json(MembershipTime {
        now: now.rfc3339(),
        current: current.map(|stretch| Running { tier: stretch.tier.into(), until: stretch.until.map(Timestamp::rfc3339) }),
        timeline: membership.timeline.iter().map(TimelineStretch::of).collect(),
    }))
}

impl TimelineStretch {
    fn of(stretch: &Stretch) -> Self {
        Self {
            tier: stretch.tier.into(),
            from: stretch.from.rfc3339(),
            until: stretch.until.map(Timestamp::rfc3339),
            kind: match stretch.kind {
                StretchKind::Runs => "runs",
                StretchKind::Paused => "paused",
                StretchKind::Waits => "waits",
            },
            source: match stretch.source {
                Source::Grant(_) => "gift",
                Source::Subscription(_) => "subscription",
            },
        }
    }
}
