//! Tables of tables.

use kinetable_server::operations::partitioned::{get_table, merge, partition_by};
use kinetable_wire::grpc::{PartitionByRequest, UniqueBehavior};
use tonic::Code;

use super::support::{check, table, texts};

fn request(key_column_names: Vec<String>, drop_keys: bool) -> PartitionByRequest {
    PartitionByRequest { key_column_names, drop_keys, ..Default::default() }
}

#[test]
fn rows_are_split_merged_and_found() {
    let rows = table("K:str X:i32\n a 1\n b 2\n a 3");
    let parts = partition_by(&rows, &request(texts(["K"]), false)).expect("a key");
    check(&merge(&parts).expect("parts"), "K:str X:i32\n a 1\n a 3\n b 2");
    let single = UniqueBehavior::RequireUniqueResultsStaticSingleKey as i32;
    let several = UniqueBehavior::PermitMultipleKeys as i32;
    check(&get_table(&parts, &table("K:str\n a"), single).expect("a part"), "K:str X:i32\n a 1\n a 3");
    check(&get_table(&parts, &table("K:str\n b"), 0).expect("a part"), "K:str X:i32\n b 2");
    check(
        &get_table(&parts, &table("K:str\n b\n a"), several).expect("parts"),
        "K:str X:i32\n a 1\n a 3\n b 2",
    );
    for (keys, behaviour) in [
        (table("K:str\n z"), single),
        (table("K:str\n a\n b"), single),
        (table("K:str"), single),
        (table("J:str\n a"), single),
        (table("J:str\n a"), several),
        (table("K:str\n a"), 77),
    ] {
        assert_eq!(get_table(&parts, &keys, behaviour).expect_err("refused").code(), Code::InvalidArgument);
    }
    let dropped = partition_by(&rows, &request(texts(["K"]), true)).expect("a key");
    check(&get_table(&dropped, &table("K:str\n a"), single).expect("a part"), "X:i32\n 1\n 3");
}

#[test]
fn keys_have_to_be_columns() {
    let rows = table("K:str\n a");
    for names in [Vec::new(), texts(["Missing"])] {
        assert_eq!(
            partition_by(&rows, &request(names, false)).expect_err("refused").code(),
            Code::InvalidArgument
        );
    }
}
