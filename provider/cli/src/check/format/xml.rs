//! Text inside XML and HTML.

use super::inert::acts;

/// A text that can stand between tags and in quoted attributes, whatever is in it.
///
/// XML 1.0 has no form at all for most control characters: they become U+FFFD.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            letter if acts(letter) => out.push('\u{fffd}'),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_that_means_something_is_left() {
        assert_eq!(
            escaped("<a b='c' d=\"e\">&\u{0}\u{1b}\u{ffff}\n"),
            "&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt;&amp;\u{fffd}\u{fffd}\u{fffd}\n"
        );
    }
}
