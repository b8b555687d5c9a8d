import { render } from 'preact';
import '@fontsource-variable/ibm-plex-sans/wght.css';
import './styles/tokens.css';
import './styles/frame.css';
import './styles/dock.css';
import './styles/parts.css';
import './styles/side.css';
import './styles/phone.css';
import '../grid/element.ts';
import './dock/kinds/all.ts';
import { App } from './App.tsx';
import { start } from './session.ts';
import { startTabs } from './tabs.ts';

startTabs();
start();
render(<App />, document.getElementById('app') as HTMLElement);
