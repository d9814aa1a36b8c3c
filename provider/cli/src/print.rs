//! What is printed for whoever called.

use std::io::{ErrorKind, Write};

/// Prints all of it. Who reads may have had enough before the end: that is no failure.
///
/// # Errors
///
/// Where it cannot be written.
pub fn print(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        printed => printed,
    }
}
