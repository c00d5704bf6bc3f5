// Buttons that put a command on the clipboard. Without JavaScript they stay hidden.

export function copyButtons(root) {
  if (!navigator.clipboard) return;
  for (const button of root.querySelectorAll('button.copy[hidden]')) {
    button.hidden = false;
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.classList.add('is-done');
      const label = button.title;
      button.title = button.dataset.done;
      setTimeout(() => { button.classList.remove('is-done'); button.title = label; }, 1500);
    });
  }
}
