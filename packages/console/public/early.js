// Runs before the first paint, so that neither the theme nor the language flashes. The app takes over from here.
;(() => {
  const root = document.documentElement
  let theme = null
  let language = null
  try {
    theme = localStorage.getItem('cloudstead.theme')
    language = localStorage.getItem('cloudstead.language')
  } catch {
    // Storage is off: the system's choices hold.
  }
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme
  const chinese = language === null ? /^zh\b/i.test(navigator.language) : language === 'zh'
  root.lang = chinese ? 'zh-CN' : 'en'
})()
