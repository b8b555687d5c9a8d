/** Brotli beside every file of `dist` that gets smaller by it, and what the first visit costs. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

const folder = new URL('../dist/', import.meta.url).pathname;
const files = readdirSync(folder, { recursive: true }).map(String).filter((file) => statSync(join(folder, file)).isFile() && !file.endsWith('.br'));
let sum = 0;
for (const file of files.sort()) {
  const bytes = readFileSync(join(folder, file));
  const packed = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
  const isSmaller = packed.length < bytes.length * 0.95;
  if (isSmaller) writeFileSync(join(folder, `${file}.br`), packed);
  const sent = isSmaller ? packed.length : bytes.length;
  // Subsets of the font that a page without their letters never asks for.
  const isFirst = !/cyrillic|greek|vietnamese|latin-ext/.test(file);
  if (isFirst) sum += sent;
  console.log(`${String(sent).padStart(8)}  ${file}${isFirst ? '' : '  (on demand)'}`);
}
console.log(`${String(sum).padStart(8)}  bytes for the first visit`);
