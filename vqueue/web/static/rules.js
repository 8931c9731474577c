// What the form of rules can do beyond what it does without scripts: it is checked as somebody types, rows come and go
// in place, changes that were not saved are kept, weeks are dragged, announcements are heard.
import { draw } from './charts.js';
import { listening } from './listen.js';
import { weeks } from './week.js';

const CHECK_AFTER_MS = 400;
const FOLLOW_EVERY_MS = 1500;
const KEEP_FOR_MS = 7 * 24 * 3600 * 1000;
const by = (id) => document.getElementById(id);
const store = () => `vqueue-rules-${by('rules').dataset.key}`;
let typed = 0;
let waiting = null;
let acting = false;

const body = (form, act) => {
  const sent = new URLSearchParams(new FormData(form));
  if (act) sent.set('act', act);
  return sent;
};

async function ask(sent) {
  const answer = await fetch(`${by('rules').dataset.path}/form`, {
    method: 'POST', body: sent, headers: { Accept: 'text/html', 'X-Part': 'rules' },
  }).catch(() => null);
  by('fault').hidden = Boolean(answer?.ok);
  if (!answer?.ok) by('fault').textContent = by('fault').dataset.say;
  if (answer?.redirected || !answer?.ok) return null;
  return new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('rules');
}

/** What is to be said about the form, without touching a field somebody may be in. */
function tell(next) {
  for (const place of document.querySelectorAll('[data-note]')) {
    const found = next.querySelector(`[data-note="${CSS.escape(place.dataset.note)}"]`);
    const same = found && found.innerHTML === place.innerHTML;
    if (!same) place.replaceChildren(...(found ? [...found.childNodes].map((node) => document.importNode(node, true)) : []));
    const field = by(place.dataset.note);
    const wanted = found && next.querySelector(`#${CSS.escape(place.dataset.note)}`);
    if (!field || !wanted) continue;
    field.className = wanted.className;
    if (wanted.hasAttribute('aria-invalid')) field.setAttribute('aria-invalid', 'true');
    else field.removeAttribute('aria-invalid');
  }
  for (const id of ['tabs', 'side', 'publish-part', 'rehearse-wait', 'holidays-ahead']) refresh(by(id), next.querySelector(`#${id}`));
  by('rules').dataset.dirty = next.dataset.dirty;
}

/** Puts in the new part; what is typed in its own fields stays, and so does the focus. */
function refresh(part, next) {
  if (!part || !next || part.innerHTML === next.innerHTML) return;
  const open = part.querySelector('details')?.open;
  const values = [...part.querySelectorAll('input:not([type=hidden]), select')].map((field) => [field.id, field.value]);
  const focused = part.contains(document.activeElement) ? document.activeElement.id : '';
  part.replaceChildren(...[...next.childNodes].map((node) => document.importNode(node, true)));
  for (const [id, value] of values) if (id && by(id)) by(id).value = value;
  if (open && part.querySelector('details')) part.querySelector('details').open = true;
  if (focused) by(focused)?.focus();
  side();
}

function show(next) {
  by('rules').replaceWith(document.importNode(next, true));
  wire();
  draw();
  goTo(by('rules').dataset.focus);
}

/** To the field of this name, or to the first one of the row or the list it names. */
function goTo(name) {
  if (!name) return;
  const inside = `[id^="${CSS.escape(name)}."]:not([disabled]), [name^="${CSS.escape(name)}."]:not([type=hidden])`;
  const field = by(name) || document.querySelector(inside);
  field?.scrollIntoView({ block: 'center' });
  field?.focus({ preventScroll: true });
}

async function check() {
  const mine = ++typed;
  const next = await ask(body(by('form')));
  if (next && mine === typed && !acting) tell(next);
}

/** A row comes, goes or moves. The form stands still until it has: what is typed meanwhile would be lost. */
async function act(what, button) {
  if (acting) return;
  acting = true;
  clearTimeout(waiting);
  keep();
  const sent = body(by('form'), what);
  by('form').inert = true;
  const next = await ask(sent);
  acting = false;
  by('form').inert = false;
  if (!next) {
    button.focus();
    return;
  }
  typed += 1;
  show(next);
  keep();
}

const keep = () => {
  const sent = body(by('form'));
  sent.delete('csrf');
  localStorage.setItem(store(), JSON.stringify({ at: Date.now(), sent: sent.toString() }));
};

/** What was typed and not saved, on this browser, within a week. */
async function restore() {
  const kept = JSON.parse(localStorage.getItem(store()) || 'null');
  if (!kept || Date.now() - kept.at > KEEP_FOR_MS || document.querySelector('.done, .notice[role=alert]')) return;
  const sent = new URLSearchParams(kept.sent);
  sent.set('csrf', by('form').elements.csrf.value);
  const next = await ask(sent);
  if (!next?.dataset.dirty) return;
  show(next);
  by('kept').hidden = false;
}

/** The time is asked only where it counts; a button that must wait says why. */
function side() {
  const when = by('when');
  if (!when) return;
  const later = () => { by('later').hidden = when.value !== 'later'; };
  when.addEventListener('change', later);
  later();
}

/** A rehearsal is followed while it runs. */
async function follow() {
  const part = by('rehearsal');
  if (!part?.matches('[data-running]')) return;
  await new Promise((done) => { setTimeout(done, FOLLOW_EVERY_MS); });
  const answer = await fetch(`${by('rules').dataset.path}/rehearsal`, { headers: { Accept: 'text/html' } }).catch(() => null);
  const text = answer?.ok && !answer.redirected ? await answer.text() : '';
  const next = new DOMParser().parseFromString(text, 'text/html').getElementById('rehearsal');
  if (next) {
    by('rehearsal').replaceWith(document.importNode(next, true));
    draw(by('rehearsal'));
  }
  follow();
}

/** The section in view is marked in the list of sections. */
function spy() {
  const seen = new Set();
  const watch = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) seen[isIntersecting ? 'add' : 'delete'](target.id);
    const first = [...document.querySelectorAll('#form > section')].find((each) => seen.has(each.id));
    for (const link of document.querySelectorAll('#tabs a')) {
      if (first && link.hash === `#${first.id}`) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
  }, { rootMargin: '-10% 0px -60% 0px' });
  for (const section of document.querySelectorAll('#form > section')) watch.observe(section);
}

function wire() {
  const form = by('form');
  weeks(form);
  listening(form);
  spy();
  side();
  form.addEventListener('input', () => {
    keep();
    clearTimeout(waiting);
    waiting = setTimeout(check, CHECK_AFTER_MS);
  });
  by('forget').addEventListener('click', () => {
    localStorage.removeItem(store());
    location.assign(by('rules').dataset.path);
  });
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-act]');
  if (button) {
    event.preventDefault();
    act(button.value, button);
  } else if (event.target.closest('[data-wait]')) {
    event.preventDefault();
  } else if (event.target.closest('[data-to]')) {
    event.preventDefault();
    goTo(event.target.closest('[data-to]').dataset.to);
  }
});
document.addEventListener('submit', (event) => {
  const words = event.target.dataset.ask;
  if (words && !confirm(words)) return event.preventDefault();
  if (event.target.id === 'publish' && event.target.querySelector('[data-wait]')) return event.preventDefault();
  if (event.target.id === 'form') keep();
  return undefined;
});

wire();
follow();
goTo(by('rules').dataset.focus);
if (document.querySelector('.done')) localStorage.removeItem(store());
else restore();
