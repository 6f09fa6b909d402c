//! What can become of a stream.

/// What a decoder made of a stream, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// As the standard says.
    Exact,
    /// The events are right; the reconnection time or the last event ID is not.
    Forgets,
    /// The last events come with the bytes after them only.
    Late,
    /// An error for content, which by the standard cannot fail; events go on after it.
    Errs,
    /// As many events as there are, but not as they are.
    Alters,
    /// More events than there are.
    Invents,
    /// Fewer events than there are.
    Loses,
    /// An error for content, and nothing after it.
    Ends,
    /// Nothing more ever comes, and no error either, while the connection is open.
    Stalls,
    /// It panics.
    Panics,
}

impl Verdict {
    /// All but the good one, in the order of the table.
    pub const BAD: [Self; 9] = [
        Self::Panics,
        Self::Stalls,
        Self::Ends,
        Self::Loses,
        Self::Invents,
        Self::Alters,
        Self::Errs,
        Self::Late,
        Self::Forgets,
    ];

    /// A word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Forgets => "forgets",
            Self::Late => "late",
            Self::Errs => "errs",
            Self::Alters => "alters",
            Self::Invents => "invents",
            Self::Loses => "loses",
            Self::Ends => "ends",
            Self::Stalls => "stalls",
            Self::Panics => "panics",
        }
    }

    /// What the word means.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Exact => "as the standard says",
            Self::Forgets => "the events are right, the reconnection time or the last event ID that it shows is not",
            Self::Late => "the last events come only with the bytes after them",
            Self::Errs => "an error, although content cannot fail; events go on after it",
            Self::Alters => "as many events, but not as they are",
            Self::Invents => "more events than there are",
            Self::Loses => "fewer events than there are",
            Self::Ends => "an error, although content cannot fail, and no event after it",
            Self::Stalls => "no event after it, and no error either, as long as the connection is open",
            Self::Panics => "it panics",
        }
    }
}
