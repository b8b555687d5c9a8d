//! What a table is: its columns, what is in one of them, where a value is, and how it is shown.

use kinetable::NoNames;
use kinetable_server::operations::seek_row;
use kinetable_wire::grpc::literal::Value;
use kinetable_wire::grpc::operation::Op;
use kinetable_wire::grpc::{
    ApplyPreviewColumnsRequest, ColumnStatisticsRequest, Literal, MetaTableRequest, SeekRowRequest,
};
use tonic::Code;

use super::support::{check, made, refused, session, some, table, texts};
use crate::subscriptions::support::{lists_of_objects, objects};

#[test]
fn columns_are_told() {
    let rows = table("A:i32 S:str T:instant\n 1 x 2024-01-01T00:00:00Z")
        .update(&texts(["L = new double[]{1.5}"]), &NoNames)
        .expect("a formula");
    let meta = made(Op::MetaTable(MetaTableRequest { source_id: some(), result_id: None }), &[&rows]);
    check(
        &meta,
        "Name:str DataType:str ColumnType:str IsPartitioning:bool\n\
         A int Normal false\n\
         S java.lang.String Normal false\n\
         T java.time.Instant Normal false\n\
         L double[] Normal false",
    );
}

fn statistics(column: &str, unique_value_limit: Option<i32>) -> Op {
    let column_name = column.to_owned();
    Op::ColumnStatistics(ColumnStatisticsRequest {
        source_id: some(),
        column_name,
        unique_value_limit,
        result_id: None,
    })
}

#[test]
fn statistics_of_numbers_times_and_others() {
    let rows =
        table("X:i32 T:instant S:str\n -2 2024-01-02T00:00:00Z b\n 4 2024-01-01T00:00:00Z a\n . . b\n 1 . .");
    check(
        &made(statistics("X", None), &[&rows]),
        "COUNT:i64 SIZE:i64 SUM:i64 SUM_ABS:i64 SUM_SQRD:f64 MIN:i32 MAX:i32 MIN_ABS:i32 MAX_ABS:i32 AVG:f64 AVG_ABS:f64 STD_DEV:f64\n\
         3 4 3 7 21 -2 4 1 4 1 2.3333333333333335 3",
    );
    check(
        &made(statistics("T", None), &[&rows]),
        "COUNT:i64 SIZE:i64 MIN:instant MAX:instant\n 2 4 2024-01-01T00:00:00Z 2024-01-02T00:00:00Z",
    );
    let texts_of = made(statistics("S", Some(1)), &[&rows]);
    let counts = texts_of.drop_columns(&texts(["UNIQUE_KEYS", "UNIQUE_COUNTS"])).expect("columns");
    check(&counts, "COUNT:i64 SIZE:i64 UNIQUE_VALUES:i32\n 3 4 2");
    let lists = texts_of
        .view(&texts(["UNIQUE_KEYS", "UNIQUE_COUNTS"]), &NoNames)
        .and_then(|lists| lists.ungroup(&[]));
    check(&lists.expect("lists"), "UNIQUE_KEYS:str UNIQUE_COUNTS:i64\n b 2");
    let none = table("X:f64");
    check(
        &made(statistics("X", None), &[&none])
            .view(&texts(["COUNT", "SIZE", "SUM"]), &NoNames)
            .expect("columns"),
        "COUNT:i64 SIZE:i64 SUM:f64\n 0 0 .",
    );
    assert_eq!(refused(statistics("Missing", None), &[&rows]).0, Code::InvalidArgument);
    assert_eq!(refused(statistics("X", Some(201)), &[&rows]).0, Code::InvalidArgument);
    assert_eq!(refused(statistics("X", Some(-1)), &[&rows]).0, Code::InvalidArgument);
}

