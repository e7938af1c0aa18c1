// The view of the faults: the active faults as sentences, recipes, and a form.

import { actionButton, actionForm } from '../actions.js';
import { address } from '../address.js';
import { count } from '../describe.js';
import { h, keyed, put } from '../dom.js';
import { ACTIONS, CONDITIONS, faultJson, fieldsOf, RECIPES, ROUTES } from '../faultform.js';
import { callText } from '../commands.js';

export class FaultsView {
  constructor(root, store, params) {
    this.store = store;
    this.rows = h('div', { class: 'faults', role: 'list', 'aria-label': 'Faults' });
    this.removeAll = h('span', null, actionButton('Remove all', {
      call: () => ({ method: 'DELETE', path: 'faults' }), question: 'Remove all faults?', kind: 'quiet', focus: 'all', then: () => this.reload(),
    }));
    root.append(
      h('div', { class: 'row spread' }, h('h2', null, 'Faults'), this.removeAll), this.rows,
      h('h2', null, 'Add a fault'), h('section', { class: 'card' }, this.form()),
      h('h2', null, 'Recipes'), h('ul', { class: 'recipes' }, RECIPES.map((recipe) => this.recipe(recipe))));
    this.navigate(params);
  }

  /** The address can contain conditions of a new fault. */
  navigate(params) {
    this.wanted = params.get('id');
    const isPrepared = params.has('operation') || params.has('route');
    if (isPrepared) {
      for (const name of ['operation', 'route', 'method']) this.conditions[name].value = params.get(name) ?? '';
      this.more.open = params.has('method');
    }
    this.choose();
    this.element.refresh();
    this.draw();
    if (isPrepared) this.element.scrollIntoView({ block: 'center' });
  }

  changed(topic) {
    if (topic === 'faults') this.draw();
  }

  /** Shows the faults at once; the stream reports the change too. */
  reload() {
    this.store.reload?.('faults');
  }

  draw() {
    const { faults } = this.store;
    this.removeAll.hidden = faults.length < 2;
    keyed(this.rows, faults, ({ id }) => String(id), (fault) => this.row(fault), (fault) => JSON.stringify([fault, this.wanted === String(fault.id)]),
      this.store.isLoaded ? 'There are no faults.' : 'Loading …');
  }

  row(fault) {
    const { id, text, matched } = fault;
    return h('div', { role: 'listitem', class: this.wanted === String(id) ? 'fault-row wanted' : 'fault-row' },
      h('span', { class: 'badge' }, `fault ${id}`),
      h('div', { class: 'grow' },
        h('p', null, text),
        h('p', { class: 'dim' }, `${count(matched, 'matched request')}. `, h('a', { href: address('requests', { q: `fault:${id}` }) }, 'Show those that triggered it')),
        h('details', null, h('summary', null, 'JSON'), h('pre', { tabindex: '0' }, JSON.stringify({ match: fault.match, action: fault.action }, null, 2)))),
      actionButton('Remove', { call: () => ({ method: 'DELETE', path: `faults?id=${id}` }), name: `Remove fault ${id}`, kind: 'quiet', focus: `remove ${id}`, then: () => this.reload() }));
  }

  form() {
    const kind = h('select', { name: 'kind' }, ACTIONS.map((entry) => h('option', { value: entry.kind }, entry.label)));
    this.parameters = {};
    const parameters = h('div', { class: 'fields' });
    const build = () => {
      this.parameters = {};
      put(parameters, fieldsOf(kind.value).map((entry) => input(entry, this.parameters)));
    };
    this.conditions = {};
    const operations = new Set(['GetAuthorizationToken', ...this.store.log.items.map((request) => request.operation)]);
    const where = h('div', { class: 'fields' },
      input({ name: 'operation', label: 'Operation of the API', hint: 'or a route of the registry', type: 'text', list: operations }, this.conditions),
      input({ name: 'route', label: 'Route of the registry', hint: 'or an operation of the API', type: 'choice', options: ['', ...ROUTES] }, this.conditions),
      input(CONDITIONS[0], this.conditions));
    this.more = h('details', null, h('summary', null, 'More conditions'), h('div', { class: 'fields' }, CONDITIONS.slice(1).map((entry) => input(entry, this.conditions))));
    build();
    // Before the form shows the call.
    kind.addEventListener('input', build);
    const read = (fields) => Object.fromEntries(Object.entries(fields).map(([name, { value }]) => [name, value]));
    this.element = actionForm({
      name: 'Add a fault', label: 'Add',
      fields: [h('div', { class: 'fields' }, h('label', null, 'Action', kind)), parameters, h('p', { class: 'dim' }, 'Applies to all requests that satisfy all of these conditions:'), where, this.more],
      makeCall: () => ({ method: 'POST', path: 'faults', body: faultJson(kind.value, read(this.parameters), read(this.conditions)) }),
      then: () => this.reload(),
    });
    where.addEventListener('input', () => this.choose());
    return this.element;
  }

  /** A request has either an operation or a route, so only one of them can be filled in. */
  choose() {
    const { operation, route } = this.conditions;
    route.disabled = operation.value.trim() !== '';
    operation.disabled = route.value !== '';
  }

  recipe({ title, text, call }) {
    return h('li', { class: 'card' }, h('h3', null, title), h('p', null, text), h('p', null, h('code', { class: 'wrap' }, callText(call))),
      actionButton('Apply', { call: () => call, name: `Apply: ${title}`, then: () => this.reload() }));
  }
}

function input({ name, label, hint, type, value, options, list }, fields) {
  const id = list ? `list-${name}` : null;
  const element = type === 'choice'
    ? h('select', { name }, options.map((option) => h('option', { value: option }, option || 'any')))
    : h('input', { name, value: value ?? '', inputmode: type === 'number' ? 'decimal' : null, list: id, spellcheck: 'false', autocomplete: 'off' });
  fields[name] = element;
  return h('label', null, label, ' ', h('code', null, name), element, hint && h('small', null, hint), list && h('datalist', { id }, [...list].map((option) => h('option', { value: option }))));
}
