// Starts the page: the store, the stream of events, the header and the views.

import { parseAddress } from './address.js';
import { actionButton } from './actions.js';
import { hasKey, setKey, takeKeyFromAddress } from './api.js';
import { clockControls } from './clock.js';
import { isRejected, sentence, title } from './describe.js';
import { h, paced, put, say, showDialog } from './dom.js';
import { focusContent, listenToKeys, showHelp } from './keys.js';
import { Store } from './store.js';
import { Sync } from './sync.js';
import { FaultsView } from './views/faults.js';
import { RepositoriesView } from './views/repositories.js';
import { RequestsView } from './views/requests.js';
import { SetupView } from './views/setup.js';
import { PrincipalsView, TokensView } from './views/tokens.js';

/** The views, in the order of the tabs. */
const VIEWS = {
  requests: { name: 'Requests', make: RequestsView },
  tokens: { name: 'Tokens', make: TokensView },
  faults: { name: 'Faults', make: FaultsView },
  repositories: { name: 'Repositories', make: RepositoriesView },
  principals: { name: 'Principals', make: PrincipalsView },
  setup: { name: 'Set up a client', make: SetupView },
};

takeKeyFromAddress();
const store = new Store();
const sync = new Sync(store);
let current = { name: null, view: null };

const drawClock = clockControls(document.getElementById('clock'), store);
const drawBanner = () => {
  const banner = document.getElementById('banner');
  const text = store.notice ?? (store.connection.isConnected ? null : store.connection.text);
  banner.hidden = !text;
  if (banner.shown === text) return;
  banner.shown = text;
  put(banner, text, store.connection.needsKey && h('button', { type: 'button', onclick: askForKey }, 'Enter the key'));
};

put(document.getElementById('global'),
  actionButton('Reset', {
    call: () => ({ method: 'POST', path: 'reset', body: {} }), name: 'Reset the mock',
    question: 'Reset the mock to its initial state? Tokens, faults, repositories, images and the request log are lost.',
  }),
  h('button', { type: 'button', 'aria-label': 'Keyboard shortcuts', onclick: showHelp }, '?'));
document.getElementById('where').textContent = location.host;

function drawTabs() {
  put(document.getElementById('views'), Object.entries(VIEWS).map(([name, { name: label }]) =>
    h('a', { href: `#${name}`, 'aria-current': name === current.name ? 'page' : null }, label, badge(name))));
  document.querySelector('#views [aria-current]')?.scrollIntoView({ block: 'nearest' });
}

function badge(name) {
  const active = name === 'faults' ? store.faults.filter((fault) => !isUsedUp(fault)).length : 0;
  return active ? h('span', { class: 'badge', 'aria-label': `${active} active` }, active) : null;
}

/** Returns whether a fault applies to no more requests. */
function isUsedUp({ match, triggered }) {
  return match?.times != null && triggered >= match.times;
}

function navigate() {
  takeKeyFromAddress();
  const { view, params } = parseAddress(location.hash);
  const name = VIEWS[view] ? view : 'requests';
  if (name === current.name) {
    current.view.navigate?.(params);
    return;
  }
  const main = document.getElementById('main');
  main.replaceChildren();
  main.className = `view-${name}`;
  current = { name, view: new VIEWS[name].make(main, store, params) };
  document.title = `${VIEWS[name].name} – mock-ecr`;
  drawTabs();
}

/** Announces the newest rejection, at most once in three seconds. */
let announced = { at: 0, number: -1 };
function announce() {
  const request = store.log.lastRejection;
  const time = performance.now();
  if (!request || !store.isLoaded || request.number <= announced.number) return;
  const isFirst = announced.number < 0 && announced.at === 0;
  if (time - announced.at < 3000) return;
  announced = { at: time, number: request.number };
  if (!isFirst && isRejected(request)) say(`Rejected: ${title(request)}. ${sentence(request)}`);
}

const drawSoon = paced(() => {
  drawClock();
  drawBanner();
  announce();
});

store.listener = (topic) => {
  current.view?.changed?.(topic);
  if (topic === 'faults') drawTabs();
  drawSoon();
};

document.addEventListener('key-needed', () => {
  const text = hasKey() ? 'The key is wrong.' : 'The mock needs its control key.';
  store.set('connection', { connection: { isConnected: false, needsKey: true, text } });
  askForKey();
});
window.addEventListener('hashchange', navigate);
window.addEventListener('popstate', navigate);
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  focusContent();
});
listenToKeys();
setInterval(() => store.clock.state === 'running' && !document.hidden && store.changed('second'), 1000);
navigate();
sync.start();

function askForKey() {
  if (document.querySelector('[name=key]')) return;
  const field = h('input', { type: 'password', name: 'key', autocomplete: 'off', autofocus: true, required: true });
  showDialog('Enter the control key', h('form', { method: 'dialog' },
    hasKey() && h('p', { class: 'bad' }, 'The key is wrong.'),
    h('p', null, 'The mock was started with a control key, or printed one when it started. The page keeps the key until this tab is closed.'),
    h('label', null, 'Control key', field),
    h('div', { class: 'row end' }, h('button', { class: 'primary' }, 'Continue'))), () => {
    if (!field.value) return;
    setKey(field.value);
    sync.start();
  });
}
