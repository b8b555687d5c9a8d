//! What the broker says of a topic.

/// The topic as the broker describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::consume) struct TopicFacts {
    /// `None` from brokers that give topics no ids.
    pub(in crate::consume) id: Option<String>,
    /// Whether we may read it; `None` if the broker does not say.
    pub(in crate::consume) may_read: Option<bool>,
}

/// How long the topic's records are kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::consume) struct Keeping {
    /// By age, ms; `None`: without end.
    pub(in crate::consume) ms: Option<i64>,
    /// By size, bytes a partition; `None`: without end.
    pub(in crate::consume) bytes: Option<i64>,
}

impl Keeping {
    /// From the topic's settings.
    pub(in crate::consume) fn from_settings<'a>(
        settings: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Keeping {
        let mut keeping = Keeping::default();
        let mut deletes = true;
        for (name, value) in settings {
            let limit = || value.parse().ok().filter(|limit| *limit > 0);
            match name {
                "retention.ms" => keeping.ms = limit(),
                "retention.bytes" => keeping.bytes = limit(),
                "cleanup.policy" => deletes = value.contains("delete"),
                _ => {}
            }
        }
        if deletes { keeping } else { Keeping::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compacted_is_kept_without_end() {
        let of = |settings: &[(&'static str, &'static str)]| Keeping::from_settings(settings.iter().copied());
        assert_eq!(
            of(&[("retention.ms", "1000"), ("retention.bytes", "-1")]),
            Keeping { ms: Some(1_000), bytes: None }
        );
        assert_eq!(of(&[("retention.ms", "1000"), ("cleanup.policy", "compact")]), Keeping::default());
        let both = of(&[("cleanup.policy", "compact,delete"), ("retention.bytes", "5")]);
        assert_eq!(both, Keeping { ms: None, bytes: Some(5) });
    }
}
