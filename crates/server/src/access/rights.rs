//! Rights: which users may list, read, follow and write which tables, and who may run code.
//!
//! ```text
//!  {"ada": ["console", "read *", "write orders"], "*": ["subscribe public_*", "read app/shop/*"]}
//! ```
//!
//! A rule is a word and a pattern of names: `*` stands for any characters, `?` for one. Variables go by their names, fields of
//! applications by `app/ID/FIELD`. A user who is not named has the rights of `*`; one who is named has those and no others.
//! **Cost** of a question: the user's rules.

use std::fmt;
use std::sync::Arc;

use kinetable::{Error, Result};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::session::Reference;

/// Bytes of a name that can fit a pattern. Names come from clients, and to compare takes the longer, the longer they are.
const NAME_BYTES_MAX: usize = 4096;

/// Whoever is not named.
const OTHERS: &str = "*";

/// What may be done with a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// It is in listings, with its kind and size.
    List,
    /// Its rows are read, as they are at a moment; includes [`Right::List`].
    Read,
    /// It is followed as it changes; includes [`Right::Read`].
    Subscribe,
    /// Another table is assigned to the name, rows are added and deleted; includes nothing else.
    Write,
}

impl Right {
    fn includes(self, asked: Right) -> bool {
        match (self, asked) {
            (Right::Write, _) | (_, Right::Write) => self == asked,
            (own, asked) => own >= asked,
        }
    }

    fn of(word: &str) -> Option<Right> {
        Some(match word {
            "list" => Right::List,
            "read" => Right::Read,
            "subscribe" => Right::Subscribe,
            "write" => Right::Write,
            _ => return None,
        })
    }
}

/// The rights of one user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grants {
    /// Whether code may be run in the process.
    pub console: bool,
    rules: Vec<(Right, String)>,
}

impl Grants {
    /// Whether something may be done with what a name names. Exports and shared tickets have no name: who holds one was let in when
    /// it was made.
    pub fn allow(&self, right: Right, reference: &Reference) -> bool {
        let name = match reference {
            Reference::Scope(name) => name.clone(),
            Reference::Field { application, field } => format!("app/{application}/{field}"),
            Reference::Export(_) | Reference::Shared(_) => return true,
        };
        name.len() <= NAME_BYTES_MAX
            && self.rules.iter().any(|(own, pattern)| own.includes(right) && fits(pattern, &name))
    }

    fn of(user: &str, rules: &[String]) -> Result<Grants> {
        let mut grants = Grants::default();
        for rule in rules {
            let words: Vec<&str> = rule.split_whitespace().collect();
            match words.as_slice() {
                ["console"] => grants.console = true,
                [word, pattern] => match Right::of(word) {
                    Some(right) => grants.rules.push((right, (*pattern).to_owned())),
                    None => return Err(no_rule(user, rule)),
                },
                _ => return Err(no_rule(user, rule)),
            }
        }
        Ok(grants)
    }
}

fn no_rule(user: &str, rule: &str) -> Error {
    let message = format!("\"{}\" of \"{}\" is no right", rule.escape_debug(), user.escape_debug());
    Error::invalid(message)
        .with_hint("console, or list, read, subscribe or write and a pattern: read prices*")
}

/// The rights of all users.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rights {
    users: Vec<(String, Arc<Grants>)>,
    others: Arc<Grants>,
}

impl Rights {
    /// Reads a text of JSON: an object with a list of rules for each user.
    ///
    /// # Errors
    /// If it is none, names a user twice, or has a rule that is none: the error says where.
    pub fn parse(text: &str) -> Result<Rights> {
        let Entries(entries) = serde_json::from_str(text).map_err(|error| {
            let hint = "an object of lists of texts: {\"ada\": [\"read *\"], \"*\": [\"read public_*\"]}";
            Error::invalid(format!("the rights cannot be read: {error}")).with_hint(hint)
        })?;
        let mut rights = Rights::default();
        for (user, rules) in &entries {
            let grants = Arc::new(Grants::of(user, rules)?);
            match user.as_str() {
                OTHERS => rights.others = grants,
                user => rights.users.push((user.to_owned(), grants)),
            }
        }
        Ok(rights)
    }

    /// The rights of a user.
    pub fn of(&self, user: &str) -> Arc<Grants> {
        let found = self.users.iter().find(|(name, _)| name == user);
        found.map_or(&self.others, |(_, grants)| grants).clone()
    }

    /// The users who are named.
    pub fn users(&self) -> impl Iterator<Item = &str> {
        self.users.iter().map(|(name, _)| name.as_str())
    }

    /// Whether somebody may run code.
    pub fn console(&self) -> bool {
        self.others.console || self.users.iter().any(|(_, grants)| grants.console)
    }
}

