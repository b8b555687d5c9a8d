import { describe, expect, test } from 'vitest';
import { numberText, timeTexts } from '../../src/charts/axes.ts';
import { toData, type TreeNode } from '../../src/charts/data.ts';
import { type Figure, readFigure } from '../../src/charts/figure.ts';
import { asFigure } from '../../src/charts/figurecode.ts';
import { merged } from '../../src/charts/merge.ts';
import { chartOps } from '../../src/charts/ops.ts';
import { markTexts, patternNumber, patternTime, placeText } from '../../src/charts/patterns.ts';
import { asKind, chartOf, type ChartSpec, intervalFor, KINDS } from '../../src/charts/spec.ts';
import type { Cell, ColumnInfo } from '../../src/client/index.ts';
import { asPython } from '../../src/client/index.ts';
import { alone, hoverOf, toggled } from '../../src/app/charts/words.ts';

const COLUMNS: ColumnInfo[] = [{ name: 'Time', type: 'Instant' }, { name: 'Sym', type: 'String' }, { name: 'Price', type: 'double' }, { name: 'Size', type: 'long' }];
const ALL = ['m4', 'by', 'bins', 'ohlc'];
const line = chartOf('Price', COLUMNS, ALL) as ChartSpec;
const source = (columns: Record<string, Cell[]>, infos = COLUMNS) => ({ columns: new Map(Object.entries(columns)), infos, zone: 'UTC', show: (_: string, cell: Cell) => String(cell) });

describe('the chart of a column', () => {
  test('over the first times; else over rows; texts are counted', () => {
    expect(line).toMatchObject({ kind: 'line', x: 'Time', ys: ['Price'] });
    expect(chartOf('Price', COLUMNS.slice(1), ALL)).toMatchObject({ kind: 'line', x: null });
    expect(chartOf('Sym', COLUMNS, ALL)).toMatchObject({ kind: 'bar', x: 'Sym', ys: [], agg: 'count' });
    expect(chartOf('Time', COLUMNS, ALL)).toMatchObject({ kind: 'histogram', x: 'Time' });
  });

  test('only of what the server knows', () => {
    expect(chartOf('Price', COLUMNS, ['bins'])).toMatchObject({ kind: 'histogram' });
    expect(chartOf('Price', COLUMNS, [])).toBeNull();
  });

  test('every kind to every other, and none asks for a column that there is not', () => {
    for (const from of KINDS) {
      for (const to of KINDS) {
        const made = asKind(line, from, COLUMNS);
        const next = made && asKind(made, to, COLUMNS);
        if (!next) continue;
        expect(next.kind).toBe(to);
        for (const name of [next.x, next.by, ...next.ys]) if (name !== null) expect(COLUMNS.some((info) => info.name === name)).toBe(true);
      }
    }
    expect(asKind(line, 'heat', COLUMNS.slice(0, 1))).toBeNull();
  });
});

test('what is asked of the server', () => {
  expect(chartOps(line, COLUMNS, 800, null)).toEqual([{ m4: { x: 'Time', ys: ['Price'], by: undefined, px: 800 } }]);
  expect(chartOps(line, COLUMNS, 800, { from: 1000.5, to: 2000, span: 1 })[0]).toMatchObject({ m4: { from: '1000500000', to: '2000000000' } });
  expect(chartOps({ ...line, x: null }, COLUMNS, 800, null)[0]).toEqual({ custom: ['Row = ii'] });
  expect(chartOps({ ...line, x: 'Size' }, COLUMNS, 800, { from: 1.2, to: null, span: 1 })[0]).toMatchObject({ m4: { from: '1' } });
  const bar = asKind({ ...line, by: null }, 'bar', COLUMNS) as ChartSpec;
  expect(chartOps(bar, COLUMNS, 1, null)).toEqual([{ by: { keys: ['Sym'], aggs: [['avg', 'Price', 'Price']] } }, { sort: [['Price', 'desc'], ['Sym', 'asc']] }]);
  // A column that is grouped by is not written over.
  expect(chartOps({ ...bar, x: 'Size', ys: ['Size'] }, COLUMNS, 1, null)[0]).toEqual({ by: { keys: ['Size'], aggs: [['avg', 'Size_avg', 'Size']] } });
});

