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

/// Whether a text of this pattern may begin so.
pub fn may_begin(pattern: &str, start: &str) -> bool {
    let pattern = pattern.as_bytes();
    // A star may stand for nothing, so whoever comes to one stands behind it, too.
    let reach = |places: &mut Vec<bool>, mut at: usize| {
        loop {
            if let Some(place) = places.get_mut(at) {
                *place = true;
            }
            if pattern.get(at) != Some(&b'*') {
                break;
            }
            at += 1;
        }
    };
    // The places in the pattern that the text so far may have led to.
    let mut places = vec![false; pattern.len() + 1];
    reach(&mut places, 0);
    for byte in start.bytes() {
        let mut next = vec![false; pattern.len() + 1];
        for (at, wanted) in pattern.iter().enumerate() {
            if places.get(at) != Some(&true) {
                continue;
            }
            match wanted {
                b'*' => reach(&mut next, at),
                b'?' => reach(&mut next, at + 1),
                wanted if *wanted == byte => reach(&mut next, at + 1),
                _ => {}
            }
        }
        places = next;
    }
    places.contains(&true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_a_text_of_a_pattern_may_begin() {
        for (pattern, start, may) in [
            ("a/b/*", "a/", true),
            ("a/b", "a/", true),
            ("*", "a/", true),
            ("*/c", "a/", true),
            ("a?x", "a/", true),
            ("a", "a/", false),
            ("b/*", "a/", false),
            ("", "a/", false),
        ] {
            assert_eq!(may_begin(pattern, start), may, "{pattern} {start}");
        }
    }
}
