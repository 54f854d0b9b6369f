// Runs before the first paint, so that a remembered theme does not flash. src/lib/theme.ts is its twin.
(function () {
  var theme = null;
  try {
    theme = localStorage.getItem('qd.theme');
  } catch {
    // Storage may be forbidden; then the system decides.
  }
  var dark = theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.toggle('dark', dark);
})();
