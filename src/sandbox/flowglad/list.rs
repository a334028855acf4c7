//! Flowglad's lists: oldest first, page by page. A cursor is a filter and a place, in base64.

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::call::{Call, Outcome};
use super::error::FlowgladError;

const USUAL_PAGE: usize = 10;
const LARGEST_PAGE: usize = 100;

/// Where a page begins.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Cursor {
    /// What the rows have in common.
    parameters: Map<String, Value>,
    /// The last row of the page before.
    created_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    direction: String,
}

/// The page that `limit` and `cursor` ask for, oldest first.
pub fn page(rows: impl Iterator<Item = Value>, call: &Call) -> Outcome {
    let limit = match call.query.get("limit").map(|limit| limit.parse::<usize>()) {
        None => USUAL_PAGE,
        Some(Ok(limit @ 1..=LARGEST_PAGE)) => limit,
        Some(_) => return Err(FlowgladError::refused("limit must be between 1 and 100")),
    };
    let given = call.query.get("cursor");
    let cursor = given.map(|cursor| parse(cursor)).transpose()?.unwrap_or_default();
    let mut rows: Vec<Value> =
        rows.filter(|row| cursor.parameters.iter().all(|(name, value)| row.get(name) == Some(value))).collect();
    rows.sort_by(|one, other| place(one).cmp(&place(other)));
    let total = rows.len();
    let after = rows.into_iter().skip_while(|row| given.is_some() && !cursor.is_before(row));
    let mut data: Vec<Value> = after.take(limit.saturating_add(1)).collect();
    let has_more = data.len() > limit;
    data.truncate(limit);
    let next = data.last().filter(|_| has_more).map(|last| cursor.behind(last));
    let mut page = json!({ "data": data, "hasMore": has_more, "total": total });
    if let Some(page) = page.as_object_mut() {
        page.extend(given.map(|given| ("currentCursor".to_owned(), json!(given))));
        page.extend(next.map(|next| ("nextCursor".to_owned(), json!(next))));
    }
    Ok(page)
}

fn parse(cursor: &str) -> Result<Cursor, FlowgladError> {
    let decoded = BASE64.decode(cursor.as_bytes()).ok().and_then(|json| serde_json::from_slice(&json).ok());
    decoded.ok_or_else(|| FlowgladError::refused("Invalid cursor"))
}

impl Cursor {
    fn is_before(&self, row: &Value) -> bool {
        let (created_at, id) = place(row);
        (self.created_at, self.id.as_deref().unwrap_or_default()) < (created_at, id)
    }

    fn behind(&self, row: &Value) -> String {
        let (created_at, id) = place(row);
        let next = json!({ "parameters": self.parameters, "createdAt": created_at, "id": id, "direction": "forward" });
        BASE64.encode(next.to_string().as_bytes())
    }
}

fn place(row: &Value) -> (i64, &str) {
    let created_at = row.get("createdAt").and_then(Value::as_i64).unwrap_or_default();
    (created_at, row.get("id").and_then(Value::as_str).unwrap_or_default())
}
