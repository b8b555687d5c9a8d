/** The first steps: `{"kind":"welcome"}`. */
import { signal } from '@preact/signals';
import { Welcome } from '../../Welcome.tsx';
import { register } from '../kinds.ts';

register({
  kind: 'welcome', word: 'Welcome', icon: 'help', group: 'Scripts', place: 'main', isSingle: true,
  make: (state) => ({ title: signal('Welcome'), state: signal({ kind: state.kind }), Body: Welcome, focus: () => {}, look: () => {}, close: () => {} }),
});
