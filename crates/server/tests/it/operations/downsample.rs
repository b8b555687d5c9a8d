//! Rows of a long line that a chart can tell apart.

use kinetable::{NoNames, Table};
use kinetable_wire::grpc::operation::Op;
use kinetable_wire::grpc::{RunChartDownsampleRequest, ZoomRange};
use tonic::Code;

use super::support::{check, made, refused, session, some, table, texts};

fn line(rows: u64) -> Table {
    let formulas = ["X = ii * 10", "Y = (X == 500) ? 99.0 : (X == 700) ? -99.0 : (double)(X % 3)"];
    session().empty_table(rows).update(&texts(formulas), &NoNames).expect("formulas")
}

fn request(pixel_count: i32, zoom: Option<(i64, i64)>) -> RunChartDownsampleRequest {
    RunChartDownsampleRequest {
        source_id: some(),
        pixel_count,
        zoom_range: zoom
            .map(|(low, high)| ZoomRange { min_date_nanos: Some(low), max_date_nanos: Some(high) }),
        x_column_name: "X".to_owned(),
        y_column_names: texts(["Y"]),
        result_id: None,
    }
}

#[test]
fn ends_and_extremes_of_each_pixel_stay() {
    let few = made(Op::RunChartDownsample(request(10, None)), &[&line(10_000)]);
    assert!(few.size().expect("made") <= 40, "{}", few.size().expect("made"));
    let spikes = few.where_(&texts(["Y > 50 || Y < -50"]), &NoNames).expect("a filter");
    check(&spikes, "X:i64 Y:f64\n 500 99\n 700 -99");
    let ends = few.where_(&texts(["X == 0 || X == 99990"]), &NoNames).expect("a filter");
    assert_eq!(ends.size().expect("made"), 2);
    let all = made(Op::RunChartDownsample(request(1_000, None)), &[&line(50)]);
    assert_eq!(all.size().expect("made"), 50);
}

#[test]
fn a_part_is_told_apart_more_finely() {
    let part = made(Op::RunChartDownsample(request(100, Some((400, 800)))), &[&line(10_000)]);
    let inside = part.where_(&texts(["X >= 400", "X <= 800"]), &NoNames).expect("a filter");
    assert_eq!(inside.size().expect("made"), 41);
    assert!(part.size().expect("made") <= 41 + 8);
}

#[test]
fn wrong_requests_are_refused() {
    let rows = line(5);
    for wrong in [
        request(0, None),
        request(i32::MAX, None),
        request(5, Some((3, 2))),
        RunChartDownsampleRequest { x_column_name: "Y".to_owned(), ..request(5, None) },
        RunChartDownsampleRequest { y_column_names: texts(["Missing"]), ..request(5, None) },
        RunChartDownsampleRequest { y_column_names: Vec::new(), ..request(5, None) },
    ] {
        assert_eq!(refused(Op::RunChartDownsample(wrong), &[&rows]).0, Code::InvalidArgument);
    }
    let none = table("X:i64 Y:f64");
    assert_eq!(made(Op::RunChartDownsample(request(5, None)), &[&none]).size().expect("made"), 0);
}
