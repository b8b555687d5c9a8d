import type { JSX, RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { calls } from '../session.ts';
import { type Completion, type Editor as Made, type EditorOptions, makeEditor } from './editor.ts';

/** The editor as a component. Its options are those of the first time. */
export function Editor({ made, ...options }: EditorOptions & { made: RefObject<Made | null> }): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!host.current) return;
    const editor = makeEditor(host.current, options);
    made.current = editor;
    return () => editor.dispose();
  }, []);
  return <div class="editor" ref={host} />;
}

/** What the server knows that could stand there; nothing where it cannot be asked. */
export async function complete(text: string, line: number, character: number): Promise<Completion[]> {
  try {
    const { items } = await calls.ask({ type: 'complete', text, line, character }).answer;
    return Array.isArray(items) ? (items as Completion[]).filter((item) => typeof item.text === 'string' && typeof item.start === 'number') : [];
  } catch {
    return [];
  }
}
