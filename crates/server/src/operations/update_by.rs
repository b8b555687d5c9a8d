//! `update_by`: columns made from the rows before and after each row in its group.
//!
//! Options about hash tables, sparse memory and precision of decimals are read and change nothing: results here do not depend on them.

use kinetable::{
    BadData, Decay, DeltaControl, OperationControl, Scale, Table, UpdateBy, UpdateByOperation, Window,
};
use kinetable_wire::grpc::update_by_operation::Type as OperationType;
use kinetable_wire::grpc::update_by_spec::Type;
use kinetable_wire::grpc::update_by_window_scale::Type as ScaleType;
use kinetable_wire::grpc::update_by_window_time::Window as Length;
use kinetable_wire::grpc::{
    BadDataBehavior, UpdateByDelta, UpdateByEmOptions, UpdateByNullBehavior, UpdateByOperation as Operation,
    UpdateByRequest, UpdateByRollingFormula, UpdateByWindowScale, UpdateByWindowTime,
};

use super::Context;
use super::fault::{Outcome, invalid, not_empty, unmet, variant};
use super::make::duration;

/// All columns and those that the operations make.
pub(super) fn update_by(request: &UpdateByRequest, table: &Table, context: &Context) -> Outcome<Table> {
    let operations = not_empty(&request.operations, "UpdateByRequest", "operations")?;
    let operations = operations.iter().map(operation).collect::<Outcome<Vec<_>>>()?;
    Ok(table.update_by(&operations, &request.group_by_columns, context.names())?)
}

fn operation(operation: &Operation) -> Outcome<UpdateBy> {
    let Some(OperationType::Column(column)) = &operation.r#type else {
        return Err(unmet("an operation of update_by is of no known kind"));
    };
    let Some(spec) = column.spec.as_ref().and_then(|spec| spec.r#type.as_ref()) else {
        return Err(unmet("an operation of update_by does not say what to compute"));
    };
    let columns = &column.match_pairs;
    if let Some(rolling) = rolling(spec, columns)? {
        return Ok(rolling);
    }
    Ok(match spec {
        Type::Sum(_) => UpdateByOperation::cum_sum(columns).into(),
        Type::Min(_) => UpdateByOperation::cum_min(columns).into(),
        Type::Max(_) => UpdateByOperation::cum_max(columns).into(),
        Type::Product(_) => UpdateByOperation::cum_prod(columns).into(),
        Type::Fill(_) => UpdateByOperation::forward_fill(columns).into(),
        Type::Delta(delta) => UpdateByOperation::delta(columns, delta_control(delta)?).into(),
        Type::CountWhere(count) => UpdateBy::CumCountWhere {
            column: count.result_column.clone(),
            filters: not_empty(&count.filters, "UpdateByCumulativeCountWhere", "filters")?.to_vec(),
        },
        Type::Ema(of) => decay(Decay::Average, of.window_scale.as_ref(), of.options.as_ref(), columns)?,
        Type::Ems(of) => decay(Decay::Sum, of.window_scale.as_ref(), of.options.as_ref(), columns)?,
        Type::EmMin(of) => decay(Decay::Least, of.window_scale.as_ref(), of.options.as_ref(), columns)?,
        Type::EmMax(of) => decay(Decay::Greatest, of.window_scale.as_ref(), of.options.as_ref(), columns)?,
        Type::EmStd(of) => decay(Decay::Deviation, of.window_scale.as_ref(), of.options.as_ref(), columns)?,
        _ => return Err(invalid("an operation of update_by is of no known kind")),
    })
}

/// The operation, if it is one over a window.
fn rolling(spec: &Type, columns: &[String]) -> Outcome<Option<UpdateBy>> {
    macro_rules! window {
        ($of:expr) => {
            window($of.reverse_window_scale.as_ref(), $of.forward_window_scale.as_ref())?
        };
    }
    Ok(Some(match spec {
        Type::RollingSum(of) => UpdateByOperation::rolling_sum(columns, window!(of)).into(),
        Type::RollingGroup(of) => UpdateByOperation::rolling_group(columns, window!(of)).into(),
        Type::RollingAvg(of) => UpdateByOperation::rolling_avg(columns, window!(of)).into(),
        Type::RollingMin(of) => UpdateByOperation::rolling_min(columns, window!(of)).into(),
        Type::RollingMax(of) => UpdateByOperation::rolling_max(columns, window!(of)).into(),
        Type::RollingProduct(of) => UpdateByOperation::rolling_prod(columns, window!(of)).into(),
        Type::RollingCount(of) => UpdateByOperation::rolling_count(columns, window!(of)).into(),
        Type::RollingStd(of) => UpdateByOperation::rolling_std(columns, window!(of)).into(),
        Type::RollingWavg(of) => {
            UpdateByOperation::rolling_wavg(&of.weight_column, columns, window!(of)).into()
        }
        Type::RollingFormula(of) => formula(of, columns, window!(of)),
        Type::RollingCountWhere(of) => UpdateBy::RollingCountWhere {
            column: of.result_column.clone(),
            filters: not_empty(&of.filters, "UpdateByRollingCountWhere", "filters")?.to_vec(),
            window: window!(of),
        },
        _ => return Ok(None),
    }))
}

