// Buttons that copy text to the clipboard.

const SHOWN_MILLISECONDS = 2500;

/** Have a screen reader read out a text. */
export function announce(text) {
  document.getElementById("status").textContent = text;
}

/** Have a button copy the text that a function returns, and say so. */
export function addCopying(button, text) {
  const label = button.textContent;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text());
      button.textContent = "Copied";
    } catch {
      button.textContent = "The browser does not allow it";
    }
    announce(button.textContent);
    setTimeout(() => { button.textContent = label; }, SHOWN_MILLISECONDS);
  });
}
