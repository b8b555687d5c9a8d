//! `Fetch` version 11, answered from the fake broker's log within the limits the client sets.
//!
//! **Cost**: a binary search a partition, and the batches sent; stored bytes are shared, never copied.
//!
//! **Invariants**
//! 1. An answer holds whole batches, in offset order, from the one that has the wanted offset.
//! 2. It holds at most `max_bytes` in all and `partition_max_bytes` a partition, but for the first batch of the first
//!    partition that has any: a client always gets on.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;
use krafka::testing::{ApiKey, ClusterState, PartitionState};

use super::wire::{Fields, Header, Writer};

/// The API key of `Fetch`.
pub(super) const API_KEY: i16 = 1;
/// The one version the fake broker offers.
pub(super) const VERSION: i16 = 11;

const OFFSET_OUT_OF_RANGE: i16 = 1;
const UNKNOWN_TOPIC_OR_PARTITION: i16 = 3;
const NOT_LEADER: i16 = 6;
const FENCED_LEADER_EPOCH: i16 = 74;
const UNKNOWN_LEADER_EPOCH: i16 = 76;
/// The node that answers: the embedded broker has one.
const NODE: i32 = 0;
/// Where a record batch says how many records it holds.
const BATCH_COUNT_AT: usize = 57;

/// A client's request for records.
pub(super) struct Request {
    correlation_id: i32,
    pub(super) max_wait: Duration,
    min_bytes: usize,
    max_bytes: usize,
    committed_only: bool,
    session_id: i32,
    topics: Vec<Topic>,
}

struct Topic {
    name: String,
    partitions: Vec<Wanted>,
}

struct Wanted {
    partition: i32,
    leader_epoch: i32,
    offset: i64,
    max_bytes: usize,
}

impl Request {
    /// Reads the body that follows `header`.
    pub(super) fn read(header: &Header, fields: &mut Fields<'_>) -> Result<Self> {
        fields.i32()?; // replica id
        let max_wait = Duration::from_millis(u64::try_from(fields.i32()?).unwrap_or(0));
        let min_bytes = to_size(fields.i32()?).max(1);
        let max_bytes = to_size(fields.i32()?);
        let committed_only = fields.i8()? == 1;
        let session_id = fields.i32()?;
        fields.i32()?; // session epoch
        let topics = fields.array(|fields| {
            Ok(Topic { name: fields.string()?.to_owned(), partitions: fields.array(read_wanted)? })
        })?;
        Ok(Self {
            correlation_id: header.correlation_id,
            max_wait,
            min_bytes,
            max_bytes,
            committed_only,
            session_id,
            topics,
        })
    }
}

fn read_wanted(fields: &mut Fields<'_>) -> Result<Wanted> {
    let partition = fields.i32()?;
    let leader_epoch = fields.i32()?;
    let offset = fields.i64()?;
    fields.i64()?; // the client's log start
    let max_bytes = to_size(fields.i32()?);
    Ok(Wanted { partition, leader_epoch, offset, max_bytes })
}

fn to_size(value: i32) -> usize {
    usize::try_from(value).unwrap_or(0)
}

/// An answer in the making: written fields between shared record batches.
pub(super) struct Answer {
    /// The frame after its length, in order.
    pub(super) pieces: Vec<Bytes>,
    /// Whether to send it now, or to wait for more records.
    pub(super) is_due: bool,
}

/// Makes the answer to `request` from the cluster as it stands.
pub(super) fn answer(request: &Request, cluster: &ClusterState) -> Answer {
    let mut pieces = Vec::new();
    let mut out = Writer::default();
    out.i32(request.correlation_id);
    out.i32(cluster.throttle_time_ms.get(&ApiKey::Fetch).copied().unwrap_or(0));
    out.i16(0);
    out.i32(request.session_id);
    out.count(request.topics.len());
    let mut sent = 0;
    let mut failed = false;
    for topic in &request.topics {
        out.string(&topic.name);
        out.count(topic.partitions.len());
        for wanted in &topic.partitions {
            let partition = cluster.partition(&topic.name, wanted.partition);
            match check(wanted, partition) {
                Ok(partition) => {
                    let room = Room { all: request.max_bytes, sent, partition: wanted.max_bytes };
                    let batches = select(partition, wanted.offset, request.committed_only, room);
                    let bytes = batches.iter().map(Bytes::len).sum::<usize>();
                    write_partition(&mut out, request, wanted, partition, bytes);
                    if bytes > 0 {
                        pieces.push(Bytes::from(std::mem::take(&mut out.0)));
                        pieces.extend(batches);
                    }
                    sent += bytes;
                }
                Err(code) => {
                    failed = true;
                    write_failure(&mut out, wanted, code, partition);
                }
            }
        }
    }
    pieces.push(Bytes::from(out.0));
    Answer { pieces, is_due: failed || sent >= request.min_bytes }
}

