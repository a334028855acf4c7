//! References as providers write them: an id, or the whole object where it was asked for or is told along.

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(untagged)]
pub enum Expandable<T> {
    Id(String),
    Object(Box<T>),
}

/// What can be referred to.
pub trait HasId {
    fn id(&self) -> &str;
}

/// An object of which only the id matters.
#[derive(Deserialize)]
pub struct Reference {
    pub id: String,
}

/// Objects whose id stands in their field `id`.
macro_rules! has_id {
    ($($object:ty),+ $(,)?) => {
        $(impl $crate::checkout::expandable::HasId for $object {
            fn id(&self) -> &str {
                &self.id
            }
        })+
    };
}
pub(super) use has_id;

has_id!(Reference);

impl<T: HasId> Expandable<T> {
    pub fn id(&self) -> &str {
        match self {
            Self::Id(id) => id,
            Self::Object(object) => object.id(),
        }
    }
}

impl<T> Expandable<T> {
    pub fn object(&self) -> Option<&T> {
        match self {
            Self::Id(_) => None,
            Self::Object(object) => Some(object),
        }
    }
}
