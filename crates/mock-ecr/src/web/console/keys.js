// The keyboard: single letters for views, the filter and the help. Letters can be turned off (WCAG 2.1.4).

import { go } from './address.js';
import { shownCommand } from './actions.js';
import { storage } from './api.js';
import { h, showDialog } from './dom.js';
import { FIELD_NAMES } from './filter.js';

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

function areLettersOn() {
  return storage('localStorage')[SETTING] !== 'off';
}

export function listenToKeys() {
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

export function showHelp() {
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
export function focusContent() {
  const list = document.querySelector('[role=listbox]');
  (list?.checkVisibility() ? list : document.getElementById('main')).focus();
}

function isTyping(target) {
  return target instanceof HTMLElement && target.matches('input:not([type=checkbox]):not([type=radio]), textarea, select');
}