describe('what is drawn', () => {
  test('nulls are gaps, rows without x are left out, ns are ms with a rest', () => {
    const data = toData(line, source({ Time: [1_500_000n, null, 3_000_000n], Price: [1, 2, null] }));
    expect(data).toMatchObject({ axis: 'time', xs: [1.5, 3] });
    expect(data.series[0].values).toEqual([1, null]);
  });

  test('a series a group: other groups leave no gap in it', () => {
    const data = toData({ ...line, by: 'Sym' }, source({ Time: [1n, 2n, 3n], Sym: ['b', 'a', 'b'], Price: [1, 2, null] }));
    expect(data.series.map(({ name, values }) => [name, values])).toEqual([['a', [undefined, 2, undefined]], ['b', [1, undefined, null]]]);
  });

  test('more groups than can be told apart are said', () => {
    const n = 40;
    const data = toData({ ...line, by: 'Sym' }, source({ Time: Array.from({ length: n }, (_, i) => BigInt(i)), Sym: Array.from({ length: n }, (_, i) => `s${i}`), Price: new Array(n).fill(1) }));
    expect([data.series.length, data.hidden]).toEqual([24, 16]);
  });

  test('bins are put in order, and those without rows are 0', () => {
    const infos: ColumnInfo[] = [{ name: 'Low', type: 'double' }, { name: 'High', type: 'double' }, { name: 'Count', type: 'long' }, { name: 'Sym', type: 'String' }];
    const spec: ChartSpec = { ...line, kind: 'histogram', x: 'Price', ys: [], by: 'Sym' };
    const data = toData(spec, source({ Low: [2, 0, 2], High: [4, 2, 4], Count: [5n, 1n, 2n], Sym: ['a', 'b', 'b'] }, infos));
    expect([data.xs, data.highs]).toEqual([[0, 2], [2, 4]]);
    expect(data.series.map(({ values }) => values)).toEqual([[0, 5], [1, 2]]);
  });
});

test('texts of axes', () => {
  expect(timeTexts([0, 60_000], 60_000, 'UTC')).toEqual(['00:00\n1970-01-01', '00:01']);
  expect(timeTexts([0, 86_400_000], 86_400_000, 'UTC')).toEqual(['1970-01-01', '1970-01-02']);
  expect(timeTexts([0, 500], 500, 'Asia/Tokyo')).toEqual(['09:00:00.000\n1970-01-01', '09:00:00.500']);
  expect([numberText(-1234.5), numberText(2_500_000, 500_000), numberText(0)]).toEqual(['−1,234.5', '2.5 M', '0']);
  expect([intervalFor(60_000), intervalFor(3_600_000), intervalFor(1e15)]).toEqual(['1000000000', '60000000000', '86400000000000']);
});

test('as Python', () => {
  expect(asFigure('trades', [{ where: 'Price > 5' }], { ...line, by: 'Sym', kind: 'scatter' })).toBe(
    'from kinetable.plot import Figure, PlotStyle\n\nscatter_chart = (\n    Figure()\n    .axes(plot_style=PlotStyle.SCATTER)\n    .plot_xy(series_name="Price", t=trades.where("Price > 5"), x="Time", y="Price", by=["Sym"])\n    .show()\n)',
  );
  expect(asFigure('t', [], { ...line, kind: 'candlestick', every: '60000000000' })).toContain(
    't=t.update_view("Interval = lowerBin(Time, 60000000000L)").agg_by([agg.first("Open = Price"), agg.max_("High = Price"), agg.min_("Low = Price"), agg.last("Close = Price")], by="Interval"), x="Interval"',
  );
  expect(asPython('t', [{ by: { keys: ['A', 'B'], aggs: [['sum', 'Total', 'X'], ['count', 'N']] } }, { distinct: ['A'] }])).toBe(
    'from kinetable import agg\n\nt.agg_by([agg.sum_("Total = X"), agg.count_("N")], by=["A", "B"]).select_distinct("A")',
  );
});

