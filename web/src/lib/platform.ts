const isApple = /Mac|iP(hone|ad|od)/.test(navigator.userAgent);

/** What the key for commands is called here. */
export const MOD_KEY = isApple ? '⌘' : 'Ctrl';
