//! Writing a file to an object store: small ones at once, large ones in parts.

use std::io::{self, Write};

use kinetable_engine::{Error, Result};
use object_store::{ObjectStoreExt, WriteMultipart};

use super::RemoteFile;
use super::runtime::wait;
use crate::error::refused;

/// A file on its way to a store. Nothing of it is seen before [`Upload::finish`]; dropped, it never is.
pub(crate) struct Upload {
    file: RemoteFile,
    /// What is not sent yet: less than a part.
    waiting: Vec<u8>,
    parts: Option<WriteMultipart>,
    written: u64,
}

impl Upload {
    pub(super) fn new(file: RemoteFile) -> Upload {
        Upload { file, waiting: Vec::new(), parts: None, written: 0 }
    }

    /// Bytes taken so far.
    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    /// Sends what is left, and makes the file be seen.
    pub(crate) fn finish(mut self) -> Result<()> {
        let file = self.file.clone();
        let failed = |error| refused(&file.clone().into(), error);
        let waiting = std::mem::take(&mut self.waiting);
        match self.parts.take() {
            None => {
                let (objects, path) = (self.file.store.objects.clone(), self.file.path.clone());
                wait(async move { objects.put(&path, waiting.into()).await })?.map(drop).map_err(failed)
            }
            Some(mut parts) => {
                let sent = async move {
                    parts.put(waiting.into());
                    parts.finish().await
                };
                wait(sent)?.map(drop).map_err(failed)
            }
        }
    }

    /// Sends the parts that are full.
    fn send(&mut self) -> Result<()> {
        let options = &self.file.store.options;
        let (part_bytes, parts_max) = (options.part_bytes.max(5 << 20), options.parts_max.max(1));
        if self.waiting.len() < part_bytes {
            return Ok(());
        }
        let waiting = std::mem::take(&mut self.waiting);
        let parts = self.parts.take();
        let (objects, path) = (self.file.store.objects.clone(), self.file.path.clone());
        let sent = wait(async move {
            let mut parts = match parts {
                Some(parts) => parts,
                None => WriteMultipart::new_with_chunk_size(objects.put_multipart(&path).await?, part_bytes),
            };
            parts.put(waiting.into());
            match parts.wait_for_capacity(parts_max).await {
                Ok(()) => Ok(parts),
                Err(error) => {
                    // What was sent is taken back; that this fails too adds nothing to what is told.
                    let _aborted = parts.abort().await;
                    Err(error)
                }
            }
        })?;
        self.parts = Some(sent.map_err(|error| refused(&self.file.clone().into(), error))?);
        Ok(())
    }
}

impl Write for Upload {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.waiting.extend_from_slice(bytes);
        self.written += bytes.len() as u64;
        self.send().map_err(|error: Error| io::Error::other(error.to_string()))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if let Some(parts) = self.parts.take() {
            // Parts that were sent and are not put together cost whoever owns the bucket: they are taken back.
            let _ = wait(async move { parts.abort().await });
        }
    }
}