fn check<'a>(wanted: &Wanted, partition: Option<&'a PartitionState>) -> Result<&'a PartitionState, i16> {
    let partition = partition.ok_or(UNKNOWN_TOPIC_OR_PARTITION)?;
    let epoch = wanted.leader_epoch;
    if partition.leader != NODE {
        Err(NOT_LEADER)
    } else if epoch >= 0 && epoch < partition.leader_epoch {
        Err(FENCED_LEADER_EPOCH)
    } else if epoch > partition.leader_epoch {
        Err(UNKNOWN_LEADER_EPOCH)
    } else if wanted.offset > partition.next_offset || wanted.offset < partition.log_start_offset {
        Err(OFFSET_OUT_OF_RANGE)
    } else {
        Ok(partition)
    }
}

/// What an answer may still take.
struct Room {
    all: usize,
    sent: usize,
    partition: usize,
}

fn select(partition: &PartitionState, offset: i64, committed_only: bool, room: Room) -> Vec<Bytes> {
    let limit = if committed_only { stable_offset(partition) } else { partition.next_offset };
    let first = partition.log.partition_point(|batch| end_offset(batch) <= offset);
    let mut chosen = Vec::new();
    let mut taken = 0;
    for batch in &partition.log[first..] {
        let fits = taken + batch.len() <= room.partition && room.sent + taken + batch.len() <= room.all;
        let is_very_first = room.sent == 0 && taken == 0;
        if end_offset(batch) > limit || !(fits || is_very_first) {
            break;
        }
        taken += batch.len();
        chosen.push(batch.clone());
    }
    chosen
}

/// The first offset of the oldest open transaction, or the log's end.
pub(super) fn stable_offset(partition: &PartitionState) -> i64 {
    partition.open_transactions.values().copied().min().unwrap_or(partition.next_offset)
}

/// The offset after the last record of a stored batch.
pub(super) fn end_offset(batch: &Bytes) -> i64 {
    let base = batch.first_chunk().map_or(0, |bytes| i64::from_be_bytes(*bytes));
    let count = batch.get(BATCH_COUNT_AT..).and_then(|rest| rest.first_chunk());
    base + count.map_or(0, |bytes| i64::from(i32::from_be_bytes(*bytes)))
}

fn write_partition(
    out: &mut Writer,
    request: &Request,
    wanted: &Wanted,
    partition: &PartitionState,
    bytes: usize,
) {
    out.i32(wanted.partition);
    out.i16(0);
    out.i64(partition.next_offset);
    out.i64(stable_offset(partition));
    out.i64(partition.log_start_offset);
    let aborted = partition.aborted_transactions.iter().filter(|(_, _, marker)| *marker >= wanted.offset);
    let aborted: Vec<_> = if request.committed_only { aborted.collect() } else { Vec::new() };
    out.count(aborted.len());
    for (producer, first, _) in aborted {
        out.i64(*producer);
        out.i64(*first);
    }
    out.i32(-1); // no preferred replica
    out.count(bytes);
}

fn write_failure(out: &mut Writer, wanted: &Wanted, code: i16, partition: Option<&PartitionState>) {
    out.i32(wanted.partition);
    out.i16(code);
    out.i64(partition.map_or(0, |p| p.next_offset));
    out.i64(partition.map_or(0, stable_offset));
    out.i64(partition.map_or(0, |p| p.log_start_offset));
    out.count(0);
    out.i32(-1);
    out.count(0);
}

/// Drops whole batches from the front of each partition until it holds at most `bytes_max`, as retention does.
pub(super) fn retain(cluster: &mut ClusterState, bytes_max: usize) {
    let partitions = cluster.topics.values_mut().flat_map(|topic| topic.partitions.iter_mut());
    for partition in partitions {
        let mut held = partition.log.iter().map(Bytes::len).sum::<usize>();
        let mut dropped = 0;
        while held > bytes_max && dropped + 1 < partition.log.len() {
            held -= partition.log[dropped].len();
            partition.log_start_offset = end_offset(&partition.log[dropped]);
            dropped += 1;
        }
        partition.log.drain(..dropped);
    }
}

/// The log's end in each partition of `topic`.
pub(super) fn end_offsets(cluster: &ClusterState, topic: &str) -> HashMap<i32, i64> {
    let partitions = cluster.topics.get(topic).map_or(&[][..], |topic| &topic.partitions);
    (0..).zip(partitions).map(|(index, partition)| (index, partition.next_offset)).collect()
}
