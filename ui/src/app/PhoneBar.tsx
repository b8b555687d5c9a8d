import type { JSX } from 'preact';

import { goToShown } from './GoTo.tsx';
import { Icon, type IconName } from './icons.tsx';
import { paletteShown } from './paletteShown.ts';
import { active, activeItem, phoneList } from './tabs.ts';

/** The bar at the thumb, on narrow screens. */
export function PhoneBar(): JSX.Element {
  const panel = active.value;
  const inList = phoneList.value || !activeItem.value;
  return (
    <nav class="phone-bar" aria-label="Views">
      <Item icon="list" word="Tables" pressed={inList} act={() => (phoneList.value = true)} />
      <Item icon="table" word="Panel" pressed={!inList} disabled={!activeItem.value} act={() => (phoneList.value = false)} />
      <Item icon="filter" word="Filter" pressed={panel?.filtersShown.value ?? false} disabled={inList || !panel} act={() => panel && (panel.filtersShown.value = !panel.filtersShown.value)} />
      <Item icon="goto" word="Go to" disabled={inList || !panel} act={() => (goToShown.value = true)} />
      <Item icon="search" word="More" act={() => (paletteShown.value = true)} />
    </nav>
  );
}

function Item({ icon, word, pressed, disabled, act }: { icon: IconName; word: string; pressed?: boolean; disabled?: boolean; act(): void }): JSX.Element {
  return (
    <button type="button" aria-pressed={pressed} disabled={disabled} onClick={act}>
      <Icon name={icon} />
      {word}
    </button>
  );
}
