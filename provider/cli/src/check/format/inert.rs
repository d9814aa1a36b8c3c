//! Texts of others, without what would act on whoever shows them.

/// The text without control characters, which steer terminals, and without those that turn the direction of writing, which
/// show one name as another. Line breaks stay.
pub fn inert(text: &str) -> String {
    text.chars()
        .map(|letter| if acts(letter) { '\u{fffd}' } else { letter })
        .collect()
}

/// The same on one line.
pub fn one_line(text: &str) -> String {
    inert(&text.replace(['\n', '\t'], " "))
}

/// Whether a letter does something where it is shown.
pub fn acts(letter: char) -> bool {
    letter.is_control() && letter != '\n' && letter != '\t'
        || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}')
}
