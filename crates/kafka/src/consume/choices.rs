//! What is done when the topic is not what it was: the user's choice, from the settings.

use kinetable_engine::{Error, Result};

use crate::settings::Settings;

/// Offsets that were still to be read are gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnGap {
    /// The table fails.
    Fail,
    /// Reading goes on with the oldest record there is.
    Earliest,
    /// Reading goes on with what is produced from now on.
    Latest,
}

/// The topic is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnMissing {
    /// The source waits for it to come back.
    Wait,
    Stop,
}

/// The topic was made anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnRecreated {
    /// Nothing is read until the user says how to go on.
    Ask,
    /// The new topic is read from its beginning.
    NewIncarnation,
    Stop,
}

/// The policies of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Policies {
    pub(super) gap: OnGap,
    pub(super) missing: OnMissing,
    pub(super) recreated: OnRecreated,
}

impl Policies {
    pub(super) fn from_settings(settings: &Settings) -> Result<Policies> {
        let gaps = [("earliest", OnGap::Earliest), ("latest", OnGap::Latest), ("fail", OnGap::Fail)];
        let missing = [("wait", OnMissing::Wait), ("stop", OnMissing::Stop)];
        let recreated = [
            ("ask", OnRecreated::Ask),
            ("new_incarnation", OnRecreated::NewIncarnation),
            ("stop", OnRecreated::Stop),
        ];
        Ok(Policies {
            gap: choice(settings, "kinetable.on.gap", &gaps)?,
            missing: choice(settings, "kinetable.on.topic.missing", &missing)?,
            recreated: choice(settings, "kinetable.on.topic.recreated", &recreated)?,
        })
    }
}

/// What a setting chooses; the first choice is its default.
fn choice<T: Copy>(settings: &Settings, key: &str, choices: &[(&str, T)]) -> Result<T> {
    let chosen = settings.text(key).unwrap_or(choices[0].0);
    let found = choices.iter().find(|(name, _)| *name == chosen);
    found.map(|(_, choice)| *choice).ok_or_else(|| {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        Error::invalid(format!("setting \"{key}\" is \"{chosen}\""))
            .with_hint(format!("use one of: {}", names.join(", ")))
    })
}
