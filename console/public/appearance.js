// Runs before the first paint, so that a chosen theme never flashes. A file of its own: the page allows no inline scripts.
(function () {
  try {
    var chosen = JSON.parse(localStorage.getItem('carillon.appearance') || '{}');
    if (chosen.theme === 'light' || chosen.theme === 'dark') document.documentElement.dataset.theme = chosen.theme;
    if (chosen.density === 'comfortable') document.documentElement.dataset.density = 'comfortable';
    if (chosen.rail === 'icons') document.documentElement.dataset.rail = 'icons';
  } catch (error) {
    // Storage is switched off: the system's appearance it is.
  }
})();