describe('figures', () => {
  const given = (series: object): object => ({ rows: 1, cols: 1, charts: [{ row: 0, col: 0, series: [series] }] });

  test('whatever comes is read as far as it can be', () => {
    for (const value of [null, 5, 'text', [], {}, { charts: 5 }]) expect(readFigure(value)).toBeNull();
    const figure = readFigure({ rows: 1e9, cols: -1, charts: [{ row: 99, col: 'x', row_span: 1e9, x: { min: '1000000', max: 'late' }, series: [null, { style: 'sundial' }, { style: 'line', columns: { x: 5, y: 'Y', z: 'Z' }, color: 'url(x)', bins: 0 }] }, null] });
    expect(figure).toMatchObject({ rows: 12, cols: 1, charts: [{ row: 11, col: 0, rowSpan: 1, x: { min: 1 }, series: [{ style: 'line', columns: { y: 'Y' }, bins: 30 }] }, { series: [] }] });
    expect(figure?.charts[0].x.max).toBeUndefined();
    expect(figure?.charts[0].series[0].color).toBeUndefined();
  });

  test('series with rows of their own are put along one axis', () => {
    const figure = readFigure(given({ style: 'line', name: 'a', table: 0, columns: { x: 'Size', y: 'Price' } })) as Figure;
    const part = (xs: bigint[], ys: number[]) => ({ series: figure.charts[0].series[0], columns: new Map<string, Cell[]>([['Size', xs], ['Price', ys]]), infos: COLUMNS });
    const data = merged(figure.charts[0], [part([1n, 3n], [1, 3]), part([2n, 3n], [20, 30])], 'UTC', () => '');
    expect(data.xs).toEqual([1, 2, 3, 3]);
    expect(data.series.map(({ values }) => values)).toEqual([[1, undefined, 3, undefined], [undefined, 20, undefined, 30]]);
  });

  test('a tree map whose rows are below each other in a ring has an end', () => {
    const figure = readFigure(given({ style: 'treemap', name: 't', table: 0, columns: { id: 'Sym', parent: 'Up' } })) as Figure;
    const data = merged(figure.charts[0], [{ series: figure.charts[0].series[0], columns: new Map<string, Cell[]>([['Sym', ['a', 'b', 'c']], ['Up', ['b', 'a', 'a']]]), infos: COLUMNS }], 'UTC', () => '');
    const count = (nodes: TreeNode[]): number => nodes.reduce((sum, node) => sum + 1 + count(node.children), 0);
    expect(count(data.tree ?? [])).toBe(3);
  });

  const several = (series: object[], more: object = {}): Figure => readFigure({ charts: [{ row: 0, col: 0, series, ...more }] }) as Figure;
  const parts = (figure: Figure, infos: ColumnInfo[], ...rows: Record<string, Cell[]>[]) => figure.charts[0].series.map((one, i) => ({ series: one, columns: new Map(Object.entries(rows[i] ?? rows[0])), infos }));
  const show = (_: unknown, __: string, cell: Cell): string => String(cell);
  const CANDLES: ColumnInfo[] = [{ name: 'T', type: 'long' }, ...['O', 'H', 'L', 'C'].map((name) => ({ name, type: 'double' })), { name: 'K', type: 'String' }];
  const ohlc = { style: 'ohlc', table: 0, columns: { x: 'T', open: 'O', high: 'H', low: 'L', close: 'C' } };
  const bars = { T: [1n, 2n, 3n], O: [1, 2, 3], H: [4, 5, 6], L: [0, 1, 2], C: [2, 3, 1], K: ['b', 'a', 'b'] };

  test('candles and a line in one chart, whichever comes first', () => {
    for (const order of [[{ ...ohlc, name: 'o' }, { style: 'line', name: 'a', table: 0, columns: { x: 'T', y: 'C' } }], [{ style: 'line', name: 'a', table: 0, columns: { x: 'T', y: 'C' } }, { ...ohlc, name: 'o' }]]) {
      const figure = several(order);
      const data = merged(figure.charts[0], parts(figure, CANDLES, bars), 'UTC', show);
      const there = (name: string, list: 'values' | 'opens' | 'lows' | 'ups') => data.series.find((one) => one.name === name)?.[list]?.filter((value) => value !== undefined);
      expect([there('a', 'values'), there('o', 'values')]).toEqual([[2, 3, 1], [2, 3, 1]]);
      expect([there('o', 'opens'), there('o', 'lows'), there('o', 'ups')]).toEqual([[1, 2, 3], [0, 1, 2], [4, 5, 6]]);
      expect(data.series.map(({ style }) => style).sort()).toEqual(['candlestick', 'line']);
    }
  });

  test('candles of several keys are a series each', () => {
    const figure = several([{ ...ohlc, name: 'o', by: ['K'] }]);
    const data = merged(figure.charts[0], parts(figure, CANDLES, bars), 'UTC', show);
    expect(data.series.map(({ name, opens }) => [name, opens])).toEqual([['a', [undefined, 2, undefined]], ['b', [1, undefined, 3]]]);
    expect(hoverOf(data, [1, 1, 0])).toEqual({ x: '2', values: ['2 → 3, 1 – 5', '1 → 2, 0 – 4'] });
  });

  test('the ends of categories, and values that are times', () => {
    const infos: ColumnInfo[] = [{ name: 'K', type: 'String' }, { name: 'Y', type: 'Instant' }, { name: 'Low', type: 'Instant' }, { name: 'High', type: 'Instant' }];
    const figure = several([{ style: 'error_bar', name: 'when', table: 0, columns: { category: 'K', y: 'Y', y_low: 'Low', y_high: 'High' } }], { y: { time: true } });
    const data = merged(figure.charts[0], parts(figure, infos, { K: ['a', 'b'], Y: [1_000_000n, 2_000_000n], Low: [0n, null], High: [3_000_000n, 4_000_000n] }), 'Asia/Tokyo', show);
    expect(data.series[0]).toMatchObject({ values: [1, 2], lows: [0, null], ups: [3, 4] });
    expect(data.yZones).toEqual({ left: 'Asia/Tokyo' });
    expect(hoverOf(data, [0, 0])?.values).toEqual(['1970-01-01 09:00:00.001']);
  });

  test('a tree map without sizes: what has nothing within is 1', () => {
    const figure = several([{ style: 'treemap', name: 't', table: 0, columns: { id: 'Sym', parent: 'Up' } }]);
    const data = merged(figure.charts[0], parts(figure, COLUMNS, { Sym: ['all', 'x', 'y'], Up: [null, 'all', 'all'] }), 'UTC', show);
    expect(data.tree).toEqual([{ name: 'all', value: 0, children: [{ name: 'x', value: 1, children: [] }, { name: 'y', value: 1, children: [] }] }]);
  });

  test('keys that are not drawn are counted; series of one name are told apart', () => {
    const n = 30;
    const figure = several([{ style: 'bar', name: 'n', table: 0, columns: { category: 'Sym', y: 'Price' }, by: ['Sym'] }]);
    const data = merged(figure.charts[0], parts(figure, COLUMNS, { Sym: Array.from({ length: n * 2 }, (_, i) => `s${i % n}`), Price: new Array(n * 2).fill(1) }), 'UTC', show);
    expect([data.series.length, data.hidden]).toEqual([24, 6]);
    const two = several([{ style: 'line', name: 'p', table: 0, columns: { x: 'Size', y: 'Price' } }, { style: 'line', name: 'p', table: 0, columns: { x: 'Size', y: 'Price' } }]);
    expect(merged(two.charts[0], parts(two, COLUMNS, { Size: [1n], Price: [1] }), 'UTC', show).series.map(({ name }) => name)).toEqual(['p', 'p (2)']);
  });

  test('patterns and clocks of axes are read, and what is neither is left out', () => {
    const [chart] = several([{ style: 'line', name: 'a', table: 0, columns: { x: 'Time', y: 'Price' } }], { x: { format: 'HH:mm', zone: 'Asia/Tokyo' }, y: { format: '#,##0.00 €', zone: 'Mars/Base' } }).charts;
    expect(chart).toMatchObject({ x: { format: 'HH:mm', zone: 'Asia/Tokyo' }, y: { format: '#,##0.00 €' } });
    expect(chart.y.zone).toBeUndefined();
    const data = merged(chart, [{ series: chart.series[0], columns: new Map<string, Cell[]>([['Time', [3_600_000_000_000n]], ['Price', [1234.5]]]), infos: COLUMNS }], 'UTC', show);
    expect(data.zone).toBe('Asia/Tokyo');
    expect(hoverOf(data, [0, 0], chart)).toEqual({ x: '10:00', values: ['1,234.50 €'] });
  });
});

