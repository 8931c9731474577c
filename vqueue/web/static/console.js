// Starts what a console page can do beyond what it does without scripts.
import { follow } from './live.js';
import { wire } from './acts.js';
import { keys } from './keys.js';

const by = (id) => document.getElementById(id);
const main = by('main');

/** The menu of a narrow screen shows where one is, also after the telephone was turned; the page itself stays put. */
function reveal() {
  const here = document.querySelector('#top nav [aria-current]');
  if (!here) return;
  const list = here.closest('ul');
  const [link, room] = [here.getBoundingClientRect(), list.getBoundingClientRect()];
  list.scrollLeft += (link.left + link.right - room.left - room.right) / 2;
}

reveal();
addEventListener('resize', reveal);
for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => print());
}
wire({ csrf: main.dataset.csrf, dialog: by('dialog'), fault: by('fault') });
keys(by('keys-off'));

/** Says on the page itself that what stands there is old, and since when. */
function told(stale) {
  const old = by('old');
  if (stale && old.hidden) old.textContent = old.dataset.say.replace('#', by('clock').textContent);
  old.hidden = !stale;
  main.classList.toggle('is-old', stale);
}

if (main.dataset.stream) {
  follow(main.dataset.stream, { main, live: by('live'), words: by('live-words'), clock: by('clock'), told });
}
