//! How far the first look at all sites is, for a person at a terminal.

use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::agent::engine::Engine;

/// A bar on standard error, where that is a terminal.
#[derive(Clone)]
pub struct Progress(ProgressBar);

impl Progress {
    /// None is drawn before [`Self::follow`].
    pub fn new() -> Self {
        Self(ProgressBar::with_draw_target(
            Some(0),
            ProgressDrawTarget::hidden(),
        ))
    }

    /// Does something while the bar is out of the way.
    pub fn aside<T>(&self, act: impl FnOnce() -> T) -> T {
        self.0.suspend(act)
    }

    /// Shows the first sweep of all echoes until it is at its end.
    pub async fn follow(self, engine: Arc<Engine>) {
        let bar = &self.0;
        // Nothing is drawn where standard error is no terminal.
        bar.set_draw_target(ProgressDrawTarget::stderr());
        if let Ok(style) =
            ProgressStyle::with_template("{msg} [{bar:40}] {pos}/{len} buckets, {elapsed}")
        {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_message("looking");
        while !engine.stop.is_cancelled() && self.show(&engine) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        // A short look ends between two pictures of it: the last one is drawn in any case.
        self.show(&engine);
        bar.abandon();
        bar.finish_and_clear();
    }
    /// Sets how far it is. Answers whether anything is left to look at.
    fn show(&self, engine: &Engine) -> bool {
        let (mut looked, mut total, mut left) = (0, 0, false);
        for served in &engine.served {
            let swept = *served.swept.borrow() > 0;
            let (done, all) = if swept {
                (served.found(), served.found())
            } else {
                served.progress().unwrap_or_default()
            };
            looked += done;
            total += all;
            left |= !swept;
        }
        self.0.set_length(total as u64);
        self.0.set_position(looked as u64);
        left
    }
}
