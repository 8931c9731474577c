// Keyboard: G and then the letter of a page opens it, J and K walk the rows, a full stop presses the first thing to do,
// U takes back what was just done.
// Letters act only outside fields and can be turned off (WCAG 2.1.4).

const STORE = 'vqueue-keys';
const GO = {
  b: '/console',
  r: '/console/requests',
  u: '/console/rules',
  s: '/console/slots',
  a: '/console/agents',
  p: '/console/reports',
  j: '/console/journal',
};

/** `choice` is the label with the check box that turns letters off. */
export function keys(choice) {
  const box = choice.querySelector('input');
  choice.hidden = false;
  box.checked = localStorage.getItem(STORE) !== 'off';
  box.addEventListener('change', () => localStorage.setItem(STORE, box.checked ? 'on' : 'off'));

  let going = false;
  document.addEventListener('keydown', (event) => {
    const typing = event.target.closest('input, select, textarea, dialog, [contenteditable]');
    if (typing || !box.checked || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    const acted = going && GO[key] ? (location.assign(GO[key]), true) : act(key);
    going = key === 'g';
    if (acted) event.preventDefault();
  });
}

function act(key) {
  const rows = [...document.querySelectorAll('[data-row]')];
  const at = rows.indexOf(document.activeElement);
  if (key === 'j') rows[Math.min(at + 1, rows.length - 1)]?.focus();
  else if (key === 'k') rows[Math.max(at - 1, 0)]?.focus();
  else if (key === '.') document.querySelector('.todo .btn')?.click();
  else if (key === 'u') document.querySelector('.undo button')?.click();
  else if (key === '/') document.querySelector('.filter select')?.focus();
  else return false;
  return true;
}
