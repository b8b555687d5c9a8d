//! Messages of Flight as bytes.

use arrow_flight::FlightData;
use bytes::{Bytes, BytesMut};
use prost::Message;

use super::Encoded;

/// The tag of `data_body`.
const BODY_TAG: [u8; 2] = [0xc2, 0x3e];

/// The message of a batch, with the metadata of an update if it is its first.
pub fn flight_data(batch: Encoded, metadata: Option<Vec<u8>>) -> FlightData {
    FlightData {
        data_header: batch.header,
        app_metadata: metadata.unwrap_or_default().into(),
        data_body: batch.body,
        ..FlightData::default()
    }
}

/// A message as it goes over the wire: the body is its last field, and there even when it is empty, which the Java client
/// relies on and the usual encoding leaves out.
pub fn encode_flight_data(data: &FlightData) -> Bytes {
    let mut bytes = BytesMut::with_capacity(data.encoded_len() + BODY_TAG.len() + 1);
    data.encode(&mut bytes).expect("a buffer that grows has room");
    if data.data_body.is_empty() && !data.data_header.is_empty() {
        bytes.extend_from_slice(&BODY_TAG);
        bytes.extend_from_slice(&[0]);
    }
    bytes.freeze()
}