describe('patterns', () => {
  test('of numbers', () => {
    const by = (pattern: string, ...values: number[]) => values.map((value) => patternNumber(pattern, value));
    expect(by('#,##0.00', 1234567.891, -0.5, -0.001)).toEqual(['1,234,567.89', '−0.50', '0.00']);
    expect(by('0.0%', 0.1234)).toEqual(['12.3%']);
    expect(by('0.##', 1.5, 2)).toEqual(['1.5', '2']);
    expect(by('$000', 7)).toEqual(['$007']);
    expect(by('text', 7)).toEqual(['text']);
  });

  test('of times', () => {
    const at = Date.UTC(2024, 4, 1, 14, 7, 8, 123);
    expect(patternTime('yyyy-MM-dd HH:mm:ss.SSS', at, 'UTC')).toBe('2024-05-01 14:07:08.123');
    expect(patternTime("EEE d MMM yy, h:mm a 'o''clock'", at, 'Asia/Tokyo')).toBe('Wed 1 May 24, 11:07 PM oclock');
    expect(patternTime('H', Number.NaN, 'UTC')).toBe('');
  });

  test('along an axis; without one as before', () => {
    expect(markTexts([0, null, 1000], 1000, null, '0.0')).toEqual(['0.0', '', '1000.0']);
    expect(markTexts([0, 60_000], 60_000, 'UTC', undefined)).toEqual(['00:00\n1970-01-01', '00:01']);
    expect(placeText(0.1 + 0.2, null, undefined)).toBe('0.3');
  });
});

test('series are taken out, put back, and alone', () => {
  expect([...toggled(new Set(['a']), 'a')]).toEqual([]);
  expect([...toggled(new Set(), 'a')]).toEqual(['a']);
  expect([...alone(new Set(), ['a', 'b', 'c'], 'b')]).toEqual(['a', 'c']);
  expect([...alone(new Set(['a', 'c']), ['a', 'b', 'c'], 'b')]).toEqual([]);
});
