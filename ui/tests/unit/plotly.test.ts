/** Figures of plotly: what is read of them, their colours, and what a page does not fetch for them. */
import { expect, test } from 'vitest';
import type { ChartLook } from '../../src/charts/look.ts';
import { lacking, readPlotly, themed } from '../../src/charts/plotly.ts';

const look: ChartLook = { font: 'Plex', text: '#eeeeee', dim: '#999999', line: '#333333', background: '#101010', accent: '#0000ff', series: [], up: '#00ff00', down: '#ff0000' };
const read = (figure: object, theme = 'page') => readPlotly({ figure, theme });

test('what is no figure is none, and a title has no marks', () => {
  for (const value of [null, 5, [], {}, { figure: [] }, { figure: { layout: {} } }, { figure: { data: {} } }]) expect(readPlotly(value)).toBeNull();
  expect(read({ data: [] })).toEqual({ data: [], layout: {}, frames: [], isThemed: true, title: null });
  expect(read({ data: [], layout: { title: { text: '<b>Two</b><br>lines  &lt; 3 <a href="javascript:alert(1)">x</a>' } } }, 'own')).toMatchObject({ isThemed: false, title: 'Two lines &lt; 3 x' });
  expect(read({ data: [], layout: { title: 'a < b > c' } })?.title).toBe('a < b > c');
  expect(read({ data: [], layout: { title: { text: `<${'a'.repeat(100_000)}` } } })?.title).toHaveLength(200);
  expect(read({ data: [], layout: { title: { text: 7 } }, frames: 'x' })).toMatchObject({ title: null, frames: [] });
});

test('ground, text and lines are those of the page, colours of data are not', () => {
  const scale = [[0, '#E5ECF6'], [1, 'white']];
  const template = {
    data: { bar: [{ error_x: { color: '#2a3f5f' }, marker: { line: { color: '#E5ECF6' } } }], heatmap: [{ colorscale: scale }], table: [{ header: { fill: { color: '#C8D4E3' } }, cells: { fill: { color: '#EBF0F8' }, line: { color: 'white' } } }] },
    layout: { colorway: ['#636efa', 'white'], font: { color: '#2a3f5f', size: 14 }, paper_bgcolor: 'white', plot_bgcolor: '#E5ECF6', xaxis: { gridcolor: 'white', automargin: true }, geo: { bgcolor: 'white', landcolor: '#E5ECF6', lakecolor: 'white' }, colorscale: { sequential: scale } },
  };
  const made = themed(template, look) as typeof template;
  expect(made.data).toEqual({
    bar: [{ error_x: { color: '#eeeeee' }, marker: { line: { color: '#101010' } } }], heatmap: [{ colorscale: scale }], table: [{ header: { fill: { color: '#333333' } }, cells: { fill: { color: '#101010' }, line: { color: '#333333' } } }],
  });
  expect(made.layout).toMatchObject({
    colorway: ['#636efa', 'white'], font: { color: '#eeeeee', size: 14, family: 'Plex' }, paper_bgcolor: '#101010', plot_bgcolor: '#101010', xaxis: { gridcolor: '#333333', automargin: true },
    geo: { bgcolor: '#101010', landcolor: '#333333', lakecolor: '#101010' }, colorscale: { sequential: scale },
  });
  expect(themed(undefined, look)).toMatchObject({ layout: { paper_bgcolor: '#101010' } });
  expect(template.layout.paper_bgcolor).toBe('white');
});

test('it is said which maps lack their ground', () => {
  const said = (types: string[], layout = {}): string | null => lacking(read({ data: types.map((type) => ({ type })), layout }) ?? (undefined as never));
  expect(said(['scatter', 'heatmap', 'surface'])).toBeNull();
  expect(said(['scatter', 'choropleth'])).toMatch(/^Coasts and countries/);
  expect(said(['scattermap'])).toMatch(/^The ground of maps/);
  expect(said(['scattermap'], { map: { style: 'white-bg' }, map2: { style: 'open-street-map' } })).toMatch(/^The ground of maps/);
  expect(said(['scattermap'], { map: { style: 'white-bg' } })).toBeNull();
});
