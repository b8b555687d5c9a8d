//! Profiles in the configuration files of Amazon's tools: `~/.aws/config` and `~/.aws/credentials`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use kinetable_engine::{Error, Result};

use super::StoreOptions;

/// What a profile says, as far as it matters here.
#[derive(Debug, Default)]
pub(super) struct Profile {
    pub region: Option<String>,
    pub endpoint: Option<String>,
    pub id: Option<String>,
    pub secret: Option<String>,
    pub token: Option<String>,
}

/// The profile that the options or the environment name; empty if there are no files and none was named.
///
/// # Errors
/// If a profile or file was named and is not there.
pub(super) fn profile(options: &StoreOptions) -> Result<Profile> {
    let named = options.profile.clone().or_else(|| environment("AWS_PROFILE"));
    let name = named.clone().unwrap_or_else(|| "default".to_owned());
    let config = settings(options.config_file.as_deref(), "AWS_CONFIG_FILE", ".aws/config")?;
    let keys =
        settings(options.credentials_file.as_deref(), "AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials")?;
    // The first file writes "[profile name]", the second "[name]"; the default one is "[default]" in both.
    let of_config = config.get(&format!("profile {name}")).or_else(|| config.get(&name));
    let of_keys = keys.get(&name);
    if named.is_some() && of_config.is_none() && of_keys.is_none() {
        let known: Vec<&str> = keys.keys().map(String::as_str).collect();
        return Err(Error::invalid(format!("no profile \"{name}\" in the configuration files"))
            .with_hint(format!("profiles with keys: {}", known.join(", "))));
    }
    let find = |key: &str| {
        let found = of_keys.and_then(|section| section.get(key));
        found.or_else(|| of_config.and_then(|section| section.get(key))).cloned()
    };
    Ok(Profile {
        region: find("region"),
        endpoint: find("endpoint_url"),
        id: find("aws_access_key_id"),
        secret: find("aws_secret_access_key"),
        token: find("aws_session_token"),
    })
}

type Sections = HashMap<String, HashMap<String, String>>;

fn settings(given: Option<&Path>, variable: &str, usual: &str) -> Result<Sections> {
    let path = match given {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| {
                Error::invalid(format!("cannot read \"{}\": {error}", path.display()))
                    .with_hint("give the path of a file of profiles")
            })?;
            return Ok(sections(&text));
        }
        None => environment(variable).map(PathBuf::from).or_else(|| home().map(|home| home.join(usual))),
    };
    Ok(path
        .and_then(|path| std::fs::read_to_string(path).ok())
        .map_or_else(Sections::new, |text| sections(&text)))
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn home() -> Option<PathBuf> {
    environment("HOME").or_else(|| environment("USERPROFILE")).map(PathBuf::from)
}

/// Sections of `key = value` lines; indented lines belong to the line above, and are not needed here.
fn sections(text: &str) -> Sections {
    let mut found = Sections::new();
    let mut section = String::new();
    for line in text.lines() {
        let is_nested = line.starts_with([' ', '\t']);
        let line = line.trim();
        if is_nested || line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            section = name.split_whitespace().collect::<Vec<_>>().join(" ");
            found.entry(section.clone()).or_default();
        } else if let Some((key, value)) = line.split_once('=') {
            let settings = found.entry(section.clone()).or_default();
            settings.insert(key.trim().to_ascii_lowercase(), value.trim().to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_told_apart() {
        let text =
            "# keys\n[default]\naws_access_key_id = A=B\n\n[profile  dev]\nregion=eu-west-1\ns3 =\n  x = 1\n";
        let found = sections(text);
        assert_eq!(found["default"]["aws_access_key_id"], "A=B");
        assert_eq!(found["profile dev"]["region"], "eu-west-1");
        assert_eq!(found["profile dev"].len(), 2);
    }

    #[test]
    fn a_named_profile_must_be_there() {
        let folder = std::env::temp_dir().join(format!("kinetable-profiles-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("credentials");
        std::fs::write(&file, "[dev]\naws_access_key_id = one\naws_secret_access_key = two\n").unwrap();
        let options = |name: &str| StoreOptions {
            profile: Some(name.into()),
            config_file: Some(file.clone()),
            credentials_file: Some(file.clone()),
            ..StoreOptions::default()
        };
        assert_eq!(profile(&options("dev")).unwrap().secret.as_deref(), Some("two"));
        let error = profile(&options("prod")).unwrap_err();
        assert!(error.message().contains("\"prod\"") && error.hint().unwrap().contains("dev"), "{error}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
