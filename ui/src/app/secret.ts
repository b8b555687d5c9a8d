/**
 * The secret of the link: `#token=`, `?key=` or `?psk=`. It is taken out of the address before anything else happens, and kept for the tab
 * alone.
 */
import type { Credentials } from '../client/index.ts';

const PLACE = 'kinetable.credentials';

export function takeCredentials(): Credentials {
  const query = new URLSearchParams(location.search);
  const fragment = new URLSearchParams(location.hash.replace(/^#/, ''));
  const token = fragment.get('token') ?? query.get('key') ?? query.get('psk');
  if (token !== null) {
    keepCredentials({ token });
    for (const name of ['key', 'psk']) query.delete(name);
    fragment.delete('token');
    const [search, hash] = [query.toString(), fragment.toString()];
    history.replaceState(null, '', location.pathname + (search && `?${search}`) + (hash && `#${hash}`));
  }
  try {
    return JSON.parse(sessionStorage.getItem(PLACE) ?? '{}') as Credentials;
  } catch {
    return {};
  }
}

export function keepCredentials(credentials: Credentials): void {
  sessionStorage.setItem(PLACE, JSON.stringify(credentials));
}
