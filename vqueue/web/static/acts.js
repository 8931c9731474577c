// Sends the board's small forms without leaving the page, and asks in a dialog what needs a reason.

/** Wires all present and future forms and links of the page. */
export function wire({ csrf, dialog, fault }) {
  const send = async (form, url) => {
    const answer = await fetch(url, {
      method: 'POST',
      body: new URLSearchParams(new FormData(form)),
      headers: { Accept: 'application/json', 'X-CSRF-Token': csrf },
    }).catch(() => null);
    fault.hidden = Boolean(answer?.ok);
    if (!answer?.ok) fault.textContent = fault.dataset.say;
    if (answer?.status === 401) location.reload();
    return Boolean(answer?.ok);
  };

  const ask = async (url) => {
    const answer = await fetch(url, { headers: { Accept: 'text/html' } }).catch(() => null);
    const text = answer?.ok ? await answer.text() : '';
    const form = new DOMParser().parseFromString(text, 'text/html').getElementById('ask');
    if (!form) return location.assign(url);
    form.setAttribute('action', url);
    dialog.replaceChildren(document.importNode(form, true));
    dialog.showModal();
    dialog.querySelector('[autofocus], button[type="submit"]')?.focus();
  };

  document.addEventListener('submit', async (event) => {
    const form = event.target;
    if (form.matches('[data-act]')) {
      event.preventDefault();
      const button = form.querySelector('button');
      button.disabled = true;
      await send(form, form.action);
      button.disabled = false;
    } else if (form.matches('dialog [data-turn]')) {
      event.preventDefault();
      if (await send(form, form.getAttribute('action'))) dialog.close();
    }
  });

  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[data-dialog], dialog a[data-close]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    if (link.matches('[data-close]')) dialog.close();
    else ask(link.href);
  });
}
