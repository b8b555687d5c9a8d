/** Pages of a folder, as the server of the binary gives them: brotli where there is some, and the page of the app for its own paths. */
import { existsSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.woff2': 'font/woff2',
};

export const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

export function files(folder: string | undefined, request: IncomingMessage, response: ServerResponse): void {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  const isPage = path === '/' || /^\/(table|panel|dashboard)\//.test(path);
  const file = folder && join(folder, normalize(isPage ? '/index.html' : path));
  if (!file || !existsSync(file)) return void response.writeHead(404).end('there is no such page\n');
  const packed = existsSync(`${file}.br`) && String(request.headers['accept-encoding']).includes('br');
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': POLICY,
    'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    ...(packed ? { 'content-encoding': 'br' } : {}),
  });
  response.end(readFileSync(packed ? `${file}.br` : file));
}
