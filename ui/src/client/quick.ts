/**
 * The texts of the filter row, as formulas.
 *
 * | text | means |
 * |---|---|
 * | `5`, `=5`, `==5` | equal; of text columns plain text is looked for anywhere, in any case |
 * | `!=5`, `!5`, `>5`, `>=5`, `<5`, `<=5` | compared |
 * | `a*`, `*a`, `*a*` | texts that begin, end, contain, in any case |
 * | `in x, y` · `not in x, y` | one of them |
 * | `null`, `!null` | without a value, with one |
 * | `2024-05`, `>2024-05-01 10:00` | times: a span where it is cut short; read in the time zone that is shown |
 * | `>1 && <5`, `a* \|\| b*` | both; either |
 */
import { instantLiteral, instantSpan } from './moments.ts';

/** `part`: what of the text is wrong; all of it, if it is not known. */
export class FilterError extends Error {
  constructor(message: string, readonly part?: string) {
    super(message);
  }
}

const NUMBERS = new Set(['byte', 'short', 'int', 'long', 'float', 'double', 'BigInteger', 'BigDecimal']);
const TIMES = new Set(['Instant', 'ZonedDateTime']);
const COMPARISON = /^(>=|<=|!=|==|=|>|<|!(?!null\b|=))\s*(.*)$/s;

/** The formula of a text for a column; null of an empty text. Throws `FilterError` with what is to be done. */
export function quickFilter(column: string, type: string, text: string, zone = 'UTC'): string | null {
  const whole = text.trim();
  if (!whole) return null;
  const either = whole.split('||').map((some) => all(some.split('&&').map((one) => term(column, type, one.trim(), zone)), ' && '));
  return all(either, ' || ');
}

/** Each in parentheses where there are several: only so are `in` and `includes` parts of a formula. */
function all(terms: string[], sign: string): string {
  return terms.length === 1 ? terms[0] : terms.map((one) => (one.startsWith('(') ? one : `(${one})`)).join(sign);
}

function term(column: string, type: string, text: string, zone: string): string {
  if (!text) throw new FilterError('something is missing beside && or ||');
  if (/^!\s*null$/i.test(text)) return `!isNull(${column})`;
  if (/^=*\s*null$/i.test(text)) return `isNull(${column})`;
  const list = /^(not\s+)?in\s+(.+)$/is.exec(text);
  if (list) return oneOf(column, type, list[1] !== undefined, list[2], zone);
  const [, sign, rest] = COMPARISON.exec(text) ?? [null, '', text];
  if (sign && !rest) throw new FilterError(`a value is missing after ${sign}`, text);
  if (type === 'String') return ofText(column, sign ?? '', rest);
  const operator = { '': '==', '=': '==', '!': '!=' }[sign ?? ''] ?? (sign as string);
  if (TIMES.has(type)) return ofTime(column, operator, rest, zone);
  return `${column} ${operator} ${literal(type, rest)}`;
}

function oneOf(column: string, type: string, not: boolean, text: string, zone: string): string {
  const items = text.split(',').map((item) => item.trim()).filter(Boolean);
  if (!items.length) throw new FilterError('values are missing after in');
  if (TIMES.has(type)) {
    const any = items.map((item) => ofTime(column, '==', item, zone)).join(' || ');
    return not ? `!(${any})` : `(${any})`;
  }
  return `${column} ${not ? 'not in' : 'in'} ${items.map((item) => literal(type, item)).join(', ')}`;
}

function ofText(column: string, sign: string, rest: string): string {
  if (sign && sign !== '!') return `${column} ${sign === '=' ? '==' : sign} ${quoted(rest)}`;
  const negation = sign === '!' ? '!' : '';
  const [begins, ends] = [rest.endsWith('*') && rest.length > 1, rest.startsWith('*') && rest.length > 1];
  const core = rest.slice(ends ? 1 : 0, begins ? -1 : undefined);
  if (begins !== ends) {
    // Cells may be null, and a condition may not: equality comes first.
    const method = begins ? 'startsWith' : 'endsWith';
    return `${negation}(!isNull(${column}) && ${column}.toLowerCase().${method}(${quoted(core.toLowerCase())}))`;
  }
  return sign === '!' ? `${column} icase not includes ${quoted(core)}` : `${column} icase includes ${quoted(core)}`;
}

function ofTime(column: string, operator: string, text: string, zone: string): string {
  const span = instantSpan(text, zone);
  if (!span) throw new FilterError(`"${text}" is no time: 2024-05, 2024-05-01, 2024-05-01 10:30, 2024-05-01 10:30:00.5`, text);
  const [start, end] = span.map(instantLiteral);
  switch (operator) {
    case '==': return `(${column} >= ${start} && ${column} < ${end})`;
    case '!=': return `!(${column} >= ${start} && ${column} < ${end})`;
    case '>': return `${column} >= ${end}`;
    case '<=': return `${column} < ${end}`;
    default: return `${column} ${operator} ${start}`;
  }
}

/** A value as formulas write it. */
export function literal(type: string, text: string): string {
  if (NUMBERS.has(type)) {
    const plain = text.replaceAll(/[,_\s](?=\d{3}\b)/g, '');
    if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return plain.replace(/^\+/, '').replace(/^(-?)\./, '$10.');
    throw new FilterError(`"${text}" is no number: 105, >105, >=1 && <5, in 1, 2, null`, text);
  }
  switch (type) {
    case 'String': return quoted(text);
    case 'boolean':
      if (/^(true|false)$/i.test(text)) return text.toLowerCase();
      throw new FilterError(`"${text}" is neither true nor false`, text);
    case 'char':
      if (text.length === 1) return text === "'" || text === '\\' ? `'\\${text}'` : `'${text}'`;
      throw new FilterError(`"${text}" is not one character`, text);
    case 'LocalDate':
      if (/^\d{4}-\d\d-\d\d$/.test(text)) return `'${text}'`;
      throw new FilterError(`"${text}" is no date: 2024-05-01`, text);
    case 'LocalTime':
      if (/^\d\d:\d\d(:\d\d(\.\d{1,9})?)?$/.test(text)) return `'${text.length === 5 ? `${text}:00` : text}'`;
      throw new FilterError(`"${text}" is no time of day: 10:30, 10:30:00.5`, text);
    case 'Duration':
      if (/^-?P(T?[\d.]+[DHMS])+$/i.test(text) || /^PT\d+:\d\d(:\d\d(\.\d+)?)?$/i.test(text)) return `'${text}'`;
      throw new FilterError(`"${text}" is no duration: PT1h30m, PT00:00:01`, text);
    default:
      throw new FilterError(`columns of ${type} are filtered by null and !null alone`);
  }
}

/** Text in backticks, in which formulas know the escapes of Java. */
export function quoted(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');
  return `\`${escaped}\``;
}
