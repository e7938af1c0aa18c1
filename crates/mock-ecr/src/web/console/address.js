// The state of the page in the address: `#requests?q=status:403&open=412`.

/** The address of the page. That of the browser is written later, because browsers limit how often a page may write it. */
let current = null;
let timer = null;
let listener;

/** Calls the function with the address now, and after each change by the page or the browser. */
export function followAddress(navigate) {
  listener = navigate;
  const arrive = () => {
    clearTimeout(timer);
    timer = null;
    current = location.hash;
    listener(current);
  };
  window.addEventListener('hashchange', arrive);
  window.addEventListener('popstate', arrive);
  arrive();
}

/** @returns {{view: string, params: URLSearchParams}} */
export function parseAddress(hash) {
  const [, view, query] = /^#?([^?]*)\??(.*)$/s.exec(hash);
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
  if (current === hash) return;
  if (replace) replaceAddress(hash);
  else {
    if (timer) write();
    current = hash;
    history.pushState(null, '', hash);
  }
  listener(hash);
}

/** Replaces the address without a call of the function. */
export function replaceAddress(hash) {
  current = hash;
  timer ??= setTimeout(write, 500);
}

function write() {
  clearTimeout(timer);
  timer = null;
  history.replaceState(null, '', current);
}
