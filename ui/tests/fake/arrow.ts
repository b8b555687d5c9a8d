/** Frames as a server of rt.v1 sends them. */
import { bool, Column, columnFromArray, type DataType, dateDay, duration, float32, float64, int16, int32, int64, int8, tableFromColumns, tableToIPC, timeNanosecond, timestamp, TimeUnit, uint16, utf8 } from '@uwdata/flechette';
import type { Cell, ColumnInfo } from '../../src/client/messages.ts';

function arrowType(type: string): { built: DataType; said: DataType } {
  const same = (type: DataType) => ({ built: type, said: type });
  switch (type) {
    case 'boolean': return same(bool());
    case 'byte': return same(int8());
    case 'short': return same(int16());
    case 'int': return same(int32());
    case 'long': return same(int64());
    case 'char': return same(uint16());
    case 'float': return same(float32());
    case 'double': return same(float64());
    case 'LocalDate': return { built: int32(), said: dateDay() };
    // The library builds times from milliseconds: the integers are built, and the type is said.
    case 'Instant':
    case 'ZonedDateTime': return { built: int64(), said: timestamp(TimeUnit.NANOSECOND, 'UTC') };
    case 'LocalDateTime': return { built: int64(), said: timestamp(TimeUnit.NANOSECOND, null) };
    case 'LocalTime': return { built: int64(), said: timeNanosecond() };
    case 'Duration': return { built: int64(), said: duration(TimeUnit.NANOSECOND) };
    default: return same(utf8());
  }
}

export function ipc(columns: { info: ColumnInfo; cells: Cell[] }[]): Uint8Array {
  const made: [string, Column<unknown>][] = columns.map(({ info, cells }) => {
    const { built, said } = arrowType(info.type);
    const column = columnFromArray(cells, built) as Column<unknown>;
    return [info.name, new Column(column.data as never, said)];
  });
  const bytes = tableToIPC(tableFromColumns(made), { format: 'stream' });
  if (!bytes) throw new Error('nothing was encoded');
  return bytes;
}

export function frame(header: object, columns: { info: ColumnInfo; cells: Cell[] }[]): Uint8Array {
  const said = new TextEncoder().encode(JSON.stringify(header));
  const start = Math.ceil((4 + said.length) / 8) * 8;
  const body = ipc(columns);
  const bytes = new Uint8Array(start + body.length);
  new DataView(bytes.buffer).setUint32(0, said.length, true);
  bytes.set(said, 4);
  bytes.set(body, start);
  return bytes;
}
