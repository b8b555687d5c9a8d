import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { enter, refusal } from './session.ts';

const withName = signal(false);

export function Login(): JSX.Element {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    enter(String(data.get('token') ?? ''), withName.value ? String(data.get('user') ?? '') : '');
  };
  return (
    <main class="login">
      <form onSubmit={submit}>
        <h1>Kinetable</h1>
        <p>This server asks for a key. The link that it printed when it started has it.</p>
        {withName.value && (
          <label>
            Name
            <input name="user" autocomplete="username" />
          </label>
        )}
        <label>
          {withName.value ? 'Password' : 'Key'}
          <input name="token" type="password" autocomplete="current-password" autofocus required />
        </label>
        {refusal.value && <p class="error" role="alert">{refusal.value.message}{refusal.value.hint ? `: ${refusal.value.hint}` : ''}</p>}
        <button type="submit" class="primary">Enter</button>
        <button type="button" class="link" onClick={() => (withName.value = !withName.value)}>{withName.value ? 'Enter with a key' : 'Enter with a name and a password'}</button>
      </form>
    </main>
  );
}
