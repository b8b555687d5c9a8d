//! Calendars written as XML: elements and text, without attributes that matter.
//!
//! ```xml
//! <calendar>
//!   <name>Example</name> <timeZone>America/New_York</timeZone>
//!   <default>
//!     <businessTime><open>09:30</open><close>16:00</close></businessTime>
//!     <weekend>Saturday</weekend> <weekend>Sunday</weekend>
//!   </default>
//!   <holiday><date>2024-12-25</date></holiday>
//!   <holiday><date>2024-12-24</date><businessTime><open>09:30</open><close>13:00</close></businessTime></holiday>
//! </calendar>
//! ```

use std::collections::BTreeMap;

use super::model::{Calendar, Hours};
use crate::civil::NANOS_PER_DAY;
use crate::error::{Error, ErrorKind};
use crate::time::{parse, zone};

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Deepest nesting of elements.
const DEPTH_MAX: usize = 16;

struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

impl Element {
    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    fn text_of<'a>(&'a self, name: &'a str) -> Result<&'a str, Error> {
        let child = self.all(name).next().map(|child| child.text.trim());
        child.ok_or_else(|| wrong(format!("element <{name}> is missing in <{}>", self.name)))
    }
}

fn wrong(message: String) -> Error {
    Error::new(ErrorKind::Value, message)
        .with_hint("a calendar is written as <calendar><name>…</name><timeZone>…</timeZone><default>…</default>…</calendar>")
}

/// The calendar that the text spells.
pub(super) fn calendar(text: &str) -> Result<Calendar, Error> {
    let root = root(text)?;
    let zone_name = root.text_of("timeZone")?;
    let zone =
        zone::find(zone_name).ok_or_else(|| wrong(format!("time zone \"{zone_name}\" is not known")))?;
    let mut calendar = Calendar {
        name: root.text_of("name")?.to_owned(),
        zone,
        zone_name: zone_name.to_owned(),
        weekend: [false; 7],
        standard: Hours::new(),
        holidays: BTreeMap::new(),
    };
    for default in root.all("default") {
        calendar.standard = hours(default)?;
        for day in default.all("weekend") {
            let name = day.text.trim().to_lowercase();
            let at = WEEKDAYS.iter().position(|weekday| *weekday == name);
            calendar.weekend[at.ok_or_else(|| wrong(format!("\"{name}\" is not a weekday")))?] = true;
        }
    }
    for holiday in root.all("holiday") {
        let text = holiday.text_of("date")?;
        let dashed = if text.len() == 8 && text.is_ascii() {
            format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..])
        } else {
            text.to_owned()
        };
        let day = parse::date(&dashed).ok_or_else(|| wrong(format!("\"{text}\" is not a date")))?;
        calendar.holidays.insert(day, hours(holiday)?);
    }
    Ok(calendar)
}

fn hours(parent: &Element) -> Result<Hours, Error> {
    // Older files say "businessPeriod", with both times in one text.
    let spans = parent
        .all("businessTime")
        .map(|time| Ok((moment(time.text_of("open")?)?, moment(time.text_of("close")?)?)));
    let older = parent.all("businessPeriod").map(|period| {
        let (from, to) = period.text.trim().split_once(',').unwrap_or(("", ""));
        Ok((moment(from.trim())?, moment(to.trim())?))
    });
    let mut hours = spans.chain(older).collect::<Result<Hours, Error>>()?;
    hours.sort_unstable();
    let crossing =
        hours.iter().any(|(from, to)| from >= to) || hours.windows(2).any(|pair| pair[0].1 > pair[1].0);
    if crossing {
        Err(wrong("business hours cross one another, or end before they begin".to_owned()))
    } else {
        Ok(hours)
    }
}

fn moment(text: &str) -> Result<i64, Error> {
    if text == "24:00" {
        return Ok(NANOS_PER_DAY);
    }
    parse::time_of_day(text).ok_or_else(|| wrong(format!("\"{text}\" is not a time of day, such as 09:30")))
}

/// The one element that the text is, after declarations and comments.
fn root(text: &str) -> Result<Element, Error> {
    let mut open: Vec<Element> =
        vec![Element { name: String::new(), text: String::new(), children: Vec::new() }];
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        if let Some(last) = open.last_mut() {
            last.text.push_str(&rest[..start]);
        }
        rest = &rest[start..];
        let (tag, after) = if let Some(comment) = rest.strip_prefix("<!--") {
            ("!", comment.split_once("-->").map_or("", |(_, after)| after))
        } else {
            rest[1..].split_once('>').ok_or_else(|| wrong("an element is not closed by \">\"".to_owned()))?
        };
        rest = after;
        if tag.starts_with(['!', '?']) {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            close(&mut open, name.trim())?;
        } else {
            let name = tag.trim_end_matches('/').split_whitespace().next().unwrap_or("").to_owned();
            open.push(Element { name: name.clone(), text: String::new(), children: Vec::new() });
            if open.len() > DEPTH_MAX {
                return Err(wrong("elements are nested too deeply".to_owned()));
            }
            if tag.ends_with('/') {
                close(&mut open, &name)?;
            }
        }
    }
    let mut outer = open.remove(0);
    match (open.first(), outer.children.pop()) {
        (None, Some(root)) if root.name == "calendar" => Ok(root),
        (Some(unclosed), _) => Err(wrong(format!("element <{}> is not closed", unclosed.name))),
        _ => Err(wrong("this is not a calendar".to_owned())),
    }
}

fn close(open: &mut Vec<Element>, name: &str) -> Result<(), Error> {
    match open.pop() {
        Some(element) if element.name == name && !open.is_empty() => {
            if let Some(parent) = open.last_mut() {
                parent.children.push(element);
            }
            Ok(())
        }
        _ => Err(wrong(format!("</{name}> closes no element"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calendars_are_read_and_mistakes_are_told() {
        let text = "<?xml version='1.0'?><!-- x --><calendar><name>A</name><timeZone>ET</timeZone><language>en</language>\
            <default><businessTime><open>09:30</open><close>16:00</close></businessTime><weekend>Sunday</weekend></default>\
            <holiday><date>20240101</date></holiday></calendar>";
        let read = calendar(text).unwrap();
        assert_eq!((read.name.as_str(), read.weekend[6], read.holidays.len()), ("A", true, 1));
        assert!(!read.is_business_day(19_723));
        for (wrong, message) in [
            ("", "this is not a calendar"),
            ("<calendar>", "element <calendar> is not closed"),
            ("<calendar></x>", "</x> closes no element"),
            ("<calendar><name>A</name></calendar>", "element <timeZone> is missing in <calendar>"),
        ] {
            assert_eq!(calendar(wrong).unwrap_err().message(), message, "{wrong}");
        }
    }
}
