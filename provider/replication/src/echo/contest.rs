//! Two echoes for one bucket: rules of both have the same IDs, so each would take the other's for its own.

use super::lineage::place;
use super::{Echo, Glob, Selection};

impl Echo {
    /// Whether both go from one place to another with targets of the same names: the rules of the one are then the other's,
    /// whatever the sites are called.
    pub fn goes_the_same_way(&self, other: &Self) -> bool {
        let way = |echo: &Self| {
            let (source, target) = (&echo.template.source.site, &echo.template.destination.site);
            (
                place(source),
                place(target),
                echo.target_bucket.of_site(source),
            )
        };
        way(self) == way(other)
    }

    /// Whether some bucket of the other is for this echo, too, and goes elsewhere by it.
    pub fn may_succeed(&self, other: &Self) -> bool {
        place(&self.template.source.site) == place(&other.template.source.site)
            && !self.goes_the_same_way(other)
            && self.selection.may_share_with(&other.selection)
    }

    /// Whether both are for some bucket, which may be yet to be made, and would write over each other's rules there.
    pub fn contends_with(&self, other: &Self) -> bool {
        self.goes_the_same_way(other) && self.selection.may_share_with(&other.selection)
    }
}

impl Selection {
    /// Whether there can be a bucket that both are for. Tags keep them apart where one key has two values.
    pub fn may_share_with(&self, other: &Self) -> bool {
        let apart = self
            .tags
            .iter()
            .any(|(key, value)| other.tags.get(key).is_some_and(|is| is != value));
        if apart {
            return false;
        }
        let every = [Glob::every()];
        let names = |selection: &Self| -> Vec<Glob> {
            match selection.include.as_slice() {
                [] => every.to_vec(),
                include => include.to_vec(),
            }
        };
        let excluded = |glob: &Glob| {
            let mut excludes = self.exclude.iter().chain(&other.exclude);
            excludes.any(|exclude| exclude.covers(glob))
        };
        let theirs = names(other);
        names(self).iter().any(|one| {
            let mut theirs = theirs.iter();
            theirs.any(|two| one.meets(two) && !excluded(one) && !excluded(two))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::echo;
    use super::*;

    fn selection(include: &[&str], exclude: &[&str], tags: &[(&str, &str)]) -> Selection {
        let globs = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        let tags = tags.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        Selection {
            include: globs(include),
            exclude: globs(exclude),
            tags: tags.collect(),
        }
    }

    #[test]
    fn which_selections_may_share_a_bucket() {
        let gold = [("tier", "gold")];
        let silver = [("tier", "silver")];
        for (one, two, share) in [
            (selection(&[], &[], &[]), selection(&[], &[], &gold), true),
            (
                selection(&[], &[], &gold),
                selection(&[], &[], &silver),
                false,
            ),
            (
                selection(&[], &[], &gold),
                selection(&[], &[], &[("dr", "1")]),
                true,
            ),
            (
                selection(&["gold-*"], &[], &[]),
                selection(&["silver-*"], &[], &[]),
                false,
            ),
            (
                selection(&["a*"], &[], &[]),
                selection(&["*z"], &[], &[]),
                true,
            ),
            (
                selection(&["a?"], &[], &[]),
                selection(&["*bc"], &[], &[]),
                false,
            ),
            (
                selection(&["logs-*"], &[], &[]),
                selection(&[], &["logs-*"], &[]),
                false,
            ),
            (
                selection(&["logs-a"], &[], &[]),
                selection(&[], &["logs-?"], &[]),
                false,
            ),
            (
                selection(&["logs-*"], &[], &[]),
                selection(&[], &["logs-?"], &[]),
                true,
            ),
            (
                selection(&["x", "logs-*"], &[], &[]),
                selection(&["x"], &[], &[]),
                true,
            ),
        ] {
            assert_eq!(one.may_share_with(&two), share, "{one} / {two}");
            assert_eq!(two.may_share_with(&one), share, "{two} / {one}");
        }
    }

    /// The words tell two echoes of one way apart.
    #[test]
    fn a_selection_in_words() {
        assert_eq!(selection(&[], &[], &[]).to_string(), "every bucket");
        assert_eq!(
            selection(&["a*", "b"], &["c"], &[("tier", "gold")]).to_string(),
            "buckets a*, b without c tagged tier = gold"
        );
    }

    #[test]
    fn echoes_that_would_write_over_each_other() {
        let one = echo();
        let mut two = one.clone();
        two.template.source.site.name = "another-name".parse().unwrap();
        two.target_bucket = "{bucket}-dr".parse().unwrap();
        assert!(one.contends_with(&two), "the same place by another name");
        two.target_bucket = "{bucket}-copy".parse().unwrap();
        assert!(!one.contends_with(&two), "rules for other targets");
        let mut back = one.clone();
        std::mem::swap(
            &mut back.template.source.site,
            &mut back.template.destination.site,
        );
        assert!(!one.contends_with(&back));
    }
}
