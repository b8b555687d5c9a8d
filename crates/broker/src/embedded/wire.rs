//! The little of Kafka's wire format that the front reads and writes: frames, headers and big-endian fields.

use anyhow::{Result, bail};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Largest frame accepted, against a length that is no length.
const FRAME_BYTES_MAX: usize = 256 << 20;

/// Reads one length-prefixed frame, or `None` when the peer has closed between frames.
pub(super) async fn read_frame<S: AsyncRead + Unpin>(stream: &mut S) -> Result<Option<Vec<u8>>> {
    let mut length = [0u8; 4];
    match stream.read_exact(&mut length).await {
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    let length = u32::from_be_bytes(length) as usize;
    if length > FRAME_BYTES_MAX {
        bail!("a frame of {length} bytes is not plausible");
    }
    let mut frame = Vec::with_capacity(length);
    stream.take(length as u64).read_to_end(&mut frame).await?;
    if frame.len() < length {
        bail!("the peer closed after {} of {length} bytes of a frame", frame.len());
    }
    Ok(Some(frame))
}

/// Writes one frame behind its length.
pub(super) async fn write_frame<S: AsyncWrite + Unpin>(stream: &mut S, frame: &[u8]) -> Result<()> {
    stream.write_all(&(frame.len() as u32).to_be_bytes()).await?;
    stream.write_all(frame).await?;
    stream.flush().await?;
    Ok(())
}

/// A cursor over the fields of one request.
pub(super) struct Fields<'a>(pub &'a [u8]);

impl<'a> Fields<'a> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N]> {
        match self.0.split_first_chunk::<N>() {
            Some((head, rest)) => {
                self.0 = rest;
                Ok(*head)
            }
            None => bail!("a request ended where a field of {N} bytes was due"),
        }
    }

    pub(super) fn i8(&mut self) -> Result<i8> {
        Ok(i8::from_be_bytes(self.take()?))
    }

    pub(super) fn i16(&mut self) -> Result<i16> {
        Ok(i16::from_be_bytes(self.take()?))
    }

    pub(super) fn i32(&mut self) -> Result<i32> {
        Ok(i32::from_be_bytes(self.take()?))
    }

    pub(super) fn i64(&mut self) -> Result<i64> {
        Ok(i64::from_be_bytes(self.take()?))
    }

    /// A string with a two-byte length; null reads as empty.
    pub(super) fn string(&mut self) -> Result<&'a str> {
        let length = usize::try_from(self.i16()?).unwrap_or(0);
        if self.0.len() < length {
            bail!("a request ended inside a string of {length} bytes");
        }
        let (text, rest) = self.0.split_at(length);
        self.0 = rest;
        Ok(std::str::from_utf8(text)?)
    }

    /// Reads an array by reading each of its elements; null reads as empty.
    pub(super) fn array<T>(&mut self, mut element: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let count = self.i32()?.max(0);
        (0..count).map(|_| element(self)).collect()
    }
}

/// What every request begins with.
pub(super) struct Header {
    pub api_key: i16,
    pub version: i16,
    pub correlation_id: i32,
}

/// Reads the header (version 1) of a request and leaves the cursor at its body.
pub(super) fn read_header(fields: &mut Fields<'_>) -> Result<Header> {
    let header = Header { api_key: fields.i16()?, version: fields.i16()?, correlation_id: fields.i32()? };
    fields.string()?;
    Ok(header)
}

/// A buffer that takes big-endian fields.
#[derive(Default)]
pub(super) struct Writer(pub Vec<u8>);

impl Writer {
    pub(super) fn i16(&mut self, value: i16) {
        self.0.extend_from_slice(&value.to_be_bytes());
    }

    pub(super) fn i32(&mut self, value: i32) {
        self.0.extend_from_slice(&value.to_be_bytes());
    }

    pub(super) fn i64(&mut self, value: i64) {
        self.0.extend_from_slice(&value.to_be_bytes());
    }

    pub(super) fn count(&mut self, count: usize) {
        self.i32(i32::try_from(count).expect("an array's length fits 31 bits"));
    }

    pub(super) fn string(&mut self, value: &str) {
        self.i16(i16::try_from(value.len()).expect("a topic's name is short"));
        self.0.extend_from_slice(value.as_bytes());
    }
}
