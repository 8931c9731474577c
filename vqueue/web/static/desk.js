// The desk: clocks, keys, acts that are sent once and again until they arrive, notes kept as they are typed.
import { follow } from './live.js';

const by = (id) => document.getElementById(id);
const main = by('main');
const part = () => by('part');
const CIRCLE = 150.8;
const KEYS = 'vqueue-keys';
const STEP_MS = 250;
const AGAIN_MS = 1500;
const ARMED_MS = 4000;

// Who closes the page while a call rings or goes on is asked first; a page that begins anew by itself is not.

let going = false;

function reload() {
  going = true;
  location.reload();
}

addEventListener('beforeunload', (event) => {
  if (!going && part().querySelector('.call:is(.is-offer, .is-ahead, .is-calling, .is-talking)')) event.preventDefault();
});
document.addEventListener('click', (event) => {
  const link = event.target.closest('a[href]');
  if (link && !link.target && !link.hash && link.pathname === location.pathname && link.origin === location.origin) going = true;
});

const show = follow(main.dataset.stream, {
  main, live: by('live'), words: by('live-words'), clock: by('clock'), always: true, reload,
  told: (stale) => { by('strip').hidden = !stale && navigator.onLine; },
});

// Business time, reckoned from the latest moment the server has told: when a stream began, or an act was done. A stream
// goes on telling when it began.

const time = { at: 0, since: 0 };

function now() {
  const { began, speed } = part().dataset;
  const at = Date.parse(began);
  if (at > time.at) Object.assign(time, { at, since: performance.now() });
  return time.at + (performance.now() - time.since) * Number(speed);
}

const two = (count) => String(count).padStart(2, '0');

