// The view of the repositories: the list, the details of one repository, its images, and the tree of one image.

import { get, withQuery } from '../api.js';
import { actionButton } from '../actions.js';
import { address, go } from '../address.js';
import { pulls, pushes } from '../commands.js';
import { bytes, count, short } from '../describe.js';
import { command, facts, formatJson, h, keepFocus, put } from '../dom.js';
import { dateTime } from '../time.js';

const PAGE = 100;

export class RepositoriesView {
  constructor(root, store, params) {
    this.store = store;
    this.field = h('input', { type: 'search', 'data-filter': true, 'aria-label': 'Filter of repositories', placeholder: 'Name', spellcheck: 'false', oninput: () => go(address('repositories', { q: this.field.value, open: this.opened }), { replace: true }) });
    this.names = h('nav', { class: 'names', 'aria-label': 'Repositories' });
    this.body = h('div', { class: 'repository' });
    root.append(h('div', { class: 'browser' }, h('div', { class: 'side' }, this.field, this.names), this.body));
    this.navigate(params);
  }

  navigate(params) {
    this.query = params.get('q') ?? '';
    if (document.activeElement !== this.field) this.field.value = this.query;
    const opened = params.get('open');
    const digest = params.get('image');
    this.drawNames(opened);
    if (opened === this.opened && digest === this.digest) return;
    const isOther = opened !== this.opened;
    Object.assign(this, { opened, digest });
    if (isOther) this.load();
    else this.drawImage();
  }

  changed(topic) {
    if (topic === 'repositories') this.drawNames(this.opened);
    // Images expire and are scanned by the clock.
    if (topic === 'repositories' || topic === 'clock') this.load();
  }

  drawNames(opened) {
    const all = this.store.repositories ?? [];
    const shown = all.filter(({ name }) => name.toLowerCase().includes(this.query.toLowerCase()));
    if (!all.length) put(this.names, h('p', { class: 'empty' }, this.store.repositories ? 'There is no repository. A push creates one if the mock was started with --create-on-push.' : 'Loading …'));
    else if (!shown.length) put(this.names, h('p', { class: 'empty' }, 'No repository matches.'));
    else put(this.names, shown.map((entry) => h('a', { href: address('repositories', { q: this.query, open: idOf(entry) }), 'aria-current': idOf(entry) === opened ? 'true' : null },
      h('span', null, entry.name), h('small', null, `${entry.account} ${entry.region}, ${count(entry.images, 'image')}`))));
    if (opened) return;
    this.drawn = null;
    put(this.body, h('p', { class: 'empty' }, shown.length ? 'Select a repository.' : ''));
  }

  /** Loads the repository that is open. A later navigation makes the result obsolete. */
  async load() {
    const { opened } = this;
    const load = this.latest = {};
    if (!opened) return;
    const [account, region, ...rest] = opened.split('/');
    const name = rest.join('/');
    try {
      const [repository, images] = await Promise.all([
        get(withQuery('repository', { account, region, name })),
        get(withQuery('images', { repository: name, limit: PAGE })),
      ]);
      const sign = JSON.stringify([repository, images]);
      if (load !== this.latest) return;
      if (sign === this.drawn) {
        this.drawImage();
        return;
      }
      this.drawn = sign;
      keepFocus(this.body, () => this.draw(repository, images));
    } catch (error) {
      if (load !== this.latest) return;
      this.drawn = null;
      put(this.body, h('p', { class: 'bad' }, error.message));
    }
  }

  draw(repository, { images, next }) {
    const { name, account, region, uri } = repository;
    const isHere = (image) => image.account === account && image.region === region;
    this.images = h('tbody', null, images.filter(isHere).map((image) => this.imageRow(image)));
    this.tree = h('div', { class: 'tree', id: 'image' });
    this.repository = repository;
    put(this.body,
      h('h2', null, name),
      facts([
        ['URI', h('code', null, uri)], ['Account', account], ['Region', region], ['Created', dateTime(repository.created)],
        ['Tags', repository.mutability.toLowerCase()], ['Scan on push', repository.scan_on_push ? 'yes' : 'no'],
        ['Resource tags', repository.resource_tags.map(({ key, value }) => `${key} = ${value}`).join(', ')],
      ]),
      h('h3', null, 'Images'),
      images.length ? this.imageTable() : h('div', null, h('p', { class: 'empty' }, 'The repository has no image. Push one:'), pushes(uri).map((text) => command(text, 'the push command'))),
      next && this.moreButton(name, next, isHere),
      this.tree,
      images.length > 0 && h('details', null, h('summary', null, 'Push an image'), pushes(uri).map((text) => command(text, 'the push command'))),
      this.policies(repository));
    this.drawImage();
  }

