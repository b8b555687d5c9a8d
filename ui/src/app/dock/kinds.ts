/**
 * What a panel can be. A kind is one file in `kinds/`, which calls `register`, and one line in `kinds/all.ts`.
 *
 * The dock knows panels by this interface alone: what they keep is JSON (decision 0070), what they show is a component.
 */
import type { ReadonlySignal, Signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import type { IconName } from '../icons.tsx';
import type { Cell } from '../../client/index.ts';
import type { Offer, Target } from './links.ts';
import type { PanelState } from './schema.ts';

/** Whether a panel has the keyboard, is seen, or is neither. */
export type Look = 'focused' | 'seen' | 'hidden';

/** From where a state comes: the user's own page, or somebody else's hand, whose formulas wait for a word of the user. */
export type Source = 'own' | 'given';

/** A panel whose rows are those of another one, as they are shown there. */
export interface Following {
  /** Null: of none. */
  readonly id: ReadonlySignal<string | null>;
  /** The panel of that id; while there is none, what was taken over last stays. */
  readonly leader: Signal<Item | null>;
  attach(id: string): void;
  detach(): void;
}

/** A panel that is open. */
export interface Item {
  readonly title: ReadonlySignal<string>;
  /** The mark before the title. */
  readonly mark?: ReadonlySignal<'live' | 'still' | 'quiet'>;
  /** What is kept of it. */
  readonly state: ReadonlySignal<PanelState>;
  /** The table that it is about. */
  readonly table?: string;
  readonly Body: ComponentType;
  /** Where others filter it. */
  readonly target?: Target;
  /** Whose filters, sorts and columns it takes over, of those that can. */
  readonly follows?: Following;
  /** What it asks of all panels with a column. */
  readonly offer?: ReadonlySignal<Offer | null>;
  /** The cell of the row with the focus; undefined if there is none. Read in an effect, it is read again when it is another one. */
  cellAt?(column: string): Cell | undefined;
  /** Takes the keyboard. */
  focus(): void;
  look(how: Look): void;
  close(): void;
}

export interface PanelKind {
  readonly kind: string;
  /** What servers call the values that it shows, where that is another word. */
  readonly of?: string;
  /** What menus call it. */
  readonly word: string;
  readonly icon: IconName;
  /** Where a menu offers to open one; absent: it is opened from elsewhere. */
  readonly group?: 'Charts' | 'Scripts';
  /** Where the first of them goes: with the tables, to their left, or below. */
  readonly place: 'main' | 'left' | 'bottom';
  /** Whether there is at most one in a layout: opening it again shows it. */
  readonly isSingle?: boolean;
  /** Whether this user, at this server, can have one now. */
  isOffered?(): boolean;
  /** Null if the members say too little to make one. */
  make(state: PanelState, source: Source): Item | null;
}

const known = new Map<string, PanelKind>();

export function register(kind: PanelKind): void {
  known.set(kind.kind, kind);
}

export const kindOf = (name: string): PanelKind | undefined => known.get(name);
/** The kind that shows values that servers call so. */
export const kindFor = (word: string): PanelKind | undefined => known.get(word) ?? kinds().find(({ of }) => of === word);
export const kinds = (): PanelKind[] => [...known.values()];
