//! Functions that make encoded colours.

use std::sync::Arc;

use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{ArrayRef, StringViewArray};

use super::bind::{Bound, Call, Refusal};
use super::colour::{self, Rgb};
use super::colour_names;
use super::kernels;
use super::registry::Function;
use crate::colour::encoded;
use crate::node::{Kernel, Node};
use crate::types::Type;
use crate::value::{Args, Lane, write_rows};

macro_rules! layers {
    ($($short:literal, $long:literal, $doc:literal, $f:expr;)*) => {
        &[$(
            Function { name: $short, signature: concat!($short, "(colour) → long"), doc: $doc, bind: |call| layer(call, $f) },
            Function { name: $long, signature: concat!($long, "(colour) → long"), doc: $doc, bind: |call| layer(call, $f) },
        )*]
    };
}

pub(super) const LAYERS: &[Function] = layers! {
    "bg", "background", "The colour as a background; the foreground stays as it is.", colour::background;
    "fg", "foreground", "The colour as a foreground; the background stays as it is.", colour::foreground;
    "bgfga", "backgroundForegroundAuto", "The colour as a background, with a foreground that reads well on it.", colour::plain;
    "bgo", "backgroundOverride", "The colour as a background, on selected rows too.", colour::background_override;
    "fgo", "foregroundOverride", "The colour as a foreground, on selected rows too.", colour::foreground_override;
};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "color",
        signature: "color(String) → long",
        doc: "The colour of a name or of #rrggbb.",
        bind: spelled,
    },
    Function {
        name: "toLong",
        signature: "toLong(String|long) → long",
        doc: "The encoded colour.",
        bind: spelled,
    },
    Function {
        name: "colorRGB",
        signature: "colorRGB(number red, number green, number blue[, number alpha]) → long",
        doc: "The colour of three lights: ints from 0 to 255, or floating numbers from 0 to 1.",
        bind: of_rgb,
    },
    Function {
        name: "colorHSL",
        signature: "colorHSL(double hue, double saturation, double lightness[, double alpha]) → long",
        doc: "The colour of a hue in degrees, and of saturation and lightness in per cent.",
        bind: of_hsl,
    },
    Function {
        name: "colorNames",
        signature: "colorNames() → String[]",
        doc: "The names of all colours.",
        bind: names,
    },
    Function {
        name: "bgfg",
        signature: "bgfg(colour, colour) → long",
        doc: "A background and a foreground.",
        bind: pair,
    },
    Function {
        name: "backgroundForeground",
        signature: "backgroundForeground(colour, colour) → long",
        doc: "A background and a foreground.",
        bind: pair,
    },
    Function {
        name: "heatmap",
        signature: "heatmap(number x, number min, number max, colour from, colour to) → long",
        doc: "A background as far between two colours as x is between min and max; no format for null.",
        bind: |call| heatmap(call, colour::plain),
    },
    Function {
        name: "heatmapForeground",
        signature: "heatmapForeground(number x, number min, number max, colour from, colour to) → long",
        doc: "A foreground as far between two colours as x is between min and max; no format for null.",
        bind: |call| heatmap(call, colour::foreground),
    },
    Function {
        name: "heatmapFg",
        signature: "heatmapFg(number x, number min, number max, colour from, colour to) → long",
        doc: "A foreground as far between two colours as x is between min and max; no format for null.",
        bind: |call| heatmap(call, colour::foreground),
    },
];

fn spelled(call: &mut Call<'_, '_>) -> Bound {
    call.arity(1..=1)?;
    Ok(encoded(call.args.remove(0))?)
}

/// The arguments from `from` on as encoded colours.
fn encode_from(call: &mut Call<'_, '_>, from: usize) -> Result<(), Refusal> {
    let rest = call.args.split_off(from);
    for arg in rest {
        call.args.push(encoded(arg)?);
    }
    Ok(())
}

fn layer(call: &mut Call<'_, '_>, f: fn(Rgb) -> i64) -> Bound {
    call.arity(1..=1)?;
    encode_from(call, 0)?;
    let kernel =
        kernels::map::<Int64Type, Int64Type>(move |long| if long == 0 { 0 } else { f(colour::shown(long)) });
    call.kernel(&[Type::Int64], Type::Int64, kernel)
}

fn pair(call: &mut Call<'_, '_>) -> Bound {
    call.arity(2..=2)?;
    encode_from(call, 0)?;
    let kernel = kernels::map2::<Int64Type, Int64Type, Int64Type>(|a, b| {
        colour::both(colour::shown(a), colour::shown(b))
    });
    call.kernel(&[Type::Int64, Type::Int64], Type::Int64, kernel)
}

fn of_rgb(call: &mut Call<'_, '_>) -> Bound {
    call.arity(3..=4)?;
    call.args.truncate(3);
    let scale = if call.unified(0)?.is_floating() { 255.0 } else { 1.0 };
    let kernel =
        kernels::rows3::<Float64Type, Float64Type, Float64Type, Int64Type, i64>(move |red, green, blue| {
            let light = |value: f64| (value * scale).round().clamp(0.0, 255.0) as Rgb;
            Ok(Some(colour::plain(light(red) << 16 | light(green) << 8 | light(blue))))
        });
    call.kernel(&[Type::Float64, Type::Float64, Type::Float64], Type::Int64, kernel)
}

fn of_hsl(call: &mut Call<'_, '_>) -> Bound {
    call.arity(3..=4)?;
    call.args.truncate(3);
    let kernel = kernels::rows3::<Float64Type, Float64Type, Float64Type, Int64Type, i64>(
        |hue, saturation, lightness| {
            Ok(Some(colour::plain(colour::of_hsl(hue, saturation / 100.0, lightness / 100.0))))
        },
    );
    call.kernel(&[Type::Float64, Type::Float64, Type::Float64], Type::Int64, kernel)
}

fn heatmap(call: &mut Call<'_, '_>, f: fn(Rgb) -> i64) -> Bound {
    call.arity(5..=5)?;
    encode_from(call, 3)?;
    let kernel: Kernel = Arc::new(move |args: Args| {
        let number = |at: usize| Lane::<Float64Type>::of(&args.values[at]);
        let colour = |at: usize| Lane::<Int64Type>::of(&args.values[at]);
        let (x, low, high, from, to) = (number(0), number(1), number(2), colour(3), colour(4));
        let nulls = args.nulls();
        write_rows::<Int64Type, i64>(args.rows, None, |row| {
            if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) || x.get(row).is_nan() {
                return Ok(Some(0));
            }
            let part = (x.get(row) - low.get(row)) / (high.get(row) - low.get(row));
            Ok(Some(f(colour::mixed(colour::shown(from.get(row)), colour::shown(to.get(row)), part))))
        })
    });
    let wanted = [Type::Float64, Type::Float64, Type::Float64, Type::Int64, Type::Int64];
    Ok(call.kernel(&wanted, Type::Int64, kernel)?.never_null())
}

fn names(call: &mut Call<'_, '_>) -> Bound {
    call.arity(0..=0)?;
    let names: ArrayRef = Arc::new(StringViewArray::from_iter_values(colour_names::all()));
    let list = crate::formula::one_list(names)?;
    Ok(Node::constant(Type::List(Box::new(Type::Text)), list, call.span))
}
