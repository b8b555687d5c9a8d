//! Messages of Flight.

use arrow_flight::FlightData;

use super::Encoded;

/// The message of a batch, with the metadata of an update if it is its first.
pub fn flight_data(batch: Encoded, metadata: Option<Vec<u8>>) -> FlightData {
    FlightData {
        data_header: batch.header,
        app_metadata: metadata.unwrap_or_default().into(),
        data_body: batch.body,
        ..FlightData::default()
    }
}
