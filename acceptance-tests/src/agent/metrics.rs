//! The agent's metrics, as Prometheus reads them.

/// One reading of `/metrics`.
#[derive(Debug, Clone, Default)]
pub struct Metrics(String);

impl Metrics {
    /// The text of an answer.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The sum of all series of this name that have these labels; 0 where there are none.
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let value = |line: &str| {
            let (series, value) = line.rsplit_once(' ')?;
            let (named, given) = series.split_once('{').unwrap_or((series, ""));
            let all = labels
                .iter()
                .all(|(label, wanted)| given.contains(&format!("{label}=\"{wanted}\"")));
            (named == name && all).then(|| value.parse::<f64>().ok())?
        };
        // The sum of nothing is -0.
        self.0
            .lines()
            .filter_map(value)
            .fold(0.0, |sum, value| sum + value)
    }
}

#[cfg(test)]
mod tests {
    use super::Metrics;

    #[test]
    fn series_are_summed_by_name_and_label() {
        let text = "# TYPE crr_buckets gauge\ncrr_buckets{echo=\"a->b\",status=\"protected\"} 2\n\
                    crr_buckets{echo=\"c->d\",status=\"protected\"} 3\ncrr_buckets{echo=\"a->b\",status=\"failed\"} 1\n\
                    crr_buckets_other 9\ncrr_up 1\n";
        let metrics = Metrics::new(text.to_owned());
        let sum = |name: &str, labels: &[(&str, &str)]| format!("{}", metrics.sum(name, labels));
        assert_eq!(sum("crr_buckets", &[("status", "protected")]), "5");
        assert_eq!(sum("crr_buckets", &[("echo", "a->b")]), "3");
        assert_eq!(sum("crr_up", &[]), "1");
        assert_eq!(sum("crr_buckets", &[("status", "gone")]), "0");
    }
}
