// Actions: buttons that call the control API. The bar at the bottom shows the call of the action that has the focus or was used last.

import { asCurl, send } from './api.js';
import { callText } from './commands.js';
import { confirmed, copyButton, h, put, say } from './dom.js';

/** The call in the bar, and the result of the last call. */
let shown = null;
let last = null;

/** Returns the text of the command that the bar shows, or null. */
export function shownCommand() {
  return shown && asCurl(shown);
}

/** Shows a call in the bar: the last one, or the one that a button would send. */
function showCall(call, isPreview) {
  shown = call;
  const bar = document.getElementById('call');
  bar.hidden = false;
  put(bar,
    isPreview && h('span', { class: 'dim' }, 'Would send'),
    h('code', null, callText(call)),
    last && h('span', { class: last.kind }, isPreview ? `last call: ${last.text}` : last.text),
    copyButton(() => asCurl(call), 'Copy as curl'));
}

/** Makes a call and shows its result in the bar. */
async function perform(call) {
  const show = (text, kind) => {
    last = { text, kind };
    showCall(call, false);
  };
  show('…', 'dim');
  try {
    const value = await send(call);
    show('done', 'ok');
    say('Done.');
    return value;
  } catch (error) {
    show(error.message, 'bad');
    say(error.message);
    throw error;
  }
}

/** Creates a button for an action. `call` returns the call, `question` is asked first, and `then` receives the response. */
export function actionButton(label, { call, question, then, name, kind = '', focus }) {
  // The bar appears at a click or with the keyboard only, because it would move the button below the pointer.
  const preview = ({ target }) => (shown || target.matches(':focus-visible')) && showCall(call(), true);
  return h('button', {
    type: 'button', class: kind, 'aria-label': name ?? null, 'data-focus': focus, title: callText(call()),
    onfocus: preview, onmouseenter: preview,
    onclick: async () => {
      const wanted = call();
      if (question && !(await confirmed(typeof question === 'function' ? question() : question, label))) return;
      await perform(wanted).then(then, () => {});
      // The button can be gone.
      if (document.activeElement === document.body) document.getElementById('main').focus();
    },
  }, label);
}

/**
 * Connects a form to a call. The call is shown below the form while it is filled in; an error is shown at its field.
 * `makeCall` returns the call, or throws an error with a text for the user.
 */
export function actionForm({ fields, label, makeCall, then, name }) {
  const text = h('code', null);
  const problem = h('p', { class: 'bad problem', role: 'alert' });
  const copy = copyButton(() => asCurl(makeCall()), 'Copy as curl');
  const form = h('form', { 'aria-label': name, class: 'action', novalidate: true }, fields, problem,
    h('div', { class: 'row submit' }, h('button', { class: 'primary' }, label), text, copy));
  const refresh = () => {
    try {
      text.textContent = callText(makeCall());
      copy.disabled = false;
      problem.textContent = '';
    } catch (error) {
      text.textContent = error.message;
      copy.disabled = true;
    }
    form.querySelectorAll('[aria-invalid]').forEach((field) => field.removeAttribute('aria-invalid'));
  };
  form.addEventListener('input', refresh);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      const value = await perform(makeCall());
      problem.textContent = '';
      await then?.(value);
    } catch (error) {
      showProblem(form, problem, error);
    }
  });
  form.refresh = refresh;
  refresh();
  return form;
}

/** Shows an error at the field that it names: `match.times` is the field `times`. */
function showProblem(form, problem, error) {
  problem.textContent = error.message;
  const path = (error.at ?? '').split('.').reverse();
  const field = path.map((part) => form.elements.namedItem(part)).find((found) => found instanceof HTMLElement);
  if (!field) return;
  field.setAttribute('aria-invalid', 'true');
  (field.closest('label') ?? field).after(problem);
  field.focus();
}
