//! Section 9.2.6: the last event ID, which outlives its event.

use alloc::string::String;
#[cfg(feature = "bytes")]
use alloc::sync::Arc;

use crate::value::Value;

/// The last event ID as text, and once an owned event has asked for it, shared.
#[derive(Clone, Debug, Default)]
pub(crate) struct LastEventId {
    text: String,
    #[cfg(feature = "bytes")]
    shared: Option<Arc<str>>,
}

impl LastEventId {
    #[inline]
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Becomes `id`.
    #[inline]
    pub(crate) fn set(&mut self, id: &str) {
        self.text.clear();
        self.text.push_str(id);
        #[cfg(feature = "bytes")]
        {
            self.shared = None;
        }
    }

    /// Becomes the event's id, if it is not that already.
    pub(crate) fn set_value(&mut self, id: &Value, bytes: &[u8]) {
        if id.bytes(bytes) != self.text.as_bytes() {
            let mut text = core::mem::take(self).text;
            id.clone_text_into(bytes, &mut text);
            self.text = text;
        }
    }

    /// The id, shared, if it is not empty: one allocation for each new id that an event without one asks for.
    #[cfg(feature = "bytes")]
    #[inline]
    pub(crate) fn share(&mut self) -> Option<Arc<str>> {
        if self.text.is_empty() {
            return None;
        }
        if self.shared.is_none() {
            self.shared = share(&self.text);
        }
        self.shared.clone()
    }

    /// The bytes of memory beyond the id itself.
    pub(crate) fn spare(&self) -> usize {
        self.text.capacity() - self.text.len()
    }

    /// Gives them back.
    pub(crate) fn shrink(&mut self) {
        self.text.shrink_to_fit();
    }
}

/// A copy to be shared, if there is anything.
#[cfg(feature = "bytes")]
pub(crate) fn share(id: &str) -> Option<Arc<str>> {
    (!id.is_empty()).then(|| id.into())
}

impl From<&str> for LastEventId {
    fn from(text: &str) -> Self {
        Self {
            text: text.into(),
            #[cfg(feature = "bytes")]
            shared: None,
        }
    }
}
