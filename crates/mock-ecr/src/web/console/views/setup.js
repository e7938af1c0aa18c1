// The view "Set up a client": the commands that point clients at this mock.

import { get, hasKey, ORIGIN } from '../api.js';
import { clients, registryHost } from '../commands.js';
import { command, h, put } from '../dom.js';

export class SetupView {
  constructor(root) {
    this.body = h('div', { class: 'setup' });
    root.append(h('h2', null, 'Set up a client'), h('p', null, 'This mock listens at ', h('code', null, ORIGIN), '. The commands contain its address.'), this.body);
    this.draw(null);
    get('environment').then((environment) => this.draw(environment), () => {});
  }

  draw(environment) {
    put(this.body, all(environment).map((client) => h('section', { class: 'card', id: `client-${client.id}` }, h('h3', null, client.name), steps(client.steps, `for ${client.name}`))));
  }
}

/** Creates the steps of one client, with its name. */
export function clientSteps(id) {
  const client = all(null).find((entry) => entry.id === id);
  return h('section', { class: 'card' }, h('h3', null, client.name), steps(client.steps, `for ${client.name}`));
}

function all(environment) {
  return clients({ origin: ORIGIN, registry: registryHost(location), isSecure: location.protocol === 'https:', hasKey: hasKey(), environment });
}

/** Creates steps: a text, a command, or both. */
export function steps(list, purpose) {
  return list.map(({ text, command: line }, index) => [text && h('p', null, text), line && command(line, `command ${index + 1} ${purpose}`)]);
}
