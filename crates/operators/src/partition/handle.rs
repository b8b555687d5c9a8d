//! Tables as values: a handle names the operator that makes a table, and the table among those it makes.
//!
//! **Invariants**: 1. a number of a maker and a serial number of a table are never used again; 2. a maker is registered for as
//! long as it lives.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use arrow_array::builder::FixedSizeBinaryBuilder;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, UInt64Array};
use arrow_schema::{DataType, Field, Schema};
use kinetable_engine::column::Packed;
use kinetable_engine::{Column, ColumnSource, Definition, Error, Properties, Result, RowSet, Table};
use parking_lot::Mutex;

/// The type of handles.
pub const HANDLE: DataType = DataType::FixedSizeBinary(16);

static NEXT: AtomicU64 = AtomicU64::new(1);
static MAKERS: Mutex<BTreeMap<u64, Weak<dyn Maker>>> = Mutex::new(BTreeMap::new());

/// Makes tables, or keeps them, by serial number.
pub(crate) trait Maker: Send + Sync {
    /// The table, if it is still there.
    fn table(&self, serial: u64) -> Result<Option<Table>>;
}

/// The number of a maker; it is forgotten when this is dropped.
#[derive(Debug)]
pub(crate) struct MakerNumber(u64);

impl MakerNumber {
    /// A number that nobody had.
    pub(crate) fn new() -> MakerNumber {
        MakerNumber(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// Says whose number it is.
    pub(crate) fn register(&self, maker: Weak<dyn Maker>) {
        MAKERS.lock().insert(self.0, maker);
    }
}

impl Drop for MakerNumber {
    fn drop(&mut self) {
        MAKERS.lock().remove(&self.0);
    }
}

/// Handles of tables of one maker; none is null.
pub(crate) fn handles(
    maker: &MakerNumber,
    serials: impl IntoIterator<Item = Option<u64>>,
) -> Result<ArrayRef> {
    let mut builder = FixedSizeBinaryBuilder::new(16);
    for serial in serials {
        match serial {
            Some(serial) => {
                let mut handle = [0; 16];
                handle[..8].copy_from_slice(&maker.0.to_le_bytes());
                handle[8..].copy_from_slice(&serial.to_le_bytes());
                builder.append_value(handle)?;
            }
            None => builder.append_null(),
        }
    }
    Ok(Arc::new(builder.finish()))
}

/// The tables of handles; none where a handle is null, or its table is gone.
///
/// # Errors
/// If the array is not of handles, or a table cannot be made.
pub fn find(array: &ArrayRef) -> Result<Vec<Option<Table>>> {
    if *array.data_type() != HANDLE {
        let message = format!("a column of tables is expected, but this is one of {}", array.data_type());
        return Err(Error::invalid(message));
    }
    let handles = array.as_fixed_size_binary();
    let table = |handle: Option<&[u8]>| match handle {
        None => Ok(None),
        Some(handle) => {
            let (maker, serial) = handle.split_at(8);
            let number = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
            let maker = MAKERS.lock().get(&number(maker)).and_then(Weak::upgrade);
            maker.map_or(Ok(None), |maker| maker.table(number(serial)))
        }
    };
    handles.iter().map(table).collect()
}

/// A static keys table without keys, of these tables in a column of this name.
///
/// # Errors
/// Never for fewer than 2^64 tables.
pub fn keys_of(tables: Vec<Table>, column: &str) -> Result<Table> {
    let kept = Arc::new_cyclic(|weak: &Weak<Kept>| {
        let number = MakerNumber::new();
        number.register(weak.clone());
        Kept { number, tables }
    });
    let count = kept.tables.len() as u64;
    let rows = RowSet::flat(count);
    let ids = Packed::column(rows.clone(), handles(&kept.number, (0..count).map(Some))?)?;
    let schema = Schema::new(vec![Field::new(column, HANDLE, true)]);
    let column = HeldColumn::column(ids, kept);
    Ok(Table::fixed(Definition::new(Arc::new(schema), Properties::APPEND), rows, vec![column]))
}

/// Tables that are kept as they are.
struct Kept {
    number: MakerNumber,
    tables: Vec<Table>,
}

impl Maker for Kept {
    fn table(&self, serial: u64) -> Result<Option<Table>> {
        Ok(self.tables.get(serial as usize).cloned())
    }
}

/// Handles, with what makes their tables, so that it is there as long as they are.
pub(crate) struct HeldColumn {
    handles: Column,
    _maker: Arc<dyn Maker>,
}

impl HeldColumn {
    /// Handles of tables of this maker.
    pub(crate) fn column(handles: Column, maker: Arc<dyn Maker>) -> Column {
        Arc::new(HeldColumn { handles, _maker: maker })
    }
}

impl std::fmt::Debug for HeldColumn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "handles in {:?}", self.handles)
    }
}

impl ColumnSource for HeldColumn {
    fn data_type(&self) -> &DataType {
        self.handles.data_type()
    }

    fn read(&self, rows: &RowSet) -> Result<ArrayRef> {
        self.handles.read(rows)
    }

    fn gather(&self, keys: &UInt64Array) -> Result<ArrayRef> {
        self.handles.gather(keys)
    }

    fn bytes(&self) -> usize {
        self.handles.bytes()
    }
}
