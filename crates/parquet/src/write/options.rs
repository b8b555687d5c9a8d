//! How files are written.

use std::str::FromStr;

use kinetable_engine::{Error, Result};
use parquet::basic::{Compression, GzipLevel, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};

/// How pages are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Codec {
    /// Not at all.
    Uncompressed,
    /// Snappy: fast, read by all.
    #[default]
    Snappy,
    /// Gzip.
    Gzip,
    /// LZ4 in the frame that old readers know.
    Lz4,
    /// LZ4 without a frame.
    Lz4Raw,
    /// Zstandard.
    Zstd,
}

impl FromStr for Codec {
    type Err = Error;

    /// By the name the format has for it: `SNAPPY`, `ZSTD`, …
    fn from_str(name: &str) -> Result<Codec> {
        Ok(match name.to_ascii_uppercase().as_str() {
            "UNCOMPRESSED" => Codec::Uncompressed,
            "SNAPPY" => Codec::Snappy,
            "GZIP" => Codec::Gzip,
            "LZ4" => Codec::Lz4,
            "LZ4_RAW" => Codec::Lz4Raw,
            "ZSTD" => Codec::Zstd,
            _ => {
                return Err(Error::invalid(format!("no codec \"{name}\""))
                    .with_hint("codecs: UNCOMPRESSED, SNAPPY, GZIP, LZ4, LZ4_RAW, ZSTD"));
            }
        })
    }
}

/// How rows are divided into row groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowGroups {
    /// All in one.
    Single,
    /// As evenly as can be into so many.
    Count(usize),
    /// At most so many rows in each.
    Rows(usize),
}

impl RowGroups {
    /// The most rows of a row group of a file of so many.
    pub(super) fn rows_max(self, rows: u64) -> usize {
        let most = match self {
            RowGroups::Single => rows as usize,
            RowGroups::Count(count) => rows.div_ceil(count.max(1) as u64) as usize,
            RowGroups::Rows(most) => most,
        };
        most.max(1)
    }
}

/// How a file is written. The default is snappy, row groups of 1,048,576 rows, pages of 1 MiB or 20,000 rows.
#[derive(Debug, Clone)]
pub struct WriteOptions {
    /// How pages are compressed.
    pub codec: Codec,
    /// How rows are divided.
    pub row_groups: RowGroups,
    /// Bytes of a page, before compression.
    pub page_bytes: Option<usize>,
    /// Bytes of a dictionary above which a column chunk goes on without one.
    pub dictionary_bytes: Option<usize>,
    /// Name of the files of a partitioned directory, without `.parquet`. `{uuid}`, `{partitions}` and `{i}` are
    /// replaced by a random name, the keys and values, and a running number.
    pub base_name: String,
}

impl Default for WriteOptions {
    fn default() -> WriteOptions {
        WriteOptions {
            codec: Codec::default(),
            row_groups: RowGroups::Rows(1 << 20),
            page_bytes: None,
            dictionary_bytes: None,
            base_name: "{uuid}".into(),
        }
    }
}

impl WriteOptions {
    pub(super) fn properties(&self, rows: u64) -> WriterPropertiesBuilder {
        let compression = match self.codec {
            Codec::Uncompressed => Compression::UNCOMPRESSED,
            Codec::Snappy => Compression::SNAPPY,
            Codec::Gzip => Compression::GZIP(GzipLevel::default()),
            Codec::Lz4 => Compression::LZ4,
            Codec::Lz4Raw => Compression::LZ4_RAW,
            Codec::Zstd => Compression::ZSTD(ZstdLevel::default()),
        };
        let mut builder = WriterProperties::builder()
            .set_compression(compression)
            .set_max_row_group_row_count(Some(self.row_groups.rows_max(rows)))
            .set_created_by(concat!("kinetable ", env!("CARGO_PKG_VERSION")).into());
        if let Some(bytes) = self.page_bytes {
            builder = builder.set_data_page_size_limit(bytes);
        }
        if let Some(bytes) = self.dictionary_bytes {
            builder = builder.set_dictionary_page_size_limit(bytes);
        }
        builder
    }
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// Number of files.
    pub files: usize,
    /// Number of rows.
    pub rows: u64,
    /// Bytes of the files.
    pub bytes: u64,
}
