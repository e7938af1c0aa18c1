// Creates and updates elements. Texts become text nodes: nothing is parsed as HTML.

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Creates an element. `on…` properties are listeners; `value`, `checked` and `hidden` are properties; all others are attributes.
 * Children that are null or false are left out.
 */
export function h(tag, properties, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/** Creates an element of SVG. */
export function s(tag, properties, ...children) {
  return fill(document.createElementNS(SVG, tag), properties, children);
}

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value == null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (['value', 'checked', 'hidden', 'disabled'].includes(name)) element[name] = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return element;
}

/** Replaces the children of an element. */
export function put(element, ...children) {
  element.replaceChildren();
  return fill(element, null, children);
}

/**
 * Makes the children of `parent` those of `items`, or a text if there is no item. Only elements whose item has changed are created again.
 * `keyOf` returns a text that identifies an item, and `signature` one that changes if the element must be created again.
 */
export function keyed(parent, ...items) {
  keepFocus(parent, () => update(parent, ...items));
}

function update(parent, items, keyOf, build, signature, none = null) {
  if (!items.length) {
    parent.keyedRows = null;
    put(parent, none && h('p', { class: 'empty', role: 'listitem' }, none));
    return;
  }
  const old = parent.keyedRows ?? new Map();
  const rows = new Map();
  for (const item of items) {
    const key = keyOf(item);
    const sign = signature(item);
    const row = old.get(key);
    rows.set(key, row?.sign === sign ? row : { sign, element: build(item) });
  }
  for (const [index, row] of [...rows.values()].entries()) {
    const at = parent.children[index] ?? null;
    if (at !== row.element) parent.insertBefore(row.element, at);
  }
  while (parent.children.length > rows.size) parent.lastElementChild.remove();
  parent.keyedRows = rows;
}

/** Draws the content of an element again. If the focus was in it, it goes to the control with the same `data-focus` or name, or to the next one. */
export function keepFocus(parent, draw) {
  const controls = () => [...parent.querySelectorAll('a, button, summary, input, select, textarea, [tabindex]')];
  const name = (control) => control.dataset.focus ?? control.getAttribute('aria-label') ?? control.textContent;
  const active = document.activeElement;
  const index = controls().indexOf(active);
  draw();
  if (index < 0 || document.activeElement === active) return;
  const found = controls();
  const isSame = (control) => control === active || (control.tagName === active.tagName && name(control) === name(active));
  (found.find(isSame) ?? found[Math.min(index, found.length - 1)] ?? document.getElementById('main')).focus();
}

/** Creates a list of names and values. Rows without a value are left out. */
export function facts(rows, kind = 'facts') {
  return h('dl', { class: kind }, rows.filter(([, value]) => value || value === 0).map(([name, value]) => [h('dt', null, name), h('dd', null, value)]));
}

/** Returns a function that calls `draw` in a later frame, and waits four times as long as the last call took. */
export function paced(draw) {
  let isPlanned = false;
  let earliest = 0;
  const run = () => {
    isPlanned = false;
    const start = performance.now();
    draw();
    const end = performance.now();
    earliest = end + 4 * (end - start);
  };
  return () => {
    if (isPlanned) return;
    isPlanned = true;
    const wait = earliest - performance.now();
    if (wait > 16) setTimeout(run, wait);
    else requestAnimationFrame(run);
  };
}

/** Creates a button that copies a text. `text` is the text or a function that returns it. */
export function copyButton(text, label = 'Copy', name = label) {
  const button = h('button', { type: 'button', class: 'quiet', 'aria-label': name === label ? null : name }, label);
  button.addEventListener('click', async () => {
    const isCopied = await copy(typeof text === 'function' ? text() : text);
    button.textContent = isCopied ? 'Copied' : 'Not copied';
    say(isCopied ? 'Copied.' : 'The browser did not permit the copy.');
    setTimeout(() => { button.textContent = label; }, 1500);
  });
  return button;
}

/** Copies a text. Pages of plain HTTP at other hosts than loopback have no clipboard API, so a selection is the second way. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = h('textarea', { class: 'offscreen', 'aria-hidden': 'true', value: text });
    const focused = document.activeElement;
    (document.querySelector('dialog[open]') ?? document.body).append(area);
    area.select();
    const isCopied = document.execCommand('copy');
    area.remove();
    focused?.focus();
    return isCopied;
  }
}

/** Creates a command with a button that copies it. */
export function command(text, label = 'command') {
  return h('div', { class: 'command' }, h('code', { tabindex: '0', role: 'group', 'aria-label': label }, text), copyButton(text, 'Copy', `Copy ${label}`));
}

/** Says a text in the polite live region. */
export function say(text) {
  const region = document.getElementById('live');
  if (region) region.textContent = text;
}

/** Returns JSON with indentation, or the text itself if it is not JSON, or if a number or a member would be lost. */
export function formatJson(text) {
  try {
    const value = JSON.parse(text);
    const isSame = JSON.stringify(value) === text.replace(/("(?:[^"\\]+|\\.)*")|\s+/g, '$1');
    return isSame ? JSON.stringify(value, null, 2) : text;
  } catch {
    return text;
  }
}

/** Shows a dialog with a title. `closed` receives its return value. */
export function showDialog(title, children, closed) {
  const dialog = h('dialog', { 'aria-labelledby': 'dialog-title' }, h('h2', { id: 'dialog-title' }, title), children);
  dialog.addEventListener('close', () => {
    dialog.remove();
    closed?.(dialog.returnValue);
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Asks a question in a dialog. Resolves to whether the user confirmed. */
export function confirmed(question, label) {
  return new Promise((resolve) => {
    showDialog(label, h('form', { method: 'dialog' },
      h('p', null, question),
      h('div', { class: 'row end' },
        h('button', { value: 'no', autofocus: true }, 'Cancel'),
        h('button', { value: 'yes', class: 'danger' }, label))), (answer) => resolve(answer === 'yes'));
  });
}