function span(ms) {
  const all = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

function tick() {
  const at = now();
  for (const clock of part().querySelectorAll('[data-since]')) clock.textContent = span(at - Date.parse(clock.dataset.since));
  for (const count of part().querySelectorAll('[data-until]')) drain(count, Date.parse(count.dataset.until) - at);
  tell();
}

function drain(count, ms) {
  const left = Math.max(0, Math.ceil(ms / 1000));
  const share = Math.min(1, Math.max(0, ms / 1000 / Number(count.dataset.total)));
  count.querySelector('b').textContent = left > 99 ? span(ms) : left;
  count.querySelector('.left').setAttribute('stroke-dasharray', `${(CIRCLE * share).toFixed(1)} ${CIRCLE}`);
  const soon = left > 0 && left <= 5 && count.closest('.is-offer');
  if (soon && !count.dataset.soon) by('urgent').textContent = main.dataset.soon;
  if (soon) count.dataset.soon = 'told';
}

// What changed is said aloud once: a call at once, the rest when there is a pause.

let told = '';

function tell() {
  const { spoken, title } = part().dataset;
  const urgent = 'urgent' in part().dataset;
  document.title = urgent ? title : main.dataset.title;
  if (spoken === told) return;
  told = spoken;
  by('urgent').textContent = urgent ? spoken : '';
  by('polite').textContent = urgent ? '' : spoken;
}

// Acts. The same act under way is not sent twice; without a connection it is sent again until it arrives, for the
// server takes a repeated one as done.

const underway = new Set();
const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

function complain(words) {
  by('fault').textContent = words;
  by('fault').hidden = !words;
}

const post = (url, body) => fetch(url, {
  method: 'POST', body, redirect: 'manual', headers: { Accept: 'application/json', 'X-CSRF-Token': main.dataset.csrf },
}).catch(() => null);

async function send(form, submitter) {
  const data = new FormData(form);
  if (submitter?.name) data.append(submitter.name, submitter.value);
  const body = new URLSearchParams(data);
  const act = `${form.action} ${body}`;
  if (underway.has(act)) return;
  underway.add(act);
  const buttons = [...form.querySelectorAll('button')];
  buttons.forEach((button) => button.setAttribute('aria-busy', 'true'));
  await settle(form, body);
  buttons.forEach((button) => button.removeAttribute('aria-busy'));
  underway.delete(act);
}

async function settle(form, body) {
  for (;;) {
    const answer = await post(form.action, body);
    if (answer?.ok) {
      complain('');
      if (form.id === 'work') forget(form.dataset.attempt);
      show(await answer.text());
      tick();
      return;
    }
    if (answer && answer.status < 500) {
      if (answer.status === 401 || answer.status === 403) reload();
      const refused = await answer.json().catch(() => null);
      complain(refused?.words ?? main.dataset.failed);
      if (refused?.code === 'slot_taken') renew();
      return;
    }
    complain(main.dataset.waiting);
    await pause(AGAIN_MS);
    if (!form.isConnected) return complain('');
  }
}

document.addEventListener('submit', (event) => {
  if (!event.target.matches('[data-act]')) return;
  event.preventDefault();
  if (meant(event.target)) send(event.target, event.submitter);
});

/** What cannot be taken back is asked for twice: the first time the button says what the second one does. */
function meant(form) {
  if (!form.dataset.twice || form.dataset.armed) return true;
  const words = form.querySelector('[data-words]');
  const before = words.textContent;
  const look = form.querySelector('button').classList;
  form.dataset.armed = 'yes';
  words.textContent = by('polite').textContent = form.dataset.twice;
  look.replace('danger-line', 'danger');
  setTimeout(() => {
    delete form.dataset.armed;
    words.textContent = before;
    look.replace('danger', 'danger-line');
  }, ARMED_MS);
  return false;
}

// Notes: each stroke is kept in this tab at once and on the server a moment later. What another tab wrote is taken over
// while nobody types here.

const kept = (attempt) => `vqueue-note-${attempt}`;
const forget = (attempt) => sessionStorage.removeItem(kept(attempt));
let saving = 0;
let known = null;
let stored = '';

const noteState = (words) => { if (by('note-state')) by('note-state').textContent = words; };

function note() {
  const field = by('note');
  if (!field) return;
  if (field === known) return take(field);
  known = field;
  stored = field.value;
  const attempt = field.form.dataset.attempt;
  const before = sessionStorage.getItem(kept(attempt));
  if (before !== null && before !== field.value) {
    field.value = before;
    keep(field, attempt);
  }
}

/** The server's note, where this tab has nothing of its own to keep. */
function take(field) {
  const told = field.form.dataset.note;
  const typing = document.hasFocus() && document.activeElement === field;
  if (typing || told === stored || field.value !== stored) return;
  field.value = stored = told;
}

async function keep(field, attempt) {
  const mine = ++saving;
  sessionStorage.setItem(kept(attempt), field.value);
  await pause(600);
  while (mine === saving && field.isConnected) {
    noteState(field.dataset.saving);
    const sent = field.value;
    const answer = await post(field.dataset.url, new URLSearchParams({ note: sent }));
    if (answer?.ok) stored = sent;
    if (mine !== saving) return;
    if (answer?.ok || (answer && answer.status < 500)) {
      noteState(answer.ok ? field.dataset.saved : '');
      if (answer.ok) forget(attempt);
      else if (answer.status === 401) reload();
      return;
    }
    noteState(field.dataset.kept);
    await pause(AGAIN_MS);
  }
}

document.addEventListener('input', (event) => {
  if (event.target.id === 'note') keep(event.target, event.target.form.dataset.attempt);
});

// Free times are looked for when somebody comes near, and again when one has been taken meanwhile.

async function times() {
  const list = by('at');
  if (!list || list.dataset.asked) return;
  list.dataset.asked = 'yes';
  const answer = await fetch(list.dataset.times).catch(() => null);
  if (!answer?.ok) return void delete list.dataset.asked;
  const found = new DOMParser().parseFromString(`<select>${await answer.text()}</select>`, 'text/html');
  list.replaceChildren(...found.querySelector('select').childNodes);
}

function renew() {
  delete by('at')?.dataset.asked;
  times();
}

document.addEventListener('change', (event) => {
  if (event.target.matches('[name="follow_up"][value="at"]')) times();
  if (event.target.id === 'team') main.querySelector('[name="follow_up"][value="soon"]').checked = true;
  if (event.target.id === 'at') main.querySelector('[name="follow_up"][value="at"]').checked = true;
  if (event.target.closest('#follow')) mine();
});

/** Another team's callback is nobody's own. */
function mine() {
  const soon = main.querySelector('[name="follow_up"][value="soon"]').checked;
  by('mine').disabled = Boolean(soon && by('team')?.selectedIndex > 0);
}

for (const near of ['focusin', 'pointerover']) {
  document.addEventListener(near, (event) => { if (event.target.closest('#follow')) times(); });
}

// Keys. Letters mean the key in its place on the keyboard, whatever the script it writes.

const box = by('keys-off').querySelector('input');
by('keys-off').hidden = false;
box.checked = localStorage.getItem(KEYS) !== 'off';
box.addEventListener('change', () => localStorage.setItem(KEYS, box.checked ? 'on' : 'off'));
function letter(event) {
  const key = event.key.toLowerCase();
  if (/^[a-z0-9?]$/.test(key)) return key;
  return /^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : key;
}

function press(key) {
  const outcomes = by('outcomes');
  if (/^[1-9]$/.test(key) && outcomes?.contains(document.activeElement)) return choose(outcomes, key);
  if (key === 'd' && outcomes) return focus(outcomes.querySelector('input:checked') ?? outcomes.querySelector('input'));
  if (key === 'n') return write(by('note'));
  if (key === 'f') return focus(part().querySelector('[name="follow_up"]:checked'));
  const button = part().querySelector(`[data-press="${CSS.escape(key)}"]`);
  button?.click();
  return Boolean(button);
}

function choose(outcomes, digit) {
  const radio = outcomes.querySelector(`[data-digit="${digit}"]`);
  radio?.click();
  return focus(radio);
}

function focus(field) {
  field?.focus();
  return Boolean(field);
}

/** Goes on where the note ends. */
function write(field) {
  field?.setSelectionRange(field.value.length, field.value.length);
  return focus(field);
}

const QUIET = new Set(['radio', 'checkbox']);

document.addEventListener('keydown', (event) => {
  if (event.repeat) return;
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) return void finish(event);
  const field = event.target.closest('input, select, textarea, dialog, [contenteditable]');
  if ((field && !QUIET.has(field.type)) || !box.checked || event.ctrlKey || event.metaKey || event.altKey) return;
  if (press(letter(event))) event.preventDefault();
});

function finish(event) {
  const form = by('work');
  const button = form?.querySelector('.finish button');
  if (!button) return;
  event.preventDefault();
  form.requestSubmit(button);
}

document.addEventListener('click', (event) => {
  if (event.target.closest('[data-keys]')) by('keys').showModal();
});

new MutationObserver(note).observe(main, { childList: true, subtree: true, attributeFilter: ['data-note'] });
addEventListener('online', () => { by('strip').hidden = true; });
addEventListener('offline', () => { by('strip').hidden = false; });
setInterval(tick, STEP_MS);
note();
tick();
