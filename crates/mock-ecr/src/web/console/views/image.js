// The tree of one image: index, images and layers, with referrers, scan and manifest. Children are loaded when they are opened.

import { get, withQuery } from '../api.js';
import { bytes, count, short } from '../describe.js';
import { command, formatJson, h, put } from '../dom.js';
import { dateTime } from '../time.js';

export class ImageTree {
  /** @param {(image) => string[]} pullCommands */
  constructor(root, place, digest, pullCommands) {
    this.place = place;
    this.pullCommands = pullCommands;
    put(root, h('h3', null, `Image ${short(digest)}`), this.node(digest, true));
  }

  node(digest, isRoot) {
    const body = h('div', { class: 'node' }, h('p', { class: 'dim' }, 'Loading …'));
    get(withQuery('image', { ...this.place, digest })).then(
      (image) => put(body, this.content(image, isRoot)),
      (error) => put(body, h('p', { class: 'bad' }, error.message)));
    return body;
  }

  content(image, isRoot) {
    const { children = [], layers = [], referrers = [], config, scan } = image;
    return [
      h('p', { class: 'row' }, h('code', { class: 'wrap' }, image.digest), image.status && image.status !== 'ACTIVE' && h('span', { class: 'badge' }, image.status.toLowerCase())),
      h('dl', { class: 'facts' }, [
        ['Tags', image.tags.join(', ') || 'none'], ['Media type', image.media_type], ['Artifact type', image.artifact_type], ['Size', bytes(image.size)],
        ['Pushed', image.pushed && dateTime(image.pushed)], ['Last pull', image.last_pull ? dateTime(image.last_pull) : 'never'],
        ['Subject', image.subject && h('code', null, image.subject)], ['Scan', scan && scanText(scan)],
      ].filter(([, value]) => value).map(([name, value]) => [h('dt', null, name), h('dd', null, value)])),
      isRoot && this.pullCommands(image).map((text) => command(text, 'the pull command')),
      children.length > 0 && group(`${count(children.length, 'image')} of the index`, children.map((child) => this.branch(`${child.platform ?? 'no platform'} ${short(child.digest)} ${bytes(child.size)}`, child.digest))),
      (config || layers.length > 0) && group(count(layers.length, 'layer'), [
        config && h('li', null, h('span', { class: 'dim' }, 'configuration '), h('code', { title: config.digest }, short(config.digest)), ` ${bytes(config.size)}`),
        layers.map((layer) => h('li', null, h('code', { title: layer.digest }, short(layer.digest)), ` ${bytes(layer.size)} `, h('small', null, layer.media_type)))]),
      referrers.length > 0 && group(count(referrers.length, 'referrer'), referrers.map((entry) => this.branch(`${entry.artifact_type ?? 'artifact'} ${short(entry.digest)} ${bytes(entry.size)}`, entry.digest))),
      h('details', null, h('summary', null, 'Manifest'), h('pre', { tabindex: '0' }, formatJson(image.manifest))),
    ];
  }

  branch(label, digest) {
    const details = h('details', null, h('summary', null, label));
    details.addEventListener('toggle', () => {
      if (details.open && details.children.length === 1) details.append(this.node(digest, false));
    });
    return h('li', null, details);
  }
}

function group(name, items) {
  return h('div', null, h('h4', null, name), h('ul', { class: 'plain branches' }, items));
}

function scanText({ status, description, counts }) {
  const found = Object.entries(counts ?? {}).map(([severity, number]) => `${number} ${severity.toLowerCase()}`).join(', ');
  return [status.toLowerCase().replaceAll('_', ' '), found || (status === 'COMPLETE' ? 'no findings' : ''), description].filter(Boolean).join('; ');
}
