/** `npm run fake`: the fake server with the pages of `dist`, to look at the app without Rust. */
import { FakeServer } from './server.ts';
import { demoTables } from './demo.ts';

const server = new FakeServer({ port: Number(process.env.PORT ?? 10080), pages: 'dist', every: 50 }, demoTables());
console.log(`http://127.0.0.1:${await server.start()}/`);
