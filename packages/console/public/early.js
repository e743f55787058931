// Sets the theme and the language before the first paint, so that neither of them flashes.
;(() => {
  const root = document.documentElement
  let theme = null
  let language = null
  try {
    theme = localStorage.getItem('cloudstead.theme')
    language = localStorage.getItem('cloudstead.language')
  } catch {
    // Storage is blocked: the defaults of the system apply.
  }
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme
  const chinese = language === null ? /^zh\b/i.test(navigator.language) : language === 'zh'
  root.lang = chinese ? 'zh-CN' : 'en'
})()
