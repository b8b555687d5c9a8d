/** The licences of what is in `dist`, brotli beside every file that gets smaller by it, and what the first visit costs. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

const folder = new URL('../dist/', import.meta.url).pathname;
const packages = Object.keys(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).dependencies);
/** Packages that come without the text of their licence. */
const texts = { '@lumino/widgets': 'lumino.txt' };
const licences = [...packages, '@preact/signals-core', 'zrender', 'tslib'].map((name) => {
  // What others need of their own may lie below them.
  const at = [`../node_modules/${name}/`, `../node_modules/echarts/node_modules/${name}/`].map((path) => new URL(path, import.meta.url)).find((url) => existsSync(url));
  if (!at) throw new Error(`${name} is not installed`);
  const file = texts[name] ? new URL(`licences/${texts[name]}`, import.meta.url) : ['LICENSE', 'LICENSE.txt'].map((one) => new URL(one, at)).find((url) => existsSync(url));
  if (!file) throw new Error(`${name} has no licence beside it`);
  // A built package names what it was built of in its own comments.
  const main = name.startsWith('plotly.js') ? readFileSync(new URL(JSON.parse(readFileSync(new URL('package.json', at), 'utf8')).main, at), 'utf8') : '';
  const within = [...new Set(main.match(/\/\*[\s\S]{20,4000}?\*\//g) ?? [])].filter((text) => /licen[sc]e|copyright/i.test(text)).map((text) => `\n${text}\n`);
  const notice = existsSync(new URL('NOTICE', at)) ? `${readFileSync(new URL('NOTICE', at), 'utf8').trim()}\n\n` : '';
  return `${name} ${JSON.parse(readFileSync(new URL('package.json', at), 'utf8')).version}\n\n${notice}${readFileSync(file, 'utf8').trim()}\n${within.join('')}`;
});
writeFileSync(join(folder, 'licences.txt'), licences.join('\n\n'));

/** What the page asks for at once: itself, and what its scripts import without being asked to. */
const first = new Set(['index.html', 'icon.svg']);
const follow = (file) => {
  if (first.has(file) || !statSync(join(folder, file), { throwIfNoEntry: false })) return;
  first.add(file);
  if (!file.endsWith('.js')) return;
  for (const [, name] of readFileSync(join(folder, file), 'utf8').matchAll(/(?:\bfrom|\bimport)\s*["'`]\.\/([^"'`]+)["'`]/g)) follow(`assets/${name}`);
};
for (const [, file] of readFileSync(join(folder, 'index.html'), 'utf8').matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)) follow(file);

const files = readdirSync(folder, { recursive: true }).map(String).filter((file) => statSync(join(folder, file)).isFile() && !file.endsWith('.br'));
let sum = 0;
for (const file of files.sort()) {
  const bytes = readFileSync(join(folder, file));
  const packed = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
  const isSmaller = packed.length < bytes.length * 0.95;
  if (isSmaller) writeFileSync(join(folder, `${file}.br`), packed);
  const sent = isSmaller ? packed.length : bytes.length;
  // Subsets of the font are asked for by pages with their letters, licences by nobody, and parts of the app when they are shown.
  const isFirst = first.has(file) || /latin-wght/.test(file);
  if (isFirst) sum += sent;
  console.log(`${String(sent).padStart(8)}  ${file}${isFirst ? '' : '  (on demand)'}`);
}
console.log(`${String(sum).padStart(8)}  bytes for the first visit`);
