// The view "Set up a client": the commands that point clients at this mock.

import { get, hasKey, ORIGIN } from '../api.js';
import { clients } from '../commands.js';
import { registryHost } from '../commands.js';
import { command, h, put } from '../dom.js';

export class SetupView {
  constructor(root) {
    this.body = h('div', { class: 'setup' });
    root.append(h('h2', null, 'Set up a client'), h('p', null, 'This mock listens at ', h('code', null, ORIGIN), '. The commands contain its address.'), this.body);
    this.draw(null);
    get('environment').then((environment) => this.draw(environment), () => {});
  }

  draw(environment) {
    put(this.body, all(environment).map((client) => h('section', { class: 'card', id: `client-${client.id}` }, h('h3', null, client.name), steps(client))));
  }
}

/** Creates the steps of one client, with its name. */
export function clientSteps(id) {
  const client = all(null).find((entry) => entry.id === id);
  return h('section', { class: 'card' }, h('h3', null, client.name), steps(client));
}

function all(environment) {
  return clients({ origin: ORIGIN, registry: registryHost(location), isSecure: location.protocol === 'https:', hasKey: hasKey(), environment });
}

function steps(client) {
  return client.steps.map((step, index) => [step.text && h('p', null, step.text), command(step.command, `command ${index + 1} for ${client.name}`)]);
}
