/** The colours and sizes of the grid, read once from custom properties of CSS whenever the theme changes. */
export interface Theme {
  font: string;
  fontBold: string;
  fontSmall: string;
  background: string;
  header: string;
  line: string;
  strongLine: string;
  text: string;
  dim: string;
  faint: string;
  accent: string;
  selection: string;
  hover: string;
  placeholder: string;
  flash: string;
  /** Between texts and what lies behind them, where a table has colours itself: at least. */
  contrast: number;
  /** How thick colours lie below texts, of 1. */
  tint: number;
  thumb: string;
  thumbHover: string;
  rowHeight: number;
  headerHeight: number;
  /** Of the row of inputs: with roomy rows as high as fingers need. */
  filterHeight: number;
  fontSize: number;
}

const FONT_SIZES: Record<number, number> = { 20: 12, 24: 13, 32: 14 };

export function readTheme(element: HTMLElement, rowHeight: number): Theme {
  const style = getComputedStyle(element);
  const read = (name: string, otherwise: string): string => style.getPropertyValue(`--${name}`).trim() || otherwise;
  const family = read('font', 'system-ui, sans-serif');
  const fontSize = FONT_SIZES[rowHeight] ?? 13;
  return {
    font: `400 ${fontSize}px ${family}`,
    fontBold: `600 ${fontSize}px ${family}`,
    fontSmall: `500 ${fontSize - 2.5}px ${family}`,
    background: read('grid-background', '#ffffff'),
    header: read('grid-header', '#f6f7f8'),
    line: read('grid-line', '#eceef0'),
    strongLine: read('grid-line-strong', '#d5d9dd'),
    text: read('text', '#14181d'),
    dim: read('text-dim', '#5b6570'),
    faint: read('text-faint', '#8b95a0'),
    accent: read('accent', '#0b6e66'),
    selection: read('grid-selection', 'rgba(11,110,102,.12)'),
    hover: read('grid-hover', 'rgba(20,24,29,.035)'),
    placeholder: read('grid-placeholder', '#eef0f2'),
    flash: read('grid-flash', 'rgba(11,110,102,.3)'),
    contrast: Number.parseFloat(read('grid-contrast', '4.5')) || 4.5,
    tint: Number.parseFloat(read('grid-tint', '0.3')) || 0.3,
    thumb: read('grid-thumb', 'rgba(91,101,112,.45)'),
    thumbHover: read('grid-thumb-hover', 'rgba(91,101,112,.8)'),
    rowHeight,
    headerHeight: rowHeight + 8,
    filterHeight: rowHeight >= 32 ? 46 : 30,
    fontSize,
  };
}
