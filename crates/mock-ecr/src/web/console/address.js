// The state of the page in the address: `#requests?q=status:403&open=412`.

/** @returns {{view: string, params: URLSearchParams}} */
export function parseAddress(hash) {
  const [view, query] = split(hash.replace(/^#/, ''));
  return { view: view || 'requests', params: new URLSearchParams(query) };
}

/** Returns the address of a view. Values that are null or empty are left out. */
export function address(view, params = {}) {
  const present = Object.entries(params).filter(([, value]) => value != null && value !== '');
  const query = new URLSearchParams(present).toString().replaceAll('%3A', ':').replaceAll('%2F', '/').replaceAll('%40', '@');
  return query ? `#${view}?${query}` : `#${view}`;
}

/** Goes to an address. With `replace`, the browser's history has no new entry. */
export function go(hash, { replace = false } = {}) {
  if (location.hash === hash) return;
  if (replace) history.replaceState(null, '', hash);
  else history.pushState(null, '', hash);
  window.dispatchEvent(new Event('hashchange'));
}

function split(text) {
  const at = text.indexOf('?');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
