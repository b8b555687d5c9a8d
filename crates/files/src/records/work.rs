//! Chunks, taken in order and parsed on all cores.

use parking_lot::Mutex;

use kinetable_engine::{Error, Result};

use super::chunks::Chunk;
use crate::fault::Fault;
use crate::input::Input;

/// Something with the number of its chunk.
pub struct Numbered<T> {
    pub number: usize,
    pub value: T,
}

/// Why a run ended before the end.
pub enum Failed {
    Fault(Fault),
    Error(Error),
}

impl Failed {
    /// The error that says where.
    pub fn locate(self, input: &Input, names: &[String]) -> Error {
        match self {
            Failed::Fault(fault) => fault.locate(input, names),
            Failed::Error(error) => error,
        }
    }
}

/// What threads share.
struct Shared<Take, T> {
    take: Take,
    /// Whether nobody takes another one.
    is_over: bool,
    done: Vec<Numbered<T>>,
    /// The failure of the lowest number.
    failed: Option<(usize, Failed)>,
}

impl<Take, T> Shared<Take, T> {
    fn fail(&mut self, number: usize, failed: Failed) {
        self.is_over = true;
        if self.failed.as_ref().is_none_or(|(lowest, _)| number < *lowest) {
            self.failed = Some((number, failed));
        }
    }
}

/// Calls `parse` for each chunk that `take` gives, on all threads; the results in the order of the chunks, or the first failure in it.
/// `take` is handed memory for the next chunk, `parse` what its thread keeps from chunk to chunk.
pub fn run<T: Send, M: Default>(
    take: impl FnMut(Vec<u8>) -> Result<Option<Chunk>> + Send,
    parse: impl Fn(&Chunk, &mut M) -> Result<T, Fault> + Sync,
) -> Result<Vec<T>, Failed> {
    let shared = Mutex::new(Shared { take, is_over: false, done: Vec::new(), failed: None });
    rayon::scope(|scope| {
        for _ in 0..rayon::current_num_threads() {
            scope.spawn(|_| work(&shared, &parse));
        }
    });
    let mut shared = shared.into_inner();
    match shared.failed.take() {
        Some((_, failed)) => Err(failed),
        None => {
            shared.done.sort_unstable_by_key(|done| done.number);
            Ok(shared.done.into_iter().map(|done| done.value).collect())
        }
    }
}

fn work<T, M: Default>(
    shared: &Mutex<Shared<impl FnMut(Vec<u8>) -> Result<Option<Chunk>>, T>>,
    parse: &impl Fn(&Chunk, &mut M) -> Result<T, Fault>,
) {
    let (mut old, mut memory) = (Vec::new(), M::default());
    loop {
        let chunk = {
            let mut shared = shared.lock();
            if shared.is_over {
                return;
            }
            match (shared.take)(std::mem::take(&mut old)) {
                Ok(Some(chunk)) => chunk,
                Ok(None) => {
                    shared.is_over = true;
                    return;
                }
                // Chunks before are still being parsed, and may have faults of their own.
                Err(error) => return shared.fail(usize::MAX, Failed::Error(error)),
            }
        };
        match parse(&chunk, &mut memory) {
            Ok(value) => shared.lock().done.push(Numbered { number: chunk.number, value }),
            Err(fault) => return shared.lock().fail(chunk.number, Failed::Fault(fault)),
        }
        old = chunk.bytes;
    }
}
