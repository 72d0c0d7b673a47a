// Runs before anything is drawn: marks the page as scripted, and as used with a mouse, and applies the stored colour scheme.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const stored = () => {
    try {
      return localStorage.getItem("scheme");
    } catch {
      return null; // storage is disabled: the choice lasts until the page closes
    }
  };
  const isDark = () => (root.dataset.scheme ?? (dark.matches ? "dark" : "light")) === "dark";
  const show = (button) => button.setAttribute("aria-pressed", String(isDark()));

  root.classList.add("script");
  root.classList.toggle("mouse", matchMedia("(hover: hover) and (pointer: fine)").matches);
  if (["dark", "light"].includes(stored())) root.dataset.scheme = stored();

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
