//! Colours of cells as longs.
//!
//! The high half is the background, the low half the foreground, each `flags << 24 | red << 16 | green << 8 | blue`.
//! Flags: 1 is set, 2 shows on selected rows too, 4 the foreground was chosen by the user. A plain colour is a
//! background with a foreground of ours that reads well on it. 0 is no format.

use super::colour_names;

const SET: u64 = 1;
const OVERRIDE: u64 = 2;
const EXPLICIT: u64 = 4;
const LIGHT: u64 = 0x01e0_e0e0;
const DARK: u64 = 0x0100_0000;

/// Red, green and blue in the low 24 bits.
pub(crate) type Rgb = u32;

/// A background, with a foreground that reads well on it.
pub(crate) fn plain(rgb: Rgb) -> i64 {
    combined(set(rgb), if is_bright(rgb) { DARK } else { LIGHT })
}

/// A background alone.
pub(super) fn background(rgb: Rgb) -> i64 {
    combined(set(rgb), 0)
}

/// A foreground alone.
pub(super) fn foreground(rgb: Rgb) -> i64 {
    combined(0, set(rgb) | EXPLICIT << 24)
}

/// Both.
pub(super) fn both(background: Rgb, foreground: Rgb) -> i64 {
    combined(set(background), set(foreground) | EXPLICIT << 24)
}

/// The background also on selected rows.
pub(super) fn background_override(rgb: Rgb) -> i64 {
    combined(set(rgb) | OVERRIDE << 24, 0)
}

/// The foreground also on selected rows.
pub(super) fn foreground_override(rgb: Rgb) -> i64 {
    combined(0, set(rgb) | (EXPLICIT | OVERRIDE) << 24)
}

/// The colour that an encoded format shows: its background, or its foreground where that is all it has.
pub(super) fn shown(encoded: i64) -> Rgb {
    let bits = encoded.cast_unsigned();
    let half = if bits >> 32 != 0 { bits >> 32 } else { bits };
    (half & 0x00ff_ffff) as Rgb
}

fn set(rgb: Rgb) -> u64 {
    u64::from(rgb) | SET << 24
}

fn combined(background: u64, foreground: u64) -> i64 {
    (background << 32 | foreground).cast_signed()
}

/// Whether black reads better on the colour than light grey, by the eye's weights of the three lights.
fn is_bright(rgb: Rgb) -> bool {
    let [_, red, green, blue] = rgb.to_be_bytes().map(u32::from);
    red * 299 + green * 587 + blue * 114 >= 128 * 1000
}

/// The encoded constant of this name: a colour in capitals, or `NO_FORMATTING`.
pub(crate) fn constant(name: &str) -> Option<i64> {
    if name == "NO_FORMATTING" {
        return Some(0);
    }
    let is_capital = name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    if is_capital { colour_names::find(name).map(plain) } else { None }
}

/// The colour that a text spells: `#rgb`, `#rrggbb` or a name in any letter case. Null is no format.
pub(crate) fn spelled(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Some(hex) = text.strip_prefix('#').or_else(|| text.strip_prefix("0x")) {
        let value = u32::from_str_radix(hex, 16).ok()?;
        return match hex.len() {
            3 => {
                let wide = |shift: u32| (value >> shift & 0xf) * 0x11;
                Some(plain(wide(8) << 16 | wide(4) << 8 | wide(0)))
            }
            6 => Some(plain(value)),
            8 => Some(plain(value & 0x00ff_ffff)),
            _ => None,
        };
    }
    let name = text.to_uppercase();
    if name == "NO_FORMATTING" { Some(0) } else { colour_names::find(&name).map(plain) }
}

/// The colour at hue (degrees), saturation and lightness (0–1).
pub(crate) fn of_hsl(hue: f64, saturation: f64, lightness: f64) -> Rgb {
    let (saturation, lightness) = (saturation.clamp(0.0, 1.0), lightness.clamp(0.0, 1.0));
    let reach = saturation * lightness.min(1.0 - lightness);
    let channel = |offset: f64| {
        let k = (offset + hue.rem_euclid(360.0) / 30.0) % 12.0;
        let value = lightness - reach * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0);
        (value * 255.0).round() as u32
    };
    channel(0.0) << 16 | channel(8.0) << 8 | channel(4.0)
}

/// The colour a part of the way from one to another.
pub(super) fn mixed(from: Rgb, to: Rgb, part: f64) -> Rgb {
    let part = part.clamp(0.0, 1.0);
    let channel = |shift: u32| {
        let (a, b) = (f64::from(from >> shift & 0xff), f64::from(to >> shift & 0xff));
        ((a + (b - a) * part).round() as u32) << shift
    };
    channel(16) | channel(8) | channel(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_colours_carry_a_foreground_that_reads_well() {
        assert_eq!(plain(0xffff00).cast_unsigned(), 0x01ff_ff00_0100_0000);
        assert_eq!(plain(0x000080).cast_unsigned(), 0x0100_0080_01e0_e0e0);
        assert_eq!(spelled("#f00"), Some(plain(0xff0000)));
        assert_eq!(spelled("ivory"), Some(plain(0xfffff0)));
        assert_eq!(spelled("no such colour"), None);
        assert_eq!(constant("NO_FORMATTING"), Some(0));
        assert_eq!(constant("Red"), None);
    }

    #[test]
    fn hues_become_lights() {
        assert_eq!(of_hsl(0.0, 1.0, 0.5), 0xff0000);
        assert_eq!(of_hsl(120.0, 1.0, 0.5), 0x00ff00);
        assert_eq!(of_hsl(240.0, 1.0, 0.25), 0x000080);
        assert_eq!(mixed(0x000000, 0xffffff, 0.5), 0x808080);
    }
}
