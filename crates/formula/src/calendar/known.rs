//! The calendars that a process knows.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use super::model::Calendar;
use super::{exchange, xml};
use crate::error::{Error, ErrorKind};

struct Known {
    calendars: BTreeMap<String, Arc<Calendar>>,
    default: String,
}

fn known() -> &'static RwLock<Known> {
    static KNOWN: OnceLock<RwLock<Known>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let calendars = [exchange::always(), exchange::new_york()].into_iter().flatten();
        let calendars = calendars.map(|calendar| (calendar.name.clone(), Arc::new(calendar))).collect();
        RwLock::new(Known { calendars, default: "UTC".to_owned() })
    })
}

fn read<R>(f: impl FnOnce(&Known) -> R) -> R {
    f(&known().read().unwrap_or_else(PoisonError::into_inner))
}

fn write<R>(f: impl FnOnce(&mut Known) -> R) -> R {
    f(&mut known().write().unwrap_or_else(PoisonError::into_inner))
}

/// The calendar of this name, or the default one.
pub(crate) fn find(name: Option<&str>) -> Result<Arc<Calendar>, Error> {
    read(|known| {
        let name = name.unwrap_or(&known.default);
        known.calendars.get(name).cloned().ok_or_else(|| unknown(name, known))
    })
}

fn unknown(name: &str, known: &Known) -> Error {
    let names: Vec<&str> = known.calendars.keys().map(String::as_str).collect();
    Error::new(ErrorKind::Name, format!("no calendar is called \"{name}\""))
        .with_hint(format!("there are {}", names.join(", ")))
}

/// Adds a calendar from the text of its XML file, in the place of one of the same name; its name.
///
/// # Errors
/// If the text is no calendar.
pub fn add_calendar(text: &str) -> Result<String, Error> {
    let calendar = xml::calendar(text)?;
    let name = calendar.name.clone();
    write(|known| known.calendars.insert(name.clone(), Arc::new(calendar)));
    Ok(name)
}

/// Forgets a calendar.
///
/// # Errors
/// If there is none of this name, or it is the default one.
pub fn remove_calendar(name: &str) -> Result<(), Error> {
    write(|known| {
        if known.default == name {
            let message = format!("calendar \"{name}\" is the default one");
            return Err(Error::new(ErrorKind::Value, message).with_hint("make another one the default first"));
        }
        match known.calendars.remove(name) {
            Some(_) => Ok(()),
            None => Err(unknown(name, known)),
        }
    })
}

/// Makes a calendar the default one, for formulas compiled from now on.
///
/// # Errors
/// If there is none of this name.
pub fn set_calendar(name: &str) -> Result<(), Error> {
    write(|known| {
        if !known.calendars.contains_key(name) {
            return Err(unknown(name, known));
        }
        name.clone_into(&mut known.default);
        Ok(())
    })
}

/// The name of the default calendar.
pub fn calendar_name() -> String {
    read(|known| known.default.clone())
}

/// The names of all calendars, in order.
pub fn calendar_names() -> Vec<String> {
    read(|known| known.calendars.keys().cloned().collect())
}

/// The name of a calendar's time zone.
///
/// # Errors
/// If there is no calendar of this name.
pub fn calendar_zone(name: &str) -> Result<String, Error> {
    Ok(find(Some(name))?.zone_name.clone())
}
