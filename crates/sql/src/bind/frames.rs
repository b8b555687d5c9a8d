//! Functions of frames, in terms of what the engine can keep of the rows around a row.
//!
//! Only sums, counts, extremes, places and shifts are kept: an average is a sum by a count; a sum of `BIGINT`s is one of their upper
//! and one of their lower halves, neither of which can overflow; of floats, NaN is the greatest, so extremes are of the others, and
//! NaN is counted.

use std::sync::Arc;

use arrow_array::Float64Array;
use arrow_schema::DataType;
use sqlparser::ast::BinaryOperator;

use super::Binder;
use super::aggregates::{long, number, unless};
use super::windows::{Call, Over, Reach, Window, yes};
use crate::expr::{Expr, Failing, Kind};
use crate::functions::operator::{Compare, comparison, is_not_null};
use crate::functions::{self, arithmetic, coalesce, halves};
use crate::types::{self, is_integer};

/// A call with its window, while it is put together.
pub(super) struct Made {
    pub(super) over: Over,
    pub(super) reach: Reach,
    pub(super) windows: Vec<Window>,
}

impl Made {
    /// The column of something that is kept, once for all who ask for it.
    pub(super) fn kept(
        &mut self,
        binder: &Binder<'_>,
        call: Call,
        argument: Expr,
        data_type: &DataType,
    ) -> Expr {
        let reach = self.reach;
        let same = |other: &&Window| other.call == call && other.argument == argument && other.reach == reach;
        if let Some(found) = self.windows.iter().find(same) {
            return Expr::column(found.id, data_type);
        }
        let (id, over) = (binder.context.fresh(), self.over.clone());
        let data_type = data_type.clone();
        self.windows.push(Window { id, call, argument, over, reach, data_type: data_type.clone() });
        Expr::column(id, &data_type)
    }

    fn counted(&mut self, binder: &Binder<'_>, condition: Expr) -> Expr {
        self.kept(binder, Call::Count, condition, &DataType::Int64)
    }

    /// A function of the frame.
    pub(super) fn of_frame(
        &mut self,
        binder: &Binder<'_>,
        name: &str,
        argument: Expr,
    ) -> Result<Expr, String> {
        binder.reusable_parts(&argument)?;
        match name {
            "FIRST_VALUE" | "LAST_VALUE" => Ok(self.end(binder, name == "LAST_VALUE", argument)),
            "COUNT" => Ok(self.counted(binder, is_not_null(argument))),
            "SUM" => self.sum(binder, number(name, argument)?),
            "MIN" | "MAX" => self.extreme(binder, name == "MIN", argument),
            _ => {
                let argument = number(name, argument)?;
                let counted = self.counted(binder, is_not_null(argument.clone()));
                let sum = argument.cast(&DataType::Float64, Failing::Error)?;
                let sum = self.kept(binder, Call::Sum, sum, &DataType::Float64);
                let count = counted.clone().cast(&DataType::Float64, Failing::Error)?;
                unless(counted, 0, arithmetic(&BinaryOperator::Divide, sum, count)?)
            }
        }
    }

    /// The value at an end of the frame. Of a frame of rows it is that of the row so many rows away; where there is none, that at the end
    /// of the partition, if the frame reaches past it. So it costs a row, however long the frame is.
    fn end(&mut self, binder: &Binder<'_>, is_last: bool, argument: Expr) -> Expr {
        let data_type = argument.data_type.clone();
        let call = if is_last { Call::Last } else { Call::First };
        let frame = self.reach;
        let Reach::Rows { back, ahead } = frame else {
            return self.kept(binder, call, argument, &data_type);
        };
        let (from, to) = (1 - back, ahead);
        let (near, far) = if is_last { (to, from) } else { (from, to) };
        let (is_past, is_met) = if is_last { (to >= 0, from <= 0) } else { (from <= 0, to >= 0) };
        self.reach = Reach::Running;
        let at_end = self.kept(binder, Call::Shift(-near), argument.clone(), &data_type);
        let mut there = |at: i64| is_not_null(self.kept(binder, Call::Shift(-at), yes(), &DataType::Boolean));
        let mut branches = vec![(there(near), at_end)];
        let is_met = if is_met { yes() } else { there(far) };
        self.reach = Reach::Partition;
        if is_past {
            branches.push((is_met, self.kept(binder, call, argument, &data_type)));
        }
        self.reach = frame;
        Expr { kind: Kind::Case(branches, Box::new(Expr::null(&data_type))), data_type }
    }

    fn sum(&mut self, binder: &Binder<'_>, argument: Expr) -> Result<Expr, String> {
        let counted = self.counted(binder, is_not_null(argument.clone()));
        let sum = match &argument.data_type {
            DataType::Int64 => {
                let high = self.kept(binder, Call::Sum, halves::high(argument.clone()), &DataType::Int64);
                let low = self.kept(binder, Call::Sum, halves::low(argument), &DataType::Int64);
                halves::joined(high, low)
            }
            t if is_integer(t) => {
                let argument = argument.cast(&DataType::Int64, Failing::Error)?;
                self.kept(binder, Call::Sum, argument, &DataType::Int64)
            }
            t if t.is_floating() => {
                let argument = argument.cast(&DataType::Float64, Failing::Error)?;
                self.kept(binder, Call::Sum, argument, &DataType::Float64)
            }
            other => {
                return Err(format!(
                    "SUM … OVER of a {} is not supported: CAST it to DOUBLE",
                    types::name(other)
                ));
            }
        };
        unless(counted, 0, sum)
    }

    fn extreme(&mut self, binder: &Binder<'_>, is_least: bool, argument: Expr) -> Result<Expr, String> {
        let data_type = argument.data_type.clone();
        if matches!(data_type, DataType::Boolean | DataType::List(_) | DataType::Struct(_)) {
            let name = types::name(&data_type);
            return Err(format!(
                "MIN and MAX … OVER of a {name} are not supported: CAST it to a number or a text"
            ));
        }
        let call = if is_least { Call::Least } else { Call::Greatest };
        if !data_type.is_floating() {
            return Ok(self.kept(binder, call, argument, &data_type));
        }
        let nan = Expr::literal(Arc::new(Float64Array::from(vec![f64::NAN])));
        let is_nan = comparison(Compare::Eq, argument.clone(), nan.clone())?;
        let nans = self.counted(binder, is_nan);
        let real = functions::find("NULLIF").map(|function| (function.build)(vec![argument, nan.clone()]));
        let real = real.ok_or("there is no NULLIF")??;
        let extreme = self.kept(binder, call, real, &data_type);
        let nan = nan.cast(&data_type, Failing::Error)?;
        let has_nan = comparison(Compare::Gt, nans, long(0))?;
        let none = Expr::null(&data_type);
        match is_least {
            true => coalesce(vec![extreme, Expr::case(has_nan, nan, none)]),
            false => Ok(Expr::case(has_nan, nan, extreme)),
        }
    }
}