fn formula(of: &UpdateByRollingFormula, columns: &[String], window: Window) -> UpdateBy {
    let parameter = Some(of.param_token.clone()).filter(|token| !token.is_empty());
    UpdateBy::RollingFormula { formula: of.formula.clone(), parameter, columns: columns.to_vec(), window }
}

/// Both ends of a window, which are of one kind; an end that is left out is none.
fn window(reverse: Option<&UpdateByWindowScale>, forward: Option<&UpdateByWindowScale>) -> Outcome<Window> {
    let reverse = reverse.and_then(|scale| scale.r#type.as_ref());
    let forward = forward.and_then(|scale| scale.r#type.as_ref());
    match (reverse, forward) {
        (None, None) => Err(unmet("an operation over a window has no window")),
        (Some(ScaleType::Time(back)), ahead @ (None | Some(ScaleType::Time(_)))) => {
            let ahead = match ahead {
                Some(ScaleType::Time(ahead)) => {
                    check_stamps(back, ahead)?;
                    nanos(ahead)?
                }
                _ => 0,
            };
            Ok(Window::Time { column: back.column.clone(), back: nanos(back)?, ahead })
        }
        (None, Some(ScaleType::Time(ahead))) => {
            Ok(Window::Time { column: ahead.column.clone(), back: 0, ahead: nanos(ahead)? })
        }
        (Some(ScaleType::Ticks(back)), Some(ScaleType::Ticks(ahead))) => {
            Ok(Window::Ticks { back: ticks(back.ticks)?, ahead: ticks(ahead.ticks)? })
        }
        (Some(ScaleType::Ticks(back)), None) => Ok(Window::Ticks { back: ticks(back.ticks)?, ahead: 0 }),
        (None, Some(ScaleType::Ticks(ahead))) => Ok(Window::Ticks { back: 0, ahead: ticks(ahead.ticks)? }),
        _ => Err(invalid("one end of a window is in rows, the other in time")),
    }
}

fn check_stamps(back: &UpdateByWindowTime, ahead: &UpdateByWindowTime) -> Outcome<()> {
    if back.column == ahead.column || ahead.column.is_empty() {
        return Ok(());
    }
    let (back, ahead) = (&back.column, &ahead.column);
    Err(invalid(format!(
        "the ends of a window are by different columns of timestamps: \"{back}\" and \"{ahead}\""
    )))
}

fn nanos(window: &UpdateByWindowTime) -> Outcome<i64> {
    match &window.window {
        Some(Length::Nanos(nanos)) => Ok(*nanos),
        Some(Length::DurationString(text)) => duration(text),
        None => Err(unmet("a window in time has no length")),
    }
}

/// Whole rows.
fn ticks(ticks: f64) -> Outcome<i64> {
    if ticks.fract() == 0.0 && ticks.abs() < 9.2e18 {
        return Ok(ticks as i64);
    }
    Err(invalid(format!("a window is of whole rows, but an end of it is {ticks}")))
}

fn decay(
    what: Decay,
    scale: Option<&UpdateByWindowScale>,
    options: Option<&UpdateByEmOptions>,
    columns: &[String],
) -> Outcome<UpdateBy> {
    let scale = match scale.and_then(|scale| scale.r#type.as_ref()) {
        Some(ScaleType::Ticks(of)) => Scale::Ticks(of.ticks),
        Some(ScaleType::Time(of)) => Scale::Time { column: of.column.clone(), ns: nanos(of)? },
        None => return Err(unmet("a decaying operation does not say how fast")),
    };
    let control = match options {
        Some(options) => OperationControl {
            on_null: bad_data(options.on_null_value)?,
            on_nan: bad_data(options.on_nan_value)?,
        },
        None => OperationControl::default(),
    };
    Ok(UpdateByOperation::decay(what, scale, columns, control).into())
}

fn bad_data(number: i32) -> Outcome<BadData> {
    Ok(match variant(number, "behaviour for bad data")? {
        BadDataBehavior::BadDataBehaviorNotSpecified | BadDataBehavior::Skip => BadData::Skip,
        BadDataBehavior::Throw => BadData::Throw,
        BadDataBehavior::Reset => BadData::Reset,
        BadDataBehavior::Poison => BadData::Poison,
    })
}

fn delta_control(delta: &UpdateByDelta) -> Outcome<DeltaControl> {
    let Some(options) = &delta.options else { return Ok(DeltaControl::default()) };
    Ok(match variant(options.null_behavior, "behaviour for nulls")? {
        UpdateByNullBehavior::NullBehaviorNotSpecified | UpdateByNullBehavior::NullDominates => {
            DeltaControl::NullDominates
        }
        UpdateByNullBehavior::ValueDominates => DeltaControl::ValueDominates,
        UpdateByNullBehavior::ZeroDominates => DeltaControl::ZeroDominates,
    })
}
