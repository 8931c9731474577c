// Reads announcements aloud with the browser's own voices: the line's voices are the provider's and cost money.

const ALPHABETS = [[/[\u0590-\u05ff]/, 'he-IL'], [/[\u0400-\u04ff]/, 'ru-RU']];
const tongue = (text) => ALPHABETS.find(([letters]) => letters.test(text))?.[1] || 'en-GB';

/** Shows the buttons where there is a voice to hear. */
export function listening(root) {
  if (!('speechSynthesis' in window)) return;
  for (const button of root.querySelectorAll('[data-listen]')) {
    button.hidden = false;
    button.setAttribute('aria-pressed', 'false');
    button.addEventListener('click', () => {
      const speaking = button.getAttribute('aria-pressed') === 'true';
      speechSynthesis.cancel();
      if (speaking) return;
      const text = document.getElementById(button.dataset.listen).value.trim();
      if (!text) return;
      const said = new SpeechSynthesisUtterance(text);
      said.lang = tongue(text);
      said.voice = speechSynthesis.getVoices().find((voice) => voice.lang.startsWith(said.lang.slice(0, 2))) || null;
      said.onstart = () => button.setAttribute('aria-pressed', 'true');
      said.onend = said.onerror = () => button.setAttribute('aria-pressed', 'false');
      speechSynthesis.speak(said);
    });
  }
}
