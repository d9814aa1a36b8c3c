//! Patterns with `*` for any characters and `?` for one, as bucket selections and IAM policies have them.

/// Whether a text is of a pattern. It takes time in proportion to both lengths at most, whatever the pattern.
pub fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut n) = (0, 0);
    // Where the last star stood, and how much of the text it has swallowed.
    let mut star: Option<(usize, usize)> = None;
    while let Some(byte) = text.get(n) {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(wanted) if *wanted == b'?' || wanted == byte => {
                p += 1;
                n += 1;
            }
            _ => match &mut star {
                Some((at, swallowed)) => {
                    *swallowed += 1;
                    p = *at + 1;
                    n = *swallowed;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|byte| *byte == b'*')
}
