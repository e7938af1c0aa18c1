// The clock in the header: its time and state, and the buttons that move it.

import { actionButton, actionForm } from './actions.js';
import { h, put, showDialog } from './dom.js';
import { dateTime, parseTime } from './time.js';

/** Creates the header's clock and returns a function that draws it. */
export function clockControls(root, store) {
  const time = h('time', { class: 'now' });
  const state = h('span', { class: 'state' });
  const toggle = h('span', null);
  const took = (clock) => { store.clock.set(clock); store.changed('clock'); };
  const advance = (by, label) => actionButton(label, { call: () => post('clock/advance', { by }), name: `${label}: advance the clock`, then: took });
  const buttons = {
    running: actionButton('Freeze', { call: () => post('clock/freeze', {}), name: 'Freeze the clock', then: took }),
    frozen: actionButton('Run', { call: () => post('clock/run', {}), name: 'Let the clock run', then: took }),
  };
  const set = h('button', { type: 'button', 'aria-haspopup': 'dialog', onclick: () => setDialog(store, took) }, 'Set …');
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

function setDialog(store, took) {
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
      then: (clock) => { took(clock); dialog.close(); },
    }),
    h('form', { method: 'dialog', class: 'row end' }, h('button', null, 'Cancel'))]);
  field.select();
}

function post(path, body) {
  return { method: 'POST', path, body };
}
