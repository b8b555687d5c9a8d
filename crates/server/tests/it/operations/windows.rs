//! `update_by`: every kind, windows in rows and in time; compared with the façade's own call.

use kinetable::{
    BadData, Decay, DeltaControl, NoNames, OperationControl, Scale, UpdateBy, UpdateByOperation, Window,
};
use kinetable_wire::grpc::operation::Op;
use kinetable_wire::grpc::update_by_operation::Type as Operation;
use kinetable_wire::grpc::update_by_spec::Type;
use kinetable_wire::grpc::update_by_window_scale::Type as ScaleType;
use kinetable_wire::grpc::update_by_window_time::Window as Length;
use kinetable_wire::grpc::{
    BadDataBehavior, UpdateByColumn, UpdateByCumulativeCountWhere, UpdateByCumulativeMax,
    UpdateByCumulativeMin, UpdateByCumulativeProduct, UpdateByCumulativeSum, UpdateByDelta,
    UpdateByDeltaOptions, UpdateByEmMax, UpdateByEmMin, UpdateByEmOptions, UpdateByEmStd, UpdateByEma,
    UpdateByEms, UpdateByFill, UpdateByNullBehavior, UpdateByOperation as Message, UpdateByRequest,
    UpdateByRollingAvg, UpdateByRollingCount, UpdateByRollingCountWhere, UpdateByRollingFormula,
    UpdateByRollingGroup, UpdateByRollingMax, UpdateByRollingMin, UpdateByRollingProduct, UpdateByRollingStd,
    UpdateByRollingSum, UpdateByRollingWAvg, UpdateBySpec, UpdateByWindowScale, UpdateByWindowTicks,
    UpdateByWindowTime,
};
use tonic::Code;

use super::support::{check, made, refused, some, table, text, texts};

fn rows() -> kinetable::Table {
    table(
        "K:str T:instant X:f64 W:f64\n\
         a 2024-01-01T00:00:00Z 1 1\n\
         b 2024-01-01T00:00:01Z 5 2\n\
         a 2024-01-01T00:00:02Z . 3\n\
         a 2024-01-01T00:00:04Z 4 4",
    )
}

