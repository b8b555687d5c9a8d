/**
 * Binary frames: `u32 header length | JSON header | zeros up to a multiple of 8 | Arrow IPC stream`.
 *
 * Cells are read straight from the buffers of the batch: the library would turn nanoseconds into milliseconds, and 64-bit integers
 * into numbers that round.
 */
import { type Batch, tableFromIPC, Type } from '@uwdata/flechette';
import type { BinaryHeader, Cell, ColumnCells } from './messages.ts';

const text = new TextDecoder('utf-8', { fatal: false });

/** A frame, its header and its cells apart. Throws if the bytes are no such frame. */
export function readFrame(buffer: ArrayBuffer): { header: BinaryHeader; columns: ColumnCells[] } {
  if (buffer.byteLength < 4) throw new Error('a binary frame is shorter than the length of its header');
  const length = new DataView(buffer).getUint32(0, true);
  const body = Math.ceil((4 + length) / 8) * 8;
  if (body > buffer.byteLength) throw new Error(`the header of a binary frame has ${length} bytes, but the frame ends before`);
  const header = JSON.parse(text.decode(new Uint8Array(buffer, 4, length))) as BinaryHeader;
  const table = tableFromIPC(new Uint8Array(buffer, body));
  const columns = table.schema.fields.map((field, index) => {
    const cells: Cell[] = [];
    for (const batch of table.children[index].data) readBatch(batch, cells);
    return { name: field.name, cells };
  });
  return { header, columns };
}

/** Appends the cells of a batch. The one decision about its type is here; the loops below have none. */
function readBatch(batch: Batch<unknown>, out: Cell[]): void {
  const { length, nullCount, type, validity } = batch as Batch<unknown> & Buffers;
  const start = out.length;
  switch (type.typeId) {
    case Type.Utf8:
      readTexts(batch as unknown as Buffers, length, out);
      break;
    case Type.Bool: {
      const bits = (batch as unknown as Buffers).values as Uint8Array;
      for (let i = 0; i < length; i++) out.push((bits[i >> 3] & (1 << (i & 7))) !== 0);
      break;
    }
    case Type.Int:
    case Type.Float:
    case Type.Date:
    case Type.Time:
    case Type.Duration:
    case Type.Timestamp: {
      const values = (batch as unknown as Buffers).values;
      for (let i = 0; i < length; i++) out.push(values[i]);
      break;
    }
    default:
      throw new Error(`a column of a frame has the Arrow type ${type.typeId}, which rt.v1 does not send`);
  }
  if (nullCount && validity) {
    for (let i = 0; i < length; i++) if (!(validity[i >> 3] & (1 << (i & 7)))) out[start + i] = null;
  }
}

interface Buffers {
  values: Uint8Array | Int32Array | Float64Array | BigInt64Array;
  offsets: Int32Array;
  validity?: Uint8Array;
}

/** One decoding for the whole column where it is ASCII: offsets of bytes are then offsets of characters. */
function readTexts(batch: Buffers, length: number, out: Cell[]): void {
  const bytes = batch.values as Uint8Array;
  const { offsets } = batch;
  const [from, to] = [offsets[0] ?? 0, offsets[length] ?? 0];
  const whole = text.decode(bytes.subarray(from, to));
  const plain = whole.length === to - from;
  for (let i = 0; i < length; i++) {
    const [begin, end] = [offsets[i], offsets[i + 1]];
    out.push(plain ? whole.slice(begin - from, end - from) : text.decode(bytes.subarray(begin, end)));
  }
}
