// Keeps the page's part as the server sees it, and says so when no news comes.
import { morph } from './morph.js';

const STALE_AFTER_S = 6;
const AGAIN_AFTER_MS = 2000;

/** Follows `url`; `main` holds the part, `live` tells the age, `clock` the server's time of day. `always`: also while
    nobody looks at the page. `told` hears each second whether news is missing, `reload` begins the page anew. Returns
    what shows a part. */
export function follow(url, { main, live, words, clock, always = false, told = () => {}, reload = () => location.reload() }) {
  let source = null;
  let heard = performance.now();
  live.hidden = false;

  const take = (event) => {
    heard = performance.now();
    if (event.type === 'part') show(event.data);
    tell();
  };

  const show = (text) => {
    const next = new DOMParser().parseFromString(text, 'text/html').getElementById('part');
    const part = main.querySelector('#part');
    if (!next || !part) return;
    morph(part, next);
    clock.textContent = part.dataset.clock;
  };

  const tell = () => {
    const age = Math.round((performance.now() - heard) / 1000);
    const stale = age >= STALE_AFTER_S;
    live.classList.toggle('is-stale', stale);
    words.textContent = (stale ? live.dataset.stale : live.dataset.fresh).replace('#', age);
    told(stale);
  };

  const open = () => {
    if (source || (document.hidden && !always)) return;
    source = new EventSource(url);
    source.addEventListener('part', take);
    source.addEventListener('beat', take);
    source.addEventListener('over', reload);
    source.addEventListener('error', () => {
      if (source?.readyState !== EventSource.CLOSED) return;
      close();
      setTimeout(again, AGAIN_AFTER_MS);
    });
  };

  const close = () => {
    source?.close();
    source = null;
  };

  // A stream the server refused: signed out elsewhere, or the server is starting anew.
  const again = async () => {
    const answer = await fetch(location.pathname, { method: 'HEAD', redirect: 'manual' }).catch(() => null);
    if (answer?.type === 'opaqueredirect' || answer?.status === 403 || answer?.status === 401) reload();
    else open();
  };

  // A hidden page asks for nothing: browsers allow few connections to one host.
  document.addEventListener('visibilitychange', () => (document.hidden && !always ? close() : open()));
  addEventListener('pagehide', close);
  addEventListener('pageshow', open);
  setInterval(tell, 1000);
  open();
  return show;
}
