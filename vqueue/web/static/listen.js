// Reads announcements aloud with the browser's own voices: the line's voices are the provider's and cost money.

const ALPHABETS = [[/[\u0590-\u05ff]/, 'he-IL'], [/[\u0400-\u04ff]/, 'ru-RU']];
const LANGUAGES = { en: 'en-GB', ru: 'ru-RU', he: 'he-IL' };

/** The language a row is for; where it names none, the one its letters are of. */
const tongue = (named, text) => LANGUAGES[named]
  || ALPHABETS.find(([letters]) => letters.test(text))?.[1] || 'en-GB';

const voiceFor = (language) => speechSynthesis.getVoices()
  .find((voice) => voice.lang.replace('_', '-').slice(0, 2) === language.slice(0, 2)) || null;

/** Shows the buttons where the browser can speak; says so where it has no voice for the language. */
export function listening(root) {
  if (!('speechSynthesis' in window)) return;
  speechSynthesis.getVoices(); // Browsers begin to load their voices when first asked.
  for (const button of root.querySelectorAll('[data-listen]')) offer(button);
}

function offer(button) {
  const words = document.getElementById(button.dataset.listen);
  const row = button.closest('li');
  const told = row.querySelector('[data-mute]');
  const label = button.querySelector('span');
  const state = (speaking) => {
    button.setAttribute('aria-pressed', String(speaking));
    label.textContent = speaking ? button.dataset.stop : button.dataset.say;
  };
  const mute = () => {
    told.hidden = false;
    state(false);
  };
  button.hidden = false;
  state(false);
  button.addEventListener('click', () => {
    const speaking = button.getAttribute('aria-pressed') === 'true';
    speechSynthesis.cancel();
    told.hidden = true;
    if (speaking) {
      state(false);
      return;
    }
    const text = words.value.trim();
    if (!text) {
      words.focus();
      return;
    }
    const said = new SpeechSynthesisUtterance(text);
    said.lang = tongue(row.querySelector('select').value, text);
    said.voice = voiceFor(said.lang);
    if (!said.voice) {
      mute();
      return;
    }
    said.onstart = () => state(true);
    said.onend = () => state(false);
    said.onerror = (event) => (['canceled', 'interrupted'].includes(event.error) ? state(false) : mute());
    speechSynthesis.speak(said);
  });
}
