//! Finding the field that a key of an object names.

/// The names of an object's fields.
#[derive(Debug)]
pub(super) struct Names {
    /// Each name and alias, and its field.
    exact: Vec<(String, usize)>,
    /// Those of which case does not matter, in lower case.
    folded: Vec<(String, usize)>,
}

impl Names {
    /// The names of fields: all names of each, and whether case matters.
    pub(super) fn new<'a>(fields: impl Iterator<Item = (Vec<&'a str>, bool)>) -> Result<Names, String> {
        let mut names = Names { exact: Vec::new(), folded: Vec::new() };
        for (index, (of_field, case_sensitive)) in fields.enumerate() {
            for name in of_field {
                if names.find(name, 0).is_some() {
                    return Err(format!("two fields of an object are named \"{name}\""));
                }
                names.exact.push((name.to_owned(), index));
                if !case_sensitive {
                    names.folded.push((name.to_lowercase(), index));
                }
            }
        }
        Ok(names)
    }

    /// The field of a key; looked for first at the place where it is expected, as objects of one topic mostly have their
    /// fields in one order.
    pub(super) fn find(&self, key: &str, expected: usize) -> Option<usize> {
        if let Some((name, index)) = self.exact.get(expected)
            && name == key
        {
            return Some(*index);
        }
        let exact = self.exact.iter().find(|(name, _)| name == key);
        let found = exact.or_else(|| {
            let key = if self.folded.is_empty() { return None } else { key.to_lowercase() };
            self.folded.iter().find(|(name, _)| *name == key)
        });
        found.map(|(_, index)| *index)
    }
}
