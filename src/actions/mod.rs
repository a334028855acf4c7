//! Server functions: each answers the form of one page at that page's own path, parses what was typed and calls one verb.
//! Both builds compile this; what only the server has stands in the bodies under its full path.

mod accounts;
mod gifts;
mod tokens;

use leptos::prelude::use_context;
use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use leptos::server_fn::{Bytes, Encodes as _};

use crate::Error;
use crate::error::CauseKept;

pub use accounts::*;
pub use gifts::*;
pub use tokens::*;

impl FromServerFnError for Error {
    type Encoder = JsonEncoding;

    /// The cause does not cross the wire, so it is kept beside the answer for the log.
    fn ser(&self) -> Bytes {
        if let Some(kept) = use_context::<CauseKept>() {
            kept.keep(self);
        }
        JsonEncoding::encode(self).unwrap_or_default()
    }

    /// What Leptos refuses before a body runs: a form that can't be read names its field, all else is a fault.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(why) | ServerFnErrorErr::MissingArg(why) => {
                let field = why.split(['`', '"']).nth(1).unwrap_or_default().to_owned();
                Self::invalid(&field, "Send this field once, as text")
            }
            ServerFnErrorErr::Registration(why)
            | ServerFnErrorErr::UnsupportedRequestMethod(why)
            | ServerFnErrorErr::Request(why)
            | ServerFnErrorErr::ServerError(why)
            | ServerFnErrorErr::MiddlewareError(why)
            | ServerFnErrorErr::Deserialization(why)
            | ServerFnErrorErr::Serialization(why)
            | ServerFnErrorErr::Response(why) => Self::internal(why),
        }
    }
}
