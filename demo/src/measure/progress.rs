//! What is going on, for whoever watches: on standard error, and on a terminal alone.

use indicatif::{ProgressBar, ProgressStyle};

#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    run: String,
}

impl Progress {
    /// For a run of that name.
    pub(crate) fn new(run: impl Into<String>) -> Self {
        let style = ProgressStyle::with_template(
            "{prefix:.bold} {msg:<10} [{bar:40.cyan/dim}] {human_pos}/{human_len} {elapsed:.dim}",
        );
        let bar = ProgressBar::no_length()
            .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("━╸─"));
        Self { bar, run: run.into() }
    }

    pub(super) fn phase(&self, name: &'static str, len: u64) {
        self.bar.reset();
        self.bar.set_prefix(self.run.clone());
        self.bar.set_message(name);
        self.bar.set_length(len);
    }

    pub(super) fn set(&self, position: u64) {
        self.bar.set_position(position);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