#[test]
fn rows_are_sought_from_a_place_on_and_around() {
    let rows = table("X:i32 S:str F:f32\n 1 one 0.6\n 2 Two .\n 1 two 0.7\n 3 . 0.8");
    let seek = |column: &str, value, starting_row, insensitive, contains, is_backward| {
        let seek_value = Some(Literal { value: Some(value) });
        let column_name = column.to_owned();
        let request = SeekRowRequest {
            source_id: None,
            starting_row,
            column_name,
            seek_value,
            insensitive,
            contains,
            is_backward,
        };
        seek_row(&rows, &request).expect("a column")
    };
    let text = |text: &str| Value::StringValue(text.to_owned());
    assert_eq!(seek("X", Value::LongValue(1), 0, false, false, false), 0);
    assert_eq!(seek("X", Value::LongValue(1), 1, false, false, false), 2);
    assert_eq!(seek("X", Value::LongValue(1), 3, false, false, false), 0);
    assert_eq!(seek("X", Value::DoubleValue(1.0), 1, false, false, true), 0);
    assert_eq!(seek("X", Value::LongValue(3), 1, false, false, true), 3);
    assert_eq!(seek("X", Value::LongValue(9), 0, false, false, false), -1);
    assert_eq!(seek("X", Value::LongValue(1), i64::MIN, false, false, false), 0);
    assert_eq!(seek("X", Value::LongValue(1), i64::MAX, false, false, true), 2);
    assert_eq!(seek("S", text("two"), 0, false, false, false), 2);
    assert_eq!(seek("S", text("two"), 0, true, false, false), 1);
    assert_eq!(seek("S", text("W"), 0, true, true, false), 1);
    assert_eq!(seek("S", text("w"), 0, false, true, true), 2);
    assert_eq!(seek("F", Value::DoubleValue(0.7), 0, false, false, false), 2);
    assert_eq!(seek("F", Value::DoubleValue(f64::from(0.7f32)), 0, false, false, false), 2);
    let missing = SeekRowRequest { column_name: "Missing".to_owned(), ..Default::default() };
    assert_eq!(seek_row(&rows, &missing).expect_err("no value").code(), Code::FailedPrecondition);
}

#[test]
fn what_a_client_cannot_show_becomes_text() {
    let rows = table("A:i32\n 1\n 2").update(&texts(["L = new int[]{A, 7}"]), &NoNames).expect("a formula");
    let preview = |convert_arrays, known: &[&str]| {
        Op::ApplyPreviewColumns(ApplyPreviewColumnsRequest {
            source_id: some(),
            result_id: None,
            convert_arrays,
            unpreviewed_types: known.iter().map(|name| (*name).to_owned()).collect(),
        })
    };
    check(&made(preview(true, &["int"]), &[&rows]), "A:i32 L:str\n 1 \"[1, 7]\"\n 2 \"[2, 7]\"");
    let same = made(preview(false, &["int"]), &[&rows]);
    assert_eq!(same.schema(), rows.schema());
    check(
        &made(preview(false, &["java.lang.String"]), &[&rows.drop_columns(&texts(["L"])).expect("a column")]),
        "A:str\n 1\n 2",
    );
    assert_eq!(refused(preview(true, &[]), &[&rows]).0, Code::InvalidArgument);
    let long = rows.update(&texts(["L = new int[5000]"]), &NoNames).expect("a formula");
    let shown = made(preview(true, &["int"]), &[&long]).view(&texts(["N = L.length()"]), &NoNames);
    check(&shown.expect("a text"), "N:i32\n 1001\n 1001");
}

#[test]
fn objects_are_shown_as_who_knows_them_spells_them() {
    let columns = vec![("O".to_owned(), objects()), ("L".to_owned(), lists_of_objects())];
    let rows = session().new_table(columns).expect("a table");
    let preview = Op::ApplyPreviewColumns(ApplyPreviewColumnsRequest {
        source_id: some(),
        result_id: None,
        convert_arrays: true,
        unpreviewed_types: texts(["int"]),
    });
    check(&made(preview, &[&rows]), "O:str L:str\n <1> [<1>]\n . []\n <3> \"[null, <3>]\"");
}