fn request(spec: Type, pairs: &[&str]) -> UpdateByRequest {
    let column = UpdateByColumn {
        spec: Some(UpdateBySpec { r#type: Some(spec) }),
        match_pairs: pairs.iter().map(|pair| (*pair).to_owned()).collect(),
    };
    UpdateByRequest {
        source_id: some(),
        operations: vec![Message { r#type: Some(Operation::Column(column)) }],
        group_by_columns: texts(["K"]),
        ..Default::default()
    }
}

#[expect(clippy::unnecessary_wraps, reason = "as fields of messages want it")]
fn ticks(ticks: f64) -> Option<UpdateByWindowScale> {
    Some(UpdateByWindowScale { r#type: Some(ScaleType::Ticks(UpdateByWindowTicks { ticks })) })
}

#[expect(clippy::unnecessary_wraps, reason = "as fields of messages want it")]
fn time(window: Length) -> Option<UpdateByWindowScale> {
    let time = UpdateByWindowTime { column: "T".to_owned(), window: Some(window) };
    Some(UpdateByWindowScale { r#type: Some(ScaleType::Time(time)) })
}

#[track_caller]
fn same(spec: Type, pairs: &[&str], direct: impl Into<UpdateBy>) {
    let found = made(Op::UpdateBy(request(spec, pairs)), &[&rows()]);
    let direct = rows().update_by(&[direct.into()], &texts(["K"]), &NoNames).expect("the façade does it too");
    assert_eq!(text(&found), text(&direct));
}

#[test]
fn cumulative_kinds() {
    let pair = ["Out = X"];
    same(Type::Sum(UpdateByCumulativeSum {}), &pair, UpdateByOperation::cum_sum(pair));
    same(Type::Min(UpdateByCumulativeMin {}), &pair, UpdateByOperation::cum_min(pair));
    same(Type::Max(UpdateByCumulativeMax {}), &pair, UpdateByOperation::cum_max(pair));
    same(Type::Product(UpdateByCumulativeProduct {}), &pair, UpdateByOperation::cum_prod(pair));
    same(Type::Fill(UpdateByFill {}), &pair, UpdateByOperation::forward_fill(pair));
    for (message, control) in [
        (None, DeltaControl::NullDominates),
        (Some(UpdateByNullBehavior::NullBehaviorNotSpecified), DeltaControl::NullDominates),
        (Some(UpdateByNullBehavior::NullDominates), DeltaControl::NullDominates),
        (Some(UpdateByNullBehavior::ValueDominates), DeltaControl::ValueDominates),
        (Some(UpdateByNullBehavior::ZeroDominates), DeltaControl::ZeroDominates),
    ] {
        let options = message.map(|behaviour| UpdateByDeltaOptions { null_behavior: behaviour as i32 });
        same(Type::Delta(UpdateByDelta { options }), &pair, UpdateByOperation::delta(pair, control));
    }
    let count =
        UpdateByCumulativeCountWhere { result_column: "N".to_owned(), filters: texts(["X > 1", "W > 1"]) };
    let found = made(Op::UpdateBy(request(Type::CountWhere(count), &[])), &[&rows()]);
    check(&found.view(&texts(["K", "N"]), &NoNames).expect("columns"), "K:str N:i64\n a 0\n b 1\n a 0\n a 1");
}

#[test]
fn sums_have_the_values_they_should() {
    let found = made(Op::UpdateBy(request(Type::Sum(UpdateByCumulativeSum {}), &["Out = X"])), &[&rows()]);
    let found = found.view(&texts(["K", "Out"]), &NoNames).expect("columns");
    check(&found, "K:str Out:f64\n a 1\n b 5\n a 1\n a 5");
}

#[test]
fn decaying_kinds() {
    let pair = ["Out = X"];
    let skip = OperationControl::default();
    let direct = |what| UpdateByOperation::decay(what, Scale::Ticks(2.5), pair, skip);
    let window_scale = || ticks(2.5);
    same(
        Type::Ema(UpdateByEma { options: None, window_scale: window_scale() }),
        &pair,
        direct(Decay::Average),
    );
    same(Type::Ems(UpdateByEms { options: None, window_scale: window_scale() }), &pair, direct(Decay::Sum));
    same(
        Type::EmMin(UpdateByEmMin { options: None, window_scale: window_scale() }),
        &pair,
        direct(Decay::Least),
    );
    same(
        Type::EmMax(UpdateByEmMax { options: None, window_scale: window_scale() }),
        &pair,
        direct(Decay::Greatest),
    );
    same(
        Type::EmStd(UpdateByEmStd { options: None, window_scale: window_scale() }),
        &pair,
        direct(Decay::Deviation),
    );
    let scale = || Scale::Time { column: "T".to_owned(), ns: 2_000_000_000 };
    for length in [Length::Nanos(2_000_000_000), Length::DurationString("PT00:00:02".to_owned())] {
        for (behaviour, bad) in [
            (BadDataBehavior::BadDataBehaviorNotSpecified, BadData::Skip),
            (BadDataBehavior::Skip, BadData::Skip),
            (BadDataBehavior::Reset, BadData::Reset),
            (BadDataBehavior::Poison, BadData::Poison),
        ] {
            let options = UpdateByEmOptions { on_null_value: behaviour as i32, ..Default::default() };
            let spec = UpdateByEma { options: Some(options), window_scale: time(length.clone()) };
            let control = OperationControl { on_null: bad, on_nan: BadData::Skip };
            same(Type::Ema(spec), &pair, UpdateByOperation::decay(Decay::Average, scale(), pair, control));
        }
    }
    let throw = UpdateByEmOptions { on_null_value: BadDataBehavior::Throw as i32, ..Default::default() };
    let spec = Type::Ema(UpdateByEma { options: Some(throw), window_scale: window_scale() });
    assert_eq!(refused(Op::UpdateBy(request(spec, &pair)), &[&rows()]).0, Code::InvalidArgument);
}

#[test]
fn rolling_kinds() {
    macro_rules! rolling {
        ($variant:ident, $message:ident, $direct:ident) => {
            for (back, ahead, window) in [
                (ticks(2.0), ticks(0.0), Window::Ticks { back: 2, ahead: 0 }),
                (ticks(0.0), ticks(1.0), Window::Ticks { back: 0, ahead: 1 }),
                (ticks(3.0), ticks(-1.0), Window::Ticks { back: 3, ahead: -1 }),
                (ticks(2.0), None, Window::Ticks { back: 2, ahead: 0 }),
                (
                    time(Length::Nanos(2_000_000_000)),
                    time(Length::DurationString("-PT1S".to_owned())),
                    Window::Time { column: "T".to_owned(), back: 2_000_000_000, ahead: -1_000_000_000 },
                ),
                (
                    time(Length::DurationString("PT2S".to_owned())),
                    None,
                    Window::Time { column: "T".to_owned(), back: 2_000_000_000, ahead: 0 },
                ),
            ] {
                let spec = $message { reverse_window_scale: back, forward_window_scale: ahead };
                same(Type::$variant(spec), &["Out = X"], UpdateByOperation::$direct(["Out = X"], window));
            }
        };
    }
    rolling!(RollingSum, UpdateByRollingSum, rolling_sum);
    rolling!(RollingGroup, UpdateByRollingGroup, rolling_group);
    rolling!(RollingAvg, UpdateByRollingAvg, rolling_avg);
    rolling!(RollingMin, UpdateByRollingMin, rolling_min);
    rolling!(RollingMax, UpdateByRollingMax, rolling_max);
    rolling!(RollingProduct, UpdateByRollingProduct, rolling_prod);
    rolling!(RollingCount, UpdateByRollingCount, rolling_count);
    rolling!(RollingStd, UpdateByRollingStd, rolling_std);
}

#[test]
fn rolling_kinds_with_more_to_say() {
    let window = || Window::Ticks { back: 2, ahead: 0 };
    let weighted = UpdateByRollingWAvg {
        reverse_window_scale: ticks(2.0),
        forward_window_scale: ticks(0.0),
        weight_column: "W".to_owned(),
    };
    same(
        Type::RollingWavg(weighted),
        &["Out = X"],
        UpdateByOperation::rolling_wavg("W", ["Out = X"], window()),
    );
    let formula = |formula: &str, token: &str| {
        Type::RollingFormula(UpdateByRollingFormula {
            reverse_window_scale: ticks(2.0),
            forward_window_scale: None,
            formula: formula.to_owned(),
            param_token: token.to_owned(),
        })
    };
    let direct = |text: &str, parameter: Option<&str>, columns| UpdateBy::RollingFormula {
        formula: text.to_owned(),
        parameter: parameter.map(str::to_owned),
        columns,
        window: window(),
    };
    same(formula("max(x) - 1", "x"), &["Out = X"], direct("max(x) - 1", Some("x"), texts(["Out = X"])));
    same(formula("Out = sum(X) + sum(W)", ""), &[], direct("Out = sum(X) + sum(W)", None, Vec::new()));
    let count = UpdateByRollingCountWhere {
        reverse_window_scale: ticks(2.0),
        forward_window_scale: ticks(0.0),
        result_column: "N".to_owned(),
        filters: texts(["W > 1"]),
    };
    let direct =
        UpdateBy::RollingCountWhere { column: "N".to_owned(), filters: texts(["W > 1"]), window: window() };
    same(Type::RollingCountWhere(count), &[], direct);
}

#[test]
fn wrong_operations_are_refused() {
    let sum = |back, ahead| {
        Type::RollingSum(UpdateByRollingSum { reverse_window_scale: back, forward_window_scale: ahead })
    };
    for (spec, code) in [
        (sum(None, None), Code::FailedPrecondition),
        (sum(ticks(1.5), None), Code::InvalidArgument),
        (sum(ticks(f64::NAN), None), Code::InvalidArgument),
        (sum(ticks(f64::INFINITY), ticks(0.0)), Code::InvalidArgument),
        (sum(ticks(1.0), time(Length::Nanos(1))), Code::InvalidArgument),
        (sum(time(Length::DurationString("long".to_owned())), None), Code::InvalidArgument),
        (Type::Ema(UpdateByEma::default()), Code::FailedPrecondition),
        (Type::Ema(UpdateByEma { options: None, window_scale: ticks(-1.0) }), Code::InvalidArgument),
        (Type::CountWhere(UpdateByCumulativeCountWhere::default()), Code::InvalidArgument),
    ] {
        assert_eq!(
            refused(Op::UpdateBy(request(spec.clone(), &["Out = X"])), &[&rows()]).0,
            code,
            "{spec:?}"
        );
    }
    let none = UpdateByRequest { operations: Vec::new(), ..request(sum(None, None), &[]) };
    assert_eq!(refused(Op::UpdateBy(none), &[&rows()]).0, Code::InvalidArgument);
    let empty =
        UpdateByRequest { operations: vec![Message { r#type: None }], ..request(sum(None, None), &[]) };
    assert_eq!(refused(Op::UpdateBy(empty), &[&rows()]).0, Code::FailedPrecondition);
}
