//! Long texts side by side: only where they differ.

/// How many characters are shown whole.
const WHOLE: usize = 160;
/// How many characters before the first difference are shown.
const BEFORE: usize = 40;
/// How many after it.
const AFTER: usize = 110;

/// Two texts, each cut to where it begins to differ from the other if either is long.
pub fn beside(should: Option<&str>, is: Option<&str>) -> (Option<String>, Option<String>) {
    let long = [should, is]
        .into_iter()
        .flatten()
        .any(|text| text.chars().count() > WHOLE);
    if !long {
        return (should.map(str::to_owned), is.map(str::to_owned));
    }
    let same = match (should, is) {
        (Some(should), Some(is)) => should
            .chars()
            .zip(is.chars())
            .take_while(|(one, other)| one == other)
            .count(),
        _ => 0,
    };
    let from = same.saturating_sub(BEFORE);
    let cut = |text: &str| cut(text, from, same + AFTER);
    (should.map(cut), is.map(cut))
}

fn cut(text: &str, from: usize, to: usize) -> String {
    let before = if from > 0 { "… " } else { "" };
    let after = if text.chars().count() > to {
        " …"
    } else {
        ""
    };
    let middle: String = text.chars().skip(from).take(to - from).collect();
    format!("{before}{middle}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_stay_and_long_ones_show_where_they_differ() {
        let (should, is) = beside(Some("Enabled"), None);
        assert_eq!((should.as_deref(), is), (Some("Enabled"), None));
        let common = "x".repeat(300);
        let (should, is) = beside(
            Some(&format!("{common}right{common}")),
            Some(&format!("{common}wrong")),
        );
        let (should, is) = (should.unwrap(), is.unwrap());
        assert!(should.starts_with("… x") && should.contains("right") && should.ends_with(" …"));
        assert!(is.ends_with("wrong"), "{is}");
        assert!(should.chars().count() < 170, "{should}");
    }
}
