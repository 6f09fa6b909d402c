//! Section 9.2.6: the last event ID, which outlives its event.

use alloc::string::String;
#[cfg(feature = "bytes")]
use alloc::sync::Arc;

use crate::utf8::{replace_into, utf8};
use crate::work;

/// The last event ID as text, and a shared copy once an owned event has needed one.
#[derive(Clone, Debug, Default)]
pub(crate) struct LastEventId {
    text: String,
    #[cfg(feature = "bytes")]
    shared: Option<Arc<str>>,
}

impl LastEventId {
    pub(crate) const fn new() -> Self {
        Self {
            text: String::new(),
            #[cfg(feature = "bytes")]
            shared: None,
        }
    }

    #[inline(always)]
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Becomes `id`, with U+FFFD for ill-formed bytes. Returns whether it differs from the one before.
    #[inline]
    pub(crate) fn commit(&mut self, id: &[u8]) -> bool {
        if let Some(text) = utf8(id) {
            return self.commit_text(text);
        }
        work::copied(id.len());
        replace_into(id, self.changed());
        true
    }

    /// As [`commit`](Self::commit), of text.
    #[inline]
    pub(crate) fn commit_text(&mut self, id: &str) -> bool {
        work::looked(id.len());
        let is_another = id != self.text;
        if is_another {
            work::copied(id.len());
            let text = self.changed();
            text.clear();
            text.push_str(id);
        }
        is_another
    }

    /// The text, to be changed: what was shared is no longer the last event ID.
    #[inline]
    fn changed(&mut self) -> &mut String {
        #[cfg(feature = "bytes")]
        {
            self.shared = None;
        }
        &mut self.text
    }

    /// The shared id, if it is not empty: one allocation for each new id that an event without its own needs.
    #[cfg(feature = "bytes")]
    #[inline]
    pub(crate) fn share(&mut self) -> Option<Arc<str>> {
        if self.text.is_empty() {
            return None;
        }
        if self.shared.is_none() {
            self.shared = Some(self.text.as_str().into());
        }
        self.shared.clone()
    }

    /// The spare capacity, in bytes.
    #[inline(always)]
    pub(crate) fn spare(&self) -> usize {
        self.text.capacity() - self.text.len()
    }

    /// Releases the spare capacity.
    pub(crate) fn shrink(&mut self) {
        work::copied(self.text.len());
        self.text.shrink_to_fit();
    }
}
