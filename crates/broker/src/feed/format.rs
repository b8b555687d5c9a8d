//! In which form trades are written: the same trades, for decoders of each format to be measured on.

use super::avro;
use super::markets::exchanges;
use super::trades::Trade;

/// What the bytes of a trade are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TradeFormat {
    /// Avro in Confluent's framing, by [`super::TRADE_SCHEMA`].
    #[default]
    Avro,
    /// A JSON object with the fields' names.
    Json,
    /// A Protobuf message by [`TRADE_PROTO`], without framing.
    Protobuf,
}

/// The schema of Protobuf trades.
pub const TRADE_PROTO: &str = r#"syntax = "proto3";
package kinetable.feed;
message Trade {
  string Exchange = 1;
  string Instrument = 2;
  double Price = 3;
  double Size = 4;
  int64 Timestamp = 5;
}
"#;

impl TradeFormat {
    /// Appends the value of `trade` to `out`, which is emptied first.
    pub(super) fn encode(self, trade: &Trade, instrument: &str, schema_id: i32, out: &mut Vec<u8>) {
        let exchange = exchanges()[trade.exchange];
        match self {
            Self::Avro => {
                avro::begin(out, schema_id);
                avro::string(out, exchange);
                avro::string(out, instrument);
                avro::double(out, trade.price);
                avro::double(out, trade.size);
                avro::long(out, trade.timestamp);
            }
            Self::Json => {
                out.clear();
                let fields = serde_json::json!({
                    "Exchange": exchange,
                    "Instrument": instrument,
                    "Price": trade.price,
                    "Size": trade.size,
                    "Timestamp": trade.timestamp,
                });
                serde_json::to_writer(out, &fields).expect("a vector takes all bytes");
            }
            Self::Protobuf => {
                out.clear();
                text(out, 1, exchange);
                text(out, 2, instrument);
                double(out, 3, trade.price);
                double(out, 4, trade.size);
                out.push(5 << 3);
                varint(out, trade.timestamp as u64);
            }
        }
    }
}

fn text(out: &mut Vec<u8>, field: u8, value: &str) {
    out.push(field << 3 | 2);
    varint(out, value.len() as u64);
    out.extend_from_slice(value.as_bytes());
}

fn double(out: &mut Vec<u8>, field: u8, value: f64) {
    out.push(field << 3 | 1);
    out.extend_from_slice(&value.to_le_bytes());
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
