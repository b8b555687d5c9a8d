import { signal } from '@preact/signals';
import type { ComponentType, FunctionComponent } from 'preact';
import { notice } from './session.ts';

/** A component whose code is fetched when it is first shown: the first visit does not pay for it. */
export function lazily<Props extends object>(load: () => Promise<ComponentType<Props>>): FunctionComponent<Props> {
  const loaded = signal<ComponentType<Props> | null>(null);
  let isAsked = false;
  return (props) => {
    const Loaded = loaded.value;
    if (Loaded) return <Loaded {...props} />;
    if (!isAsked) {
      isAsked = true;
      load().then(
        (component) => {
          loaded.value = component;
        },
        () => {
          isAsked = false;
          notice('a part of the page could not be fetched: try again, or load the page anew', true);
        },
      );
    }
    return null;
  };
}
