//! How files are written.

use std::str::FromStr;
use std::sync::Arc;

use arrow_schema::{Fields, Schema};
use kinetable_engine::{Error, Result};
use parquet::basic::{BrotliLevel, Compression, GzipLevel, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;

use crate::file::BLOCK;
use crate::progress::Progress;
use crate::store::StoreOptions;

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
    /// Brotli: small, slow to write.
    Brotli,
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
        const KNOWN: &str = "codecs: UNCOMPRESSED, SNAPPY, GZIP, BROTLI, LZ4, LZ4_RAW, ZSTD";
        Ok(match name.to_ascii_uppercase().as_str() {
            "UNCOMPRESSED" => Codec::Uncompressed,
            "SNAPPY" => Codec::Snappy,
            "GZIP" => Codec::Gzip,
            "BROTLI" => Codec::Brotli,
            "LZ4" => Codec::Lz4,
            "LZ4_RAW" => Codec::Lz4Raw,
            "ZSTD" => Codec::Zstd,
            "LZO" => {
                return Err(Error::invalid("the codec \"LZO\" is neither written nor read").with_hint(KNOWN));
            }
            _ => return Err(Error::invalid(format!("no codec \"{name}\"")).with_hint(KNOWN)),
        })
    }
}

/// How rows are divided into row groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowGroups {
    /// All in one.
    Single,
    /// As evenly as can be into so many.
    Count(usize),
    /// At most so many rows in each.
    Rows(usize),
    /// One for each run of rows that are equal in these columns, with at most so many rows.
    Keys {
        /// Names of the columns.
        columns: Vec<String>,
        /// The most rows of a row group; `None`: no limit.
        rows_max: Option<usize>,
    },
}

/// How a file is written. The default is snappy, row groups of 1,048,576 rows, pages of 1 MiB or 16,384 rows.
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
    /// Distinct values above which a column is written without a dictionary.
    pub dictionary_keys: Option<usize>,
    /// Columns that have a dictionary whatever its size.
    pub dictionary_columns: Vec<String>,
    /// Columns in which single values will be looked for: they get a Bloom filter for each row group.
    pub bloom_columns: Vec<String>,
    /// Columns that have another name in files: name in the table, name in the files.
    pub renames: Vec<(String, String)>,
    /// Whether files `_metadata` and `_common_metadata` are written beside, which describe all files written.
    pub metadata_files: bool,
    /// Name of the files of a partitioned directory, without `.parquet`. `{uuid}`, `{partitions}` and `{i}` are
    /// replaced by a random name, the keys and values, and a running number.
    pub base_name: String,
    /// How an object store is reached, if the path is a URL.
    pub store: StoreOptions,
    /// Who is told how far the writing is.
    pub progress: Arc<Progress>,
}

impl Default for WriteOptions {
    fn default() -> WriteOptions {
        WriteOptions {
            codec: Codec::default(),
            row_groups: RowGroups::Rows(1 << 20),
            page_bytes: None,
            dictionary_bytes: None,
            dictionary_keys: None,
            dictionary_columns: Vec::new(),
            bloom_columns: Vec::new(),
            renames: Vec::new(),
            metadata_files: false,
            base_name: "{uuid}".into(),
            store: StoreOptions::default(),
            progress: Arc::default(),
        }
    }
}

impl WriteOptions {
    /// What a column is called in files.
    pub(super) fn file_name<'a>(&'a self, name: &'a str) -> &'a str {
        let renamed = self.renames.iter().find(|(of, _)| of == name);
        renamed.map_or(name, |(_, file_name)| file_name)
    }

    /// Refuses settings that name columns which are not there.
    pub(crate) fn check(&self, schema: &Schema) -> Result<()> {
        let named = self.dictionary_columns.iter().chain(&self.bloom_columns);
        let named = named.chain(self.renames.iter().map(|(name, _)| name));
        for name in named {
            let Ok(field) = schema.field_with_name(name) else {
                let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
                return Err(Error::invalid(format!("no column \"{name}\" to be written as set"))
                    .with_hint(format!("columns: {}", names.join(", "))));
            };
            if self.bloom_columns.contains(name) && field.data_type().is_nested() {
                return Err(Error::invalid(format!("column \"{name}\" is a list, which cannot be indexed"))
                    .with_hint("index columns of single values"));
            }
        }
        Ok(())
    }

    /// Settings for a file of columns named as in the table; `group_rows` is the most rows of a row group, `plain` are
    /// the columns without a dictionary.
    pub(super) fn properties(
        &self,
        fields: &Fields,
        group_rows: u64,
        plain: &[String],
    ) -> WriterPropertiesBuilder {
        let mut builder = WriterProperties::builder()
            .set_compression(self.codec.compression())
            .set_max_row_group_row_count(None)
            // A page never lies in two blocks of rows, unless its bytes end it before.
            .set_data_page_row_count_limit(BLOCK as usize)
            .set_created_by(concat!("kinetable ", env!("CARGO_PKG_VERSION")).into());
        if let Some(bytes) = self.page_bytes {
            builder = builder.set_data_page_size_limit(bytes.max(1));
        }
        if let Some(bytes) = self.dictionary_bytes {
            builder = builder.set_dictionary_page_size_limit(bytes);
        }
        for name in fields.iter().map(|field| field.name()) {
            let path = || ColumnPath::new(vec![self.file_name(name).to_owned()]);
            if self.dictionary_columns.contains(name) {
                builder = builder.set_column_dictionary_enabled(path(), true);
                builder = builder.set_column_dictionary_page_size_limit(path(), usize::MAX);
            } else if plain.contains(name) {
                builder = builder.set_column_dictionary_enabled(path(), false);
            }
            if self.bloom_columns.contains(name) {
                builder = builder.set_column_bloom_filter_enabled(path(), true);
                builder = builder.set_column_bloom_filter_fpp(path(), 0.01);
                builder = builder.set_column_bloom_filter_max_ndv(path(), group_rows.clamp(1, 1 << 24));
            }
        }
        builder
    }
}

impl Codec {
    fn compression(self) -> Compression {
        match self {
            Codec::Uncompressed => Compression::UNCOMPRESSED,
            Codec::Snappy => Compression::SNAPPY,
            Codec::Gzip => Compression::GZIP(GzipLevel::default()),
            Codec::Brotli => Compression::BROTLI(BrotliLevel::default()),
            Codec::Lz4 => Compression::LZ4,
            Codec::Lz4Raw => Compression::LZ4_RAW,
            Codec::Zstd => Compression::ZSTD(ZstdLevel::default()),
        }
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

impl Written {
    pub(super) fn add(&mut self, more: Written) {
        self.files += more.files;
        self.rows += more.rows;
        self.bytes += more.bytes;
    }
}
