// The state of the page in the address: `#requests?q=status:403&open=412`.

/** The address of the page. Browsers limit how often a page may write theirs: it is written at most twice in a second. */
let current;
let written;
let isWaiting = false;
let listener;

/** Calls the function with the address now, and after each change by the page or the browser. */
export function followAddress(navigate) {
  listener = navigate;
  const arrive = () => {
    current = location.hash;
    written = current;
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
    if (written !== current) write();
    current = hash;
    written = hash;
    history.pushState(null, '', hash);
  }
  listener(hash);
}

/** Replaces the address without a call of the function. */
export function replaceAddress(hash) {
  current = hash;
  if (!isWaiting) write();
}

function write() {
  written = current;
  history.replaceState(null, '', current);
  isWaiting = true;
  setTimeout(() => {
    isWaiting = false;
    if (written !== current) write();
  }, 500);
}
