//! What a server allows its subscribers.

use std::time::Duration;

/// How often subscribers are told, and how much may be pending for them.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The least time between two updates for a client that names none.
    pub interval: Duration,
    /// How long a client may take nothing of what waits for it.
    pub patience: Duration,
    /// The most rows of a blink table that may be pending for a client, and the most runs of keys of any table.
    pub pending_rows_max: u64,
    /// The most bytes of a message, whatever a client asks for.
    pub message_bytes_max: usize,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            interval: Duration::from_millis(100),
            patience: Duration::from_secs(30),
            pending_rows_max: 4_000_000,
            message_bytes_max: 100_000_000,
        }
    }
}