  imageTable() {
    return h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Images' }, h('table', null,
      h('thead', null, h('tr', null, ['Tags', 'Digest', 'Type', 'Size', 'Pushed', 'Last recorded pull'].map((label) => h('th', { scope: 'col' }, label)))), this.images));
  }

  imageRow(image) {
    const { digest, tags, size, status } = image;
    return h('tr', { 'data-digest': digest },
      h('td', null, tags.length ? tags.map((tag) => [h('span', { class: 'tag' }, tag), ' ']) : h('span', { class: 'dim' }, 'untagged'), status !== 'ACTIVE' && h('span', { class: 'badge' }, status.toLowerCase())),
      h('td', null, h('a', { href: address('repositories', { q: this.query, open: this.opened, image: digest }), title: digest }, short(digest))),
      h('td', null, typeName(image)),
      h('td', { class: 'number' }, bytes(size)),
      h('td', null, dateTime(image.pushed)),
      h('td', null, image.last_pull ? dateTime(image.last_pull) : h('span', { class: 'dim' }, 'never')));
  }

  moreButton(name, next, isHere) {
    const button = h('button', { type: 'button', onclick: async () => {
      const page = await get(withQuery('images', { repository: name, limit: PAGE, after: next })).catch(() => ({ images: [], next }));
      this.images.append(...page.images.filter(isHere).map((image) => this.imageRow(image)));
      if (page.next) button.replaceWith(this.moreButton(name, page.next, isHere));
      else button.remove();
    } }, 'Load more images');
    return button;
  }

  drawImage() {
    if (!this.tree) return;
    for (const row of this.images.children) row.classList.toggle('wanted', row.dataset.digest === this.digest);
    if (!this.digest) {
      put(this.tree);
      return;
    }
    const { account, region, name, uri } = this.repository;
    if (this.tree.firstChild && this.shown.digest === this.digest) this.shown.load();
    else this.shown = new ImageTree(this.tree, { account, region, repository: name }, this.digest, uri);
  }

  policies({ policy, lifecycle_policy: lifecycle, would_expire: preview, name }) {
    const text = (label, value, none) => h('details', null, h('summary', null, `${label}${value ? '' : ': none'}`), value ? h('pre', { tabindex: '0' }, formatJson(value)) : h('p', null, none));
    return h('section', { class: 'policies' }, h('h3', null, 'Policies'),
      text('Repository policy', policy, 'Only the identity policies of the same account apply.'),
      text('Lifecycle policy', lifecycle, 'Images do not expire.'),
      lifecycle && h('div', null,
        h('p', null, preview.length ? `${count(preview.length, 'image')} would be expired or archived now:` : 'No image would be expired or archived now.'),
        h('ul', { class: 'plain' }, preview.map(({ digest, rule, action }) => h('li', null, h('a', { href: address('repositories', { open: this.opened, image: digest }), title: digest }, short(digest)), ` rule ${rule}: ${action === 'EXPIRE' ? 'expires' : 'is archived'}`))),
        actionButton('Run the lifecycle policy', { call: () => ({ method: 'POST', path: 'lifecycle/run', body: { repository: name } }), question: `Run the lifecycle policies of all repositories with the name ${name} now? Expired images are deleted.`, then: () => this.load() })));
  }
}

/** Returns the text that identifies a repository in the address. */
function idOf({ account, region, name }) {
  return `${account}/${region}/${name}`;
}

function typeName({ media_type: type, artifact_type: artifact, subject }) {
  if (/index|manifest\.list/.test(type)) return 'index';
  if (subject || (artifact && !/config|image/.test(artifact))) return artifact ?? 'referrer';
  return 'image';
}

/** An image with its parts. */
class ImageTree {
  constructor(root, place, digest, uri) {
    Object.assign(this, { place, digest, uri });
    this.body = node();
    put(root, h('h3', null, `Image ${short(digest)}`), this.body);
    this.load();
  }

  /** Loads the image. It is drawn again only if it has changed, so that the open branches stay open. */
  load() {
    return this.fill(this.body, this.digest, true);
  }

  async fill(body, digest, isRoot = false) {
    const image = await get(withQuery('image', { ...this.place, digest })).catch((error) => ({ error: error.message }));
    const sign = JSON.stringify(image);
    if (sign === body.drawn) return;
    body.drawn = sign;
    keepFocus(body, () => put(body, image.error ? h('p', { class: 'bad' }, image.error) : this.content(image, isRoot)));
  }

  content(image, isRoot) {
    const { children, layers, referrers, config, scan } = image;
    return [
      h('p', { class: 'row' }, h('code', { class: 'wrap' }, image.digest), image.status !== 'ACTIVE' && h('span', { class: 'badge' }, image.status.toLowerCase())),
      facts([
        ['Tags', image.tags.join(', ') || 'none'], ['Media type', image.media_type], ['Artifact type', image.artifact_type], ['Size', bytes(image.size)],
        ['Pushed', dateTime(image.pushed)], ['Last recorded pull', image.last_pull ? dateTime(image.last_pull) : 'never'],
        ['Subject', image.subject && h('code', null, image.subject)], ['Scan', scan && scanText(scan)],
      ]),
      isRoot && pulls(this.uri, image.tags, image.digest).map((text) => command(text, 'the pull command')),
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
      if (!details.open || details.children.length > 1) return;
      const body = node();
      details.append(body);
      this.fill(body, digest);
    });
    return h('li', null, details);
  }
}

function node() {
  return h('div', { class: 'node' }, h('p', { class: 'dim' }, 'Loading …'));
}

function group(name, items) {
  return h('div', null, h('h4', null, name), h('ul', { class: 'plain branches' }, items));
}

/** Returns the state of a scan. The status is null while the scan is in progress. */
export function scanText({ status, description, counts }) {
  const found = Object.entries(counts).map(([severity, number]) => `${number} ${severity.toLowerCase()}`).join(', ');
  return [(status ?? 'IN_PROGRESS').toLowerCase().replaceAll('_', ' '), found || (status === 'COMPLETE' ? 'no findings' : ''), description].filter(Boolean).join('; ');
}
