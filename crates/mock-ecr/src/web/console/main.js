// Starts the page: the store, the stream of events, the views, and the header with the clock.

import { followAddress, parseAddress } from './address.js';
import { actionButton, actionForm } from './actions.js';
import { hasKey, setKey, takeKeyFromAddress } from './api.js';
import { isRejected, sentence, title } from './describe.js';
import { h, paced, put, say, showDialog } from './dom.js';
import { focusContent, listenToKeys, showHelp } from './keys.js';
import { Store } from './store.js';
import { Sync } from './sync.js';
import { dateTime, parseTime } from './time.js';
import { FaultsView } from './views/faults.js';
import { RepositoriesView } from './views/repositories.js';
import { RequestsView } from './views/requests.js';
import { SetupView } from './views/setup.js';
import { PrincipalsView, TokensView } from './views/tokens.js';

/** The views, in the order of the tabs. */
const VIEWS = {
  __proto__: null,
  requests: { name: 'Requests', make: RequestsView },
  tokens: { name: 'Tokens', make: TokensView },
  faults: { name: 'Faults', make: FaultsView },
  repositories: { name: 'Repositories', make: RepositoriesView },
  principals: { name: 'Principals', make: PrincipalsView },
  setup: { name: 'Set up a client', make: SetupView },
};

const store = new Store();
const sync = new Sync(store);
let current = { name: null, view: null };

const drawClock = clockControls(document.getElementById('clock'), store);
const drawBanner = () => {
  const banner = document.getElementById('banner');
  const text = store.connection.isConnected ? store.notice : store.connection.text;
  banner.hidden = !text;
  if (banner.shown === text) return;
  banner.shown = text;
  put(banner, text, store.connection.needsKey && h('button', { type: 'button', onclick: askForKey }, 'Enter the key'));
};

put(document.getElementById('global'),
  actionButton('Reset', {
    call: () => ({ method: 'POST', path: 'reset', body: {} }), name: 'Reset the mock',
    question: 'Reset the mock and its clock to the initial state? Tokens, added faults, pushed images and the request log are lost.',
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

function navigate(hash) {
  takeKeyFromAddress();
  const { view, params } = parseAddress(hash);
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
let announced = { at: 0, request: null };
function announce() {
  const request = store.log.lastRejection;
  const time = performance.now();
  if (!request || !store.isLoaded || request === announced.request) return;
  if (time - announced.at < 3000) return;
  const isFirst = announced.at === 0;
  announced = { at: time, request };
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
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  focusContent();
});
listenToKeys();
setInterval(() => store.clock.state === 'running' && !document.hidden && store.changed('second'), 1000);
followAddress(navigate);
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

/** Creates the header's clock and returns a function that draws it. */
function clockControls(root, store) {
  const time = h('time', { class: 'now' });
  const state = h('span', { class: 'state' });
  const toggle = h('span', null);
  const advance = (by, label) => actionButton(label, { call: () => post('clock/advance', { by }), name: `${label}: advance the clock` });
  const buttons = {
    running: actionButton('Freeze', { call: () => post('clock/freeze', {}), name: 'Freeze the clock' }),
    frozen: actionButton('Run', { call: () => post('clock/run', {}), name: 'Let the clock run' }),
  };
  const set = h('button', { type: 'button', 'aria-haspopup': 'dialog', onclick: () => setDialog(store) }, 'Set …');
  put(root, h('span', { class: 'row' }, time, state), h('span', { class: 'row' }, advance('1h', '+1 h'), advance('12h', '+12 h'), set, toggle));
  let drawn = null;
  return () => {
    const { clock } = store;
    time.textContent = clock.known ? dateTime(clock.now()) : '–';
    if (drawn === clock.state) return;
    drawn = clock.state;
    state.textContent = clock.state;
    state.classList.toggle('running', clock.state === 'running');
    const hadFocus = toggle.contains(document.activeElement);
    put(toggle, buttons[clock.state]);
    if (hadFocus) buttons[clock.state].focus();
  };
}

function setDialog(store) {
  const now = store.clock.now();
  // With milliseconds, so that the clock does not move if the text is not changed.
  const field = h('input', { name: 'to', value: new Date(now).toISOString().slice(0, 23).replace('T', ' '), autofocus: true, spellcheck: 'false' });
  const dialog = showDialog('Set the clock', [
    actionForm({
      name: 'Set the clock', label: 'Set',
      fields: h('label', null, 'Time in UTC', field, h('small', null, 'For example 2030-01-01 00:00, or 12:30 on the same day')),
      makeCall: () => {
        const to = parseTime(field.value, now);
        if (!to) throw new Error('Expected a time such as 2030-01-01 00:00');
        return post('clock/set', { to });
      },
      then: () => dialog.close(),
    }),
    h('form', { method: 'dialog', class: 'row end' }, h('button', null, 'Cancel'))]);
  field.select();
}

function post(path, body) {
  return { method: 'POST', path, body };
}