/// Users and their rules, in the order of the text; a map would let the last of two of one name win.
struct Entries(Vec<(String, Vec<String>)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Entries, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a list of rules for each user")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Entries, A::Error> {
        let mut entries: Vec<(String, Vec<String>)> = Vec::new();
        while let Some(user) = map.next_key::<String>()? {
            if entries.iter().any(|(known, _)| *known == user) {
                let user = user.escape_debug();
                return Err(serde::de::Error::custom(format_args!("user \"{user}\" is named twice")));
            }
            entries.push((user, map.next_value()?));
        }
        Ok(Entries(entries))
    }
}

/// Whether a name fits a pattern. At the latest `*` before a mismatch, one more character is given to it: earlier ones need none.
pub fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut place, mut star) = (0, 0, None);
    while place < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, place));
                at += 1;
            }
            Some(one) if *one == '?' || *one == name[place] => (at, place) = (at + 1, place + 1),
            _ => match star {
                Some((before, taken)) => {
                    star = Some((before, taken + 1));
                    (at, place) = (before + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|one| *one == '*')
}

#[cfg(test)]
mod tests {
    use super::{Right, Rights, fits};
    use crate::session::Reference;

    const ALL: [Right; 4] = [Right::List, Right::Read, Right::Subscribe, Right::Write];

    fn scope(name: &str) -> Reference {
        Reference::Scope(name.to_owned())
    }

    #[test]
    fn patterns_fit_whole_names() {
        let fitting = [
            ("*", ""),
            ("*", "app/shop/x"),
            ("prices*", "prices"),
            ("prices*", "prices_eu"),
            ("*_eu", "a_eu_eu"),
            ("a*b*c", "aXbXbXc"),
            ("t?", "tä"),
            ("app/*/trades", "app/shop/trades"),
            ("**", "x"),
        ];
        for (pattern, name) in fitting {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        let others =
            [("", "a"), ("prices", "prices_eu"), ("prices*", "price"), ("*_eu", "a_eu_"), ("t?", "t")];
        for (pattern, name) in others {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
        // Tried in a simple way, this takes longer than anybody waits.
        assert!(!fits(&"*a".repeat(30), &format!("{}b", "a".repeat(10_000))));
    }

    #[test]
    fn rights_include_what_is_less_and_writing_includes_nothing() {
        let of = |word: &str| Rights::parse(&format!("{{\"ada\": [\"{word} t\"]}}")).unwrap().of("ada");
        let allowed = |word: &str| ALL.map(|right| of(word).allow(right, &scope("t")));
        assert_eq!(allowed("list"), [true, false, false, false]);
        assert_eq!(allowed("read"), [true, true, false, false]);
        assert_eq!(allowed("subscribe"), [true, true, true, false]);
        assert_eq!(allowed("write"), [false, false, false, true]);
        assert!(ALL.iter().all(|right| !of("subscribe").allow(*right, &scope("u"))));
    }

    #[test]
    fn who_is_not_named_has_the_rights_of_the_others() {
        let text = r#"{"ada": ["console", "read app/shop/*"], "bob": [], "*": ["read public_*"]}"#;
        let rights = Rights::parse(text).unwrap();
        let field = Reference::Field { application: "shop".to_owned(), field: "trades".to_owned() };
        assert!(rights.console() && rights.of("ada").console && !rights.of("eve").console);
        assert!(rights.of("ada").allow(Right::Read, &field));
        assert!(!rights.of("ada").allow(Right::List, &scope("public_a")));
        assert!(!rights.of("bob").allow(Right::List, &scope("public_a")));
        assert!(rights.of("eve").allow(Right::Read, &scope("public_a")));
        assert!(!rights.of("eve").allow(Right::List, &field));
        assert!(!Rights::parse("{}").unwrap().of("eve").allow(Right::List, &scope("a")));
        assert!(rights.of("bob").allow(Right::Read, &Reference::Export(1)));
        let all = Rights::parse(r#"{"*": ["read *"]}"#).unwrap().of("eve");
        assert!(all.allow(Right::Read, &scope(&"a".repeat(4096))));
        assert!(!all.allow(Right::Read, &scope(&"a".repeat(4097))));
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let wrong = [
            ("", "line 1 column 0"),
            ("[]", "an object with a list of rules for each user"),
            ("{\"ada\": [\"read *\"],\n \"bob\": \"read *\"}", "line 2"),
            ("{\"ada\": [],\n \"ada\": [\"read *\"]}", "user \"ada\" is named twice at line 2"),
            ("{\"ada\": [\"raed *\"]}", "\"raed *\" of \"ada\" is no right"),
            ("{\"ada\": [\"read\"]}", "\"read\" of \"ada\""),
            ("{\"ada\": [\"read a b\"]}", "\"read a b\" of \"ada\""),
            ("{\"ada\": [\"console *\"]}", "\"console *\" of \"ada\""),
            ("{\"ada\": [\"\"]}", "\"\" of \"ada\""),
            ("{\"ada\": [\"READ *\"]}", "\"READ *\" of \"ada\""),
        ];
        for (text, told) in wrong {
            let error = Rights::parse(text).unwrap_err().to_string();
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}
