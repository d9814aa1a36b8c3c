//! What echoes that are served side by side are called.

use std::collections::BTreeMap;

use super::Echo;

/// How much of a selection stands in a name, in characters.
const LONGEST: usize = 80;

/// A name of its own for each echo, in their order: `east->west`; where several go the same way, with what each is for, such as
/// `east->west (every bucket tagged tier = gold)`; and with a number where that is the same, too.
///
/// Names do not follow from the order of the echoes, but where two are alike in everything that they are for.
pub fn names(echoes: &[&Echo]) -> Vec<String> {
    let mut names: Vec<String> = echoes.iter().map(|echo| echo.id()).collect();
    for number in shared(&names).into_iter().flatten() {
        if let (Some(name), Some(echo)) = (names.get_mut(number), echoes.get(number)) {
            *name = format!("{name} ({})", shortened(&echo.selection.to_string()));
        }
    }
    for mut alike in shared(&names) {
        alike.sort_by_key(|number| echoes.get(*number).map(|echo| rest(echo)));
        for (place, number) in alike.into_iter().enumerate() {
            if let Some(name) = names.get_mut(number) {
                *name = format!("{name} #{}", place + 1);
            }
        }
    }
    names
}

/// The places of those that have a name in common.
fn shared(names: &[String]) -> Vec<Vec<usize>> {
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, name) in names.iter().enumerate() {
        places.entry(name).or_default().push(number);
    }
    places.retain(|_, places| places.len() > 1);
    places.into_values().collect()
}

/// What may tell apart echoes whose names do not.
fn rest(echo: &Echo) -> [String; 4] {
    let account = |side: &crate::pair::Side| side.site.account.to_string();
    [
        echo.selection.to_string(),
        account(&echo.template.source),
        account(&echo.template.destination),
        echo.target_bucket.to_string(),
    ]
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::echo;
    use super::*;

    fn tagged(tier: &str) -> Echo {
        let mut echo = echo();
        echo.selection.tags = [("tier".to_owned(), tier.to_owned())].into();
        echo
    }

    fn named(echoes: &[&Echo]) -> BTreeMap<String, String> {
        let rest = echoes.iter().map(|echo| rest(echo).join(" "));
        rest.zip(names(echoes)).collect()
    }

    #[test]
    fn one_that_goes_its_way_alone_is_called_by_its_sites() {
        let mut back = tagged("gold");
        let template = &mut back.template;
        std::mem::swap(&mut template.source, &mut template.destination);
        assert_eq!(
            names(&[&tagged("gold"), &back]),
            ["east->west", "west->east"]
        );
    }

    #[test]
    fn those_of_one_way_are_told_apart_by_what_they_are_for_in_any_order() {
        let (gold, silver) = (tagged("gold"), tagged("silver"));
        assert_eq!(
            names(&[&gold, &silver]),
            [
                "east->west (every bucket tagged tier = gold)",
                "east->west (every bucket tagged tier = silver)"
            ]
        );
        assert_eq!(named(&[&gold, &silver]), named(&[&silver, &gold]));
    }

    #[test]
    fn where_all_that_is_said_is_the_same_a_number_tells_them_apart() {
        let mut other = tagged("gold");
        other.target_bucket = "{bucket}-copy".parse().unwrap();
        let (gold, twin) = (tagged("gold"), tagged("gold"));
        assert_eq!(
            names(&[&gold, &other]),
            [
                "east->west (every bucket tagged tier = gold) #2",
                "east->west (every bucket tagged tier = gold) #1"
            ]
        );
        assert_eq!(named(&[&gold, &other]), named(&[&other, &gold]));
        let all = names(&[&gold, &twin, &gold]);
        assert!(all[0].ends_with("#1") && all[1].ends_with("#2") && all[2].ends_with("#3"));
        // So may what is cut off.
        let long = |end: &str| {
            let mut echo = echo();
            let start = "orders-".repeat(20);
            echo.selection.include = vec![format!("{start}{end}").parse().unwrap()];
            echo
        };
        let both = names(&[&long("b"), &long("a")]);
        assert!(
            both[0].ends_with("…) #2") && both[1].ends_with("…) #1"),
            "{both:?}"
        );
    }
}
