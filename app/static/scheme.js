// Loaded before anything is drawn: says that there is a script, and applies the remembered colours.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const remembered = () => {
    try {
      return localStorage.getItem("scheme");
    } catch {
      return null; // storage is switched off: the choice then lasts as long as the page
    }
  };
  const isDark = () => (root.dataset.scheme ?? (dark.matches ? "dark" : "light")) === "dark";
  const show = (button) => button.setAttribute("aria-pressed", String(isDark()));

  root.classList.add("script");
  if (["dark", "light"].includes(remembered())) root.dataset.scheme = remembered();

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("scheme");
    show(button);
    dark.addEventListener("change", () => show(button));
    button.addEventListener("click", () => {
      root.dataset.scheme = isDark() ? "light" : "dark";
      try {
        localStorage.setItem("scheme", root.dataset.scheme);
      } catch { /* see above */ }
      show(button);
    });
  });
})();
