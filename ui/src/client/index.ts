export { Client } from './client.ts';
export { Connection, type Credentials, type Phase } from './connection.ts';
export { readFrame } from './frame.ts';
export type * from './messages.ts';
export { formatInstant, instantLiteral, instantSpan, isZone, zoneOffset } from './moments.ts';
export { type Changed, Page } from './page.ts';
export { asPython } from './python.ts';
export { FilterError, literal, quickFilter, quoted } from './quick.ts';
export { Subscription } from './subscription.ts';
