// Starts the page: the store, the stream of events, the views, the header, and the keyboard.

import { followAddress, go, parseAddress } from './address.js';
import { actionButton, actionForm, shownCommand } from './actions.js';
import { hasKey, setKey, storage, takeKeyFromAddress } from './api.js';
import { isRejected, sentence, title } from './describe.js';
import { h, paced, put, say, showDialog } from './dom.js';
import { FIELD_NAMES } from './filter.js';
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

/** The keyboard: single letters for views, the filter and the help. Letters can be turned off (WCAG 2.1.4). */
const SETTING = 'mock-ecr-letters';
const LETTERS = { r: 'requests', t: 'tokens', f: 'faults', i: 'repositories', p: 'principals', s: 'setup' };

const HELP = [
  ['/', 'Go to the filter'],
  ['?', 'Show this help'],
  ['g, then r t f i p s', 'Go to Requests, Tokens, Faults, Repositories, Principals, Set up a client'],
  ['l', 'Go to the list of requests'],
  ['c', 'Copy the call at the bottom as curl'],
  ['↑ ↓ PgUp PgDn Home End', 'Select a request in the list'],
  ['Enter', 'Go to the details of the request'],
  ['Esc', 'Close the details, or empty the filter'],
];

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

function areLettersOn() {
  return storage('localStorage')[SETTING] !== 'off';
}

/** Handles the keys of the document. */
function listenToKeys() {
  let isGo = false;
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target) || document.querySelector('dialog[open]')) return;
    if (!areLettersOn()) return;
    const wasGo = isGo;
    isGo = !wasGo && event.key === 'g';
    if (wasGo && LETTERS[event.key]) {
      go(`#${LETTERS[event.key]}`);
      focusContent();
    }
    else if (event.key === '/') focusFilter();
    else if (event.key === 'l') focusContent();
    else if (event.key === '?') showHelp();
    else if (event.key === 'c' && shownCommand()) document.querySelector('#call button')?.click();
    else return;
    event.preventDefault();
  });
}

/** Shows the help in a dialog. */
function showHelp() {
  const letters = h('input', { type: 'checkbox', checked: areLettersOn(), onchange: () => { storage('localStorage')[SETTING] = letters.checked ? 'on' : 'off'; } });
  showDialog('Keyboard', [
    h('dl', { class: 'keys' }, HELP.map(([key, text]) => [h('dt', null, h('kbd', null, key)), h('dd', null, text)])),
    h('p', null, `The filter accepts words, and conditions such as status:403. The conditions are ${FIELD_NAMES.join(', ')}. Several values of one condition mean "or", and - in front means "not".`),
    h('label', { class: 'check' }, letters, 'Use single keys as shortcuts'),
    h('form', { method: 'dialog', class: 'row end' }, h('button', { autofocus: true }, 'Close'))]);
}

function focusFilter() {
  const field = document.querySelector('[data-filter]');
  field?.focus();
  field?.select();
}

/** Goes to the list of requests, or to the content of another view. */
function focusContent() {
  const list = document.querySelector('[role=listbox]');
  (list?.checkVisibility() ? list : document.getElementById('main')).focus();
}

function isTyping(target) {
  return target instanceof HTMLElement && target.matches('input:not([type=checkbox]):not([type=radio]), textarea, select');
}
